import { isAbsolute, relative } from 'node:path'
import type { ConsoleAddress } from '../../console/server/app.ts'
import type { OpenConsole } from '../../console/server/open-console.ts'
import type { TestbedConsole } from '../../console/server/testbed-console.ts'
import type { ControlSocket } from '../../io/control/control-socket.ts'
import { ensureDirectory } from '../../io/lab/files.ts'
import { ControlAddressInUse, InvalidControlAddress } from '../../io/local-socket.ts'
import { systemClock } from '../../io/system.ts'
import { configuredNodes } from '../../nodes/config/nodes.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import { parseAddress } from '../../nodes/config/schema/forms.ts'
import { InvalidValue } from '../../core/errors.ts'
import { WrongUsage } from '../errors.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { TestbedFlags } from '../flags.ts'
import { counted } from '../../ladder/names.ts'
import { labAddress, serveLab } from '../lab/control.ts'
import { note, type Terminal } from '../terminal.ts'
import { runOnce, withCapture, withWarning, type Surroundings } from './run-once.ts'

const scenario = '7a'

/** The configured network with one link, until Ctrl-C. */
export async function testbed(flags: TestbedFlags, surroundings: Surroundings): Promise<ExitCode> {
  const { terminal, services } = surroundings
  const config = await services.loadConfig(flags.config)
  if (!flags.quiet) note(terminal, networkLine(config))
  const order = { config, scenario, flags, once: flags.once ?? false }
  return withWarning(config, flags, terminal, () =>
    withCapture(flags, (capture) =>
      withConsole(config, flags, surroundings, (console) =>
        runOnce({ ...order, capture, ...(console && { console }) }, surroundings),
      ),
    ),
  )
}

/** Runs `work` with the console of the network, which a network that ends by itself has not. */
async function withConsole<Result>(
  config: NetworkConfig,
  { once, console, quiet, unsafeRevealKeys = false }: TestbedFlags,
  { terminal, services }: Surroundings,
  work: (console: OpenConsole | undefined) => Promise<Result>,
): Promise<Result> {
  if (once) return work(undefined)
  const serve = typeof console === 'string' ? addressIn(console) : console
  const opened = await services.openConsole({
    ...{ config, unsafeRevealKeys, serve, clock: systemClock, startRun: services.startRun },
    note: (text) => note(terminal, text),
  })
  if (opened.url !== undefined && !quiet) note(terminal, `console ${opened.url}`)
  const lab = await openLab(opened.testbed, terminal)
  try {
    return await work(opened)
  } finally {
    await lab?.close()
    await opened.close()
  }
}

/** Throws WrongUsage. */
function addressIn(text: string): ConsoleAddress {
  try {
    return parseAddress(text)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new WrongUsage(`--console ${text}: host:port is needed, [host]:port for IPv6`)
  }
}

/** The first testbed of a lab takes the acts; another one goes on without. */
async function openLab(testbed: TestbedConsole, terminal: Terminal): Promise<ControlSocket | undefined> {
  const address = labAddress(testbed.config, terminal.environment)
  if (address === undefined) return undefined
  const { lab } = testbed.config
  try {
    // At the first start of a lab its folder is not there yet.
    if (lab) ensureDirectory(lab.directory)
    return await serveLab(testbed, address)
  } catch (error) {
    if (!(error instanceof ControlAddressInUse || error instanceof InvalidControlAddress)) throw error
    note(terminal, `npx sidelock lab does not reach this testbed: ${error.message}`)
    return undefined
  }
}

/** What is about to start, in one line. */
export function networkLine(config: NetworkConfig): string {
  const { plmns, file, lab } = config
  const nodes = configuredNodes(config).length
  const hosts = [...new Set(plmns.map(({ bsf }) => bsf.ubListen.host))].join(', ')
  const keys = lab ? `, lab keys in ${near(lab.directory)}` : ''
  return `${counted(plmns.length, 'PLMN')}, ${counted(nodes, 'node')} on ${hosts} from ${file}${keys}`
}

/** As it is called from the current folder. */
function near(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') || isAbsolute(short) ? path : short
}
