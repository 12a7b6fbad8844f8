import { expect, it } from 'vitest'
import { temporaryDirectory } from '../testbed/lab-network.ts'
import { violationsOf } from './history.ts'
import { Storm } from './storm.ts'
import { summaryOf } from './summary.ts'

const seconds = Number(process.env['STORM_SECONDS'] ?? 30)
const rate = Number(process.env['STORM_RATE'] ?? 3)
const seed = Number(process.env['STORM_SEED'] ?? Date.now() % 2 ** 31)

it(
  'R34, R48: processes and the primary of the database die at random, and nothing is lost, doubled or stuck',
  async () => {
    const start = performance.now()
    const say = (text: string) =>
      void process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s: ${text}\n`)
    const storm = new Storm({ directory: temporaryDirectory(), seed, seconds, rate, say })
    const history = await storm.run()
    say(summaryOf(history, storm.starts))
    expect(violationsOf(history), `again with STORM_SEED=${seed}`).toEqual([])
  },
  (seconds + 900) * 1000,
)
