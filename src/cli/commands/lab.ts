import { usageOf } from '../../testbed/acts/lab-acts.ts'
import { acts } from '../../testbed/acts/table.ts'
import { NotRunning } from '../errors.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { LabFlags } from '../flags.ts'
import { labAddress } from '../lab/control.ts'
import { askRunning, controlAddress } from '../ue/control.ts'
import type { Surroundings } from './run-once.ts'

/** One act on the testbed that runs here. */
export const lab = (
  words: readonly string[],
  flags: LabFlags,
  surroundings: Surroundings,
): Promise<ExitCode> => askTestbed(['lab', ...words], flags, surroundings)

/** What the nodes of the testbed that runs here hold, or where none runs a node that is a service. Throws NotRunning. */
export async function show(
  name: string | undefined,
  flags: LabFlags,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { terminal, services } = surroundings
  const words = ['show', ...(name === undefined ? [] : [name])]
  if (name !== undefined && flags.at === undefined) {
    const config = await services.loadConfig(flags.config)
    const places = ['testbed', name].map((one) => controlAddress(one, config, terminal.environment))
    for (const place of places) {
      const told = place === undefined ? undefined : await askRunning(place, words, flags, terminal)
      if (told !== undefined) return told
    }
    throw new NotRunning(`neither a testbed nor ${name} answers`, 'testbed')
  }
  return askTestbed(words, flags, surroundings)
}

/** What the testbed that runs here says; throws NotRunning. */
async function askTestbed(
  words: readonly string[],
  flags: LabFlags,
  { terminal, services }: Surroundings,
): Promise<ExitCode> {
  const address = flags.at ?? labAddress(await services.loadConfig(flags.config), terminal.environment)
  const told = address === undefined ? undefined : await askRunning(address, words, flags, terminal)
  if (told === undefined) throw new NotRunning(`no testbed answers at ${address ?? 'any place'}`, 'testbed')
  return told
}

/** A line for each act. */
export function actHelp(): readonly string[] {
  const usages = acts.map(usageOf)
  const width = Math.max(...usages.map(({ length }) => length)) + 2
  return acts.map(({ summary }, at) => `  ${(usages[at] ?? '').padEnd(width)}${summary}`)
}
