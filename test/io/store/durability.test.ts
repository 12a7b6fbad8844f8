import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Sqn } from '../../../src/core/aka.ts'
import { hex } from '../../../src/core/bytes.ts'
import { openHssStore } from '../../../src/io/store/hss-store.ts'
import { imsi1 } from '../../contracts/values.ts'
import { compiledProgram, linesUntilKilled } from './processes.ts'
import { inTest, storeKey, storeKeys, temporaryDirectory } from './temporary.ts'

describe('sequence numbers over processes', () => {
  it('R34, R48: no number comes twice, whoever writes at once and whoever is killed', async () => {
    const program = compiledProgram()
    const file = join(temporaryDirectory(), 'hss.db')
    const values = [file, hex(storeKey), imsi1]
    const rounds = 4
    const writers = 3

    const killed = async (writer: number): Promise<readonly number[]> => {
      const drawn: number[] = []
      for (let round = 0; round < rounds; round++) {
        const lines = await linesUntilKilled(program, values, 3 + writer * 5 + round * 7)
        drawn.push(...lines.map(Number))
      }
      return drawn
    }
    const drawn = await Promise.all(Array.from({ length: writers }, (_, writer) => killed(writer)))

    const all = drawn.flat()
    expect(all.length).toBeGreaterThanOrEqual(rounds * writers * 3)
    expect(new Set(all).size).toBe(all.length)
    for (const ofOne of drawn) expect(ofOne).toEqual([...ofOne].sort((a, b) => a - b))
    const { subscribers } = await inTest(openHssStore(file, storeKeys))
    expect(await subscribers.advanceSqn(imsi1, (last) => Sqn(last + 1))).toBeGreaterThan(Math.max(...all))
  })
})
