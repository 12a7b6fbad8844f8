import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Sqn } from '../../../src/core/aka.ts'
import { hex } from '../../../src/core/bytes.ts'
import { openHssStore } from '../../../src/io/store/hss-store.ts'
import { imsi1 } from '../../contracts/values.ts'
import { PostgresqlServers } from './postgresql-server.ts'
import { compiledProgram, linesUntilKilled } from './processes.ts'
import { inTest, storeKey, storeKeys, temporaryDirectory } from './temporary.ts'

vi.setConfig({ testTimeout: 90_000 })

const servers = new PostgresqlServers()
beforeAll(() => servers.start())
afterAll(() => servers.remove())

const engines = [
  { engine: 'SQLite', newPlace: () => Promise.resolve(join(temporaryDirectory(), 'hss.db')) },
  { engine: 'PostgreSQL', newPlace: () => servers.emptyPlace() },
]

describe('sequence numbers over processes', () => {
  it.each(engines)(
    'R34, R48: no number comes twice, whoever writes at once and whoever is killed, $engine',
    async ({ newPlace }) => {
      const program = compiledProgram()
      const place = await newPlace()
      const values = [place, hex(storeKey), imsi1]
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
      const { subscribers } = await inTest(openHssStore(place, storeKeys))
      expect(await subscribers.advanceSqn(imsi1, (last) => Sqn(last + 1))).toBeGreaterThan(Math.max(...all))
    },
  )
})
