import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import { CounterMode } from '../../src/crypto/counter-mode.ts'
import { giveBack } from '../../src/crypto/given-back.ts'
import { countBearerDirection, type Direction } from '../../src/crypto/security-inputs.ts'

const key = new Uint8Array(16).fill(0xa5)

/** The keystream of AES-128-CTR, as node:crypto has it. */
function expected(count: number, bearer: number, direction: Direction, size: number): string {
  const iv = new Uint8Array(16)
  iv.set(countBearerDirection(count, bearer, direction))
  return createCipheriv('aes-128-ctr', key, iv).update(new Uint8Array(size)).toString('hex')
}

const made = (mode: CounterMode, count: number, bearer: number, direction: Direction, blocks: number) => {
  const message = new Uint32Array(4 * blocks)
  mode.add(count, bearer, direction, message)
  return hex(new Uint8Array(message.buffer))
}

describe('keystream of 128-EEA2 for messages that follow each other', () => {
  const step = fc.record({
    /** Most follow the one before; some come late, or after a gap. */
    jump: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: -12, max: 12 })),
    blocks: fc.oneof({ weight: 3, arbitrary: fc.constant(5) }, fc.nat(20)),
    bearer: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.nat(31)),
    direction: fc.oneof({ weight: 4, arbitrary: fc.constant<Direction>(0) }, fc.constant<Direction>(1)),
  })

  it('is that of AES-128-CTR, whatever came before', () => {
    const from = fc.constantFrom(20, 0x01010000, 2 ** 32 - 40)
    fc.assert(
      fc.property(from, fc.array(step, { maxLength: 60 }), (from, steps) => {
        const mode = new CounterMode(key)
        let count = from
        for (const { jump, blocks, bearer, direction } of steps) {
          count = Math.max(0, Math.min(2 ** 32 - 1, count + jump))
          expect(made(mode, count, bearer, direction, blocks)).toBe(
            expected(count, bearer, direction, 16 * blocks),
          )
        }
      }),
    )
  })

  it('R33: is erased with the key', () => {
    const mode = new CounterMode(key)
    for (let count = 0; count < 3; count++) made(mode, count, 1, 0, 88)
    mode.forget()
    expect(() => made(mode, 3, 1, 0, 88)).toThrow()
  })
})

describe('what a cipher returned', () => {
  it('is freed at once', () => {
    const out = createCipheriv('aes-128-ecb', key, null).update(new Uint8Array(1600))
    giveBack(out)
    expect(out).toHaveLength(0)
  })

  it('stays when others use the same buffer', () => {
    const all = new Uint8Array(32).fill(1)
    giveBack(all.subarray(0, 16))
    expect(all).toHaveLength(32)
  })
})
