import { serveControl, type ControlSocket } from '../../io/control/control-socket.ts'
import type { TestbedConsole } from '../../console/server/testbed-console.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import type { Fields } from '../../core/tap.ts'
import { givenIn } from '../../testbed/acts/lab-acts.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { reportError } from '../report-error.ts'
import type { Terminal } from '../terminal.ts'
import { saying } from '../ue/carry-out.ts'
import { controlAddress } from '../ue/control.ts'
import type { Say } from '../ue/verbs.ts'

/** Where a testbed takes acts of other terminals. */
export const labAddress = (
  config: Pick<NetworkConfig, 'lab'>,
  environment: Terminal['environment'],
): string | undefined => controlAddress('testbed', config, environment)

/** From now on this testbed takes acts of other processes of its owner. */
export const serveLab = (testbed: TestbedConsole, address: string): Promise<ControlSocket> =>
  serveControl(address, async ({ words, json }, say) => {
    const out = (line: string) => say({ out: line })
    const err = (line: string) => say({ err: line })
    try {
      return await carryOut(testbed, words, saying({ json }, { out }))
    } catch (error) {
      return reportError(error, { err }, { json, verbose: false })
    }
  })

/** Throws WrongUsage, and what the act throws. */
async function carryOut(
  testbed: TestbedConsole,
  [verb, name = '', ...words]: readonly string[],
  say: Say,
): Promise<ExitCode> {
  if (verb === 'show') return show(testbed, name, say)
  if (verb !== 'lab') throw new WrongUsage(`a testbed takes no ${verb ?? 'empty words'}`)
  const done = await testbed.perform(name, givenIn(name, words))
  say({ event: 'result', schema: 1, act: name, ...done }, done.says)
  return done.outcome === undefined || done.outcome === 'secured' ? exitCodes.done : exitCodes.otherOutcome
}

/** What every node holds now, or one of them. Throws WrongUsage. */
async function show(testbed: TestbedConsole, name: string, say: Say): Promise<ExitCode> {
  const views = await testbed.nodes(name === '' ? undefined : name)
  if (views.length === 0)
    throw new WrongUsage(`no node ${name} runs`, 'npx sidelock show lists those that do')
  sayViews(views, say)
  return exitCodes.done
}

function sayViews(views: readonly Fields[], say: Say): void {
  for (const view of views)
    say({ event: 'row', schema: 1, ...view }, ...JSON.stringify(view, null, 2).split('\n'))
}

/** From now on this service tells other processes of its owner what it holds. */
export const serveShow = (
  name: string,
  show: () => Promise<Fields>,
  address: string,
): Promise<ControlSocket> =>
  serveControl(address, async ({ words: [verb, asked = name], json }, say) => {
    if (verb !== 'show' || asked !== name) {
      say({ err: `sidelock: error: this is ${name}, which takes show` })
      return exitCodes.usage
    }
    sayViews([await show()], saying({ json }, { out: (line) => say({ out: line }) }))
    return exitCodes.done
  })
