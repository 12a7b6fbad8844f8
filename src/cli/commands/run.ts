import type { CaptureFile } from '../../io/capture/capture-file.ts'
import type { ScenarioResult } from '../../testbed/result.ts'
import { findScenario, scenarios } from '../../testbed/scenarios.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { RunFlags } from '../flags.ts'
import { duration } from '../../ladder/names.ts'
import { nearMiss } from '../near-miss.ts'
import { tableOf } from '../table.ts'
import { note } from '../terminal.ts'
import { runOnce, withCapture, withWarning, type Surroundings } from './run-once.ts'

/** Each named scenario on a network of its own, judged against what it expects. */
export async function run(
  names: readonly string[],
  flags: RunFlags & { readonly all?: boolean },
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { terminal, services } = surroundings
  const wanted = wantedScenarios(names, flags.all ?? false)
  if (flags.pcap !== undefined && flags.simulated)
    throw new WrongUsage('--pcap records what is on the wire', 'leave --simulated out')
  const config = await services.loadConfig(flags.config)
  const judged = async (capture: CaptureFile | undefined): Promise<ExitCode> => {
    let worst: ExitCode = exitCodes.done
    const asTable = wanted.length > 1 && !flags.json
    const results: ScenarioResult[] = []
    for (const scenario of wanted) {
      if (asTable && !flags.quiet) note(terminal, `run ${scenario}`)
      const onResult = asTable ? { onResult: (result: ScenarioResult) => results.push(result) } : {}
      const code = await runOnce({ config, scenario, flags, once: true, capture, ...onResult }, surroundings)
      if (code > exitCodes.otherOutcome) return code
      if (code !== exitCodes.done) worst = code
    }
    for (const line of resultLines(results)) terminal.out(line)
    return worst
  }
  return withWarning(config, flags, terminal, () => withCapture(flags, judged))
}

/** A line for each scenario: how it ended, why, and whether it was to end so. */
function resultLines(results: readonly ScenarioResult[]): readonly string[] {
  const rows = results.map(({ scenario, outcome, branch, attempts, reason, ms, expected }) => [
    ...[scenario, outcome.replace('-', ' '), branch ?? '-', String(attempts), reason ?? '-'],
    ...[duration(ms), expected ? 'as expected' : 'not as expected'],
  ])
  return tableOf(['scenario', 'outcome', 'branch', 'attempts', 'reason', 'took', ''], rows)
}

function wantedScenarios(names: readonly string[], all: boolean): readonly string[] {
  const known = scenarios.map(({ name }) => name)
  if (all) return known
  if (names.length === 0) throw new WrongUsage('run needs a scenario', 'npx sidelock scenarios lists them')
  for (const name of names) {
    if (findScenario(name)) continue
    const meant = nearMiss(name, known)
    const hint = meant === undefined ? 'npx sidelock scenarios lists them' : `did you mean ${meant}`
    throw new WrongUsage(`there is no scenario ${name}`, hint)
  }
  return names
}
