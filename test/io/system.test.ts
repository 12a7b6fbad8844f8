import { describe, expect, it } from 'vitest'
import { milliseconds } from '../../src/core/units.ts'
import { hex } from '../../src/core/bytes.ts'
import { pooledRandom, systemClock, systemTimers, wallClockStep } from '../../src/io/system.ts'

describe('the system', () => {
  it('R17: a million octets drawn 16 at a time never repeat', () => {
    const random = pooledRandom()
    const drawn = new Set(Array.from({ length: 65_536 }, () => hex(random.octets(16))))
    expect(drawn.size).toBe(65_536)
    expect([...drawn].every((octets) => octets.length === 32)).toBe(true)
  })

  it.each([0, 1, 4095, 4096, 4097, 10_000])('draws %d octets that nobody else holds', (count) => {
    const random = pooledRandom()
    const first = random.octets(count)
    const copy = hex(first)
    expect(first).toHaveLength(count)
    random.octets(count).fill(0)
    expect(hex(first)).toBe(copy)
  })

  it('R47: the clock tells UTC in whole milliseconds and the wall clock has not stepped', () => {
    const before = systemClock.now()
    expect(Number.isInteger(before)).toBe(true)
    expect(systemClock.now()).toBeGreaterThanOrEqual(before)
    expect(Math.abs(wallClockStep())).toBeLessThan(60_000)
  })

  it('a stopped timer does not expire, another one does', async () => {
    const expired: string[] = []
    const stop = systemTimers.after(milliseconds(1), () => expired.push('stopped'))
    stop()
    stop()
    const keepAlive = setInterval(() => undefined, 1000)
    await new Promise<void>((resolve) => systemTimers.after(milliseconds(5), resolve))
    clearInterval(keepAlive)
    expect(expired).toEqual([])
  })
})
