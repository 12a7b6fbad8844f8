import type { UeByHand } from '../../testbed/ue-by-hand.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import { reportError } from '../report-error.ts'
import type { Terminal } from '../terminal.ts'
import { verbOf, type Say } from './verbs.ts'

export const saying =
  ({ json }: Pick<SharedFlags, 'json'>, { out }: Pick<Terminal, 'out'>): Say =>
  (object, ...lines) => {
    if (!json) lines.forEach(out)
    else if (Object.keys(object).length > 0) out(JSON.stringify(object))
  }

/** A verb and what follows it; an error is told, not thrown. */
export async function carryOut(
  hand: UeByHand,
  words: readonly string[],
  say: Say,
  terminal: Pick<Terminal, 'err'>,
  { json = false, verbose = false }: Pick<SharedFlags, 'json' | 'verbose'>,
): Promise<ExitCode> {
  try {
    const verb = verbOf(words)
    return await verb.run(hand, verb.words, say)
  } catch (error) {
    return reportError(error, terminal, { json, verbose })
  }
}
