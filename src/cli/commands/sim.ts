import { networkNodes } from '../../testbed/network.ts'
import { simulatedStart } from '../../testbed/simulated-clock.ts'
import { drawRun } from '../../testbed/simulation/drawn-run.ts'
import type { CallResult, RunReport, SimulateRun } from '../../testbed/simulation/simulated-run.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { ViewFlags } from '../flags.ts'
import { Progress } from '../progress.ts'
import { tableOf } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { viewOf } from '../view.ts'
import type { Surroundings } from './run-once.ts'

export interface SimFlags extends ViewFlags {
  readonly seed?: string
  readonly runs: string
  readonly ladder?: boolean
}

/** Seeds are 32 bits. */
const highestSeed = 2 ** 32 - 1

/** So many random runs in simulated time; each is told from its seed alone. */
export async function sim(
  flags: SimFlags,
  { terminal, services, interruption }: Surroundings,
): Promise<ExitCode> {
  const runs = numberOf('--runs', flags.runs, 1, 10_000_000)
  const first =
    flags.seed === undefined ? Date.now() % highestSeed : numberOf('--seed', flags.seed, 0, highestSeed)
  if (flags.ladder && runs !== 1) throw new WrongUsage('--ladder shows one run', 'add --runs 1')
  const progress = new Progress(terminal, { name: 'sim', unit: 'runs', json: flags.json ?? false })
  const tally = new Tally()
  let interrupted: ExitCode | undefined
  void interruption.happened.then((code) => (interrupted = code))
  for (let nth = 0; nth < runs && interrupted === undefined; nth++) {
    const seed = (first + nth) % (highestSeed + 1)
    const report = await shown(seed, flags, terminal, services.simulateRun)
    tally.add(report)
    if (flags.json) terminal.out(JSON.stringify(rowOf(report)))
    else for (const line of failureLines(report)) terminal.out(line)
    if (!flags.quiet) progress.done(nth + 1, runs, tally.failed === 0 ? '' : `, ${tally.failed} violated`)
  }
  if (flags.json)
    terminal.out(JSON.stringify({ event: 'result', seed: first, runs: tally.runs, failed: tally.failed }))
  else for (const line of tally.lines(first)) terminal.out(line)
  return interrupted ?? (tally.failed === 0 ? exitCodes.done : exitCodes.otherOutcome)
}

function numberOf(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new WrongUsage(`${flag} ${text} is no whole number from ${least} to ${most}`, `for example ${flag} 1`)
}

/** One run; with `--ladder` every message of it. */
async function shown(
  seed: number,
  flags: SimFlags,
  terminal: Terminal,
  simulateRun: SimulateRun,
): Promise<RunReport> {
  if (!flags.ladder) return simulateRun(seed)
  const view = viewOf(terminal, { flags, scenario: `sim ${seed}`, start: simulatedStart })
  view.begin(networkNodes(drawRun(seed).config))
  const report = await simulateRun(seed, (event) => view.event(event))
  view.end()
  return report
}

/** The command that does a run again, with all its messages. */
const again = (seed: number): string => `npx sidelock sim --seed ${seed} --runs 1 --ladder`

const rowOf = ({ run, calls, violations }: RunReport) => ({
  ...{ event: 'row', schema: 1, seed: run.seed, topology: run.topology, calls, violations },
  ...(violations.length > 0 && { again: again(run.seed) }),
})

function failureLines({ run, violations }: RunReport): readonly string[] {
  if (violations.length === 0) return []
  const { preparation, radio, slow, acts, latency } = run
  return [
    `seed ${run.seed}, ${run.topology}, ${latency} ms a way`,
    ...violations.map((violation) => `  violated: ${violation}`),
    `  drawn: ${JSON.stringify({ preparation, radio, slow, acts })}`,
    `  again: ${again(run.seed)}`,
  ]
}

/** How the calls of all runs ended. */
class Tally {
  runs = 0
  failed = 0
  readonly #ends = new Map<string, { readonly call: CallResult; count: number; longest: number }>()

  add({ calls, violations }: RunReport): void {
    this.runs++
    if (violations.length > 0) this.failed++
    for (const call of calls) {
      const name = [call.branch ?? '-', call.outcome, call.reason ?? '-'].join(' ')
      const end = this.#ends.get(name) ?? { call, count: 0, longest: 0 }
      this.#ends.set(name, { call, count: end.count + 1, longest: Math.max(end.longest, call.ms) })
    }
  }

  lines(seed: number): readonly string[] {
    const ends = [...this.#ends].sort(([one], [other]) => one.localeCompare(other))
    const rows = ends.map(([, { call, count, longest }]) => [
      ...[call.branch ?? '-', call.outcome.replace('-', ' '), call.reason ?? '-', String(count)],
      `${(longest / 1000).toFixed(1)} s`,
    ])
    const verdict = this.failed === 0 ? 'nothing violated' : `${this.failed} violated a rule`
    return [
      ...tableOf(['branch', 'outcome', 'reason', 'calls', 'longest'], rows),
      `${this.runs} runs from seed ${seed}: ${verdict}`,
    ]
  }
}
