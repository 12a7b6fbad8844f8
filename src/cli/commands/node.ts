import { tapOf, type Tap } from '../../core/tap.ts'
import { tellReady } from '../../io/service-manager.ts'
import { holdYoungGeneration } from '../../io/young-generation.ts'
import { Instant } from '../../core/units.ts'
import type { ControlSocket } from '../../io/control/control-socket.ts'
import { checkSocketFree, ControlAddressInUse, InvalidControlAddress } from '../../io/local-socket.ts'
import { tunName, type NetworkConfig } from '../../nodes/config/network-config.ts'
import { findNode } from '../../nodes/config/nodes.ts'
import { EventLines } from '../../testbed/event-lines.ts'
import type { RunningNode } from '../../testbed/run-node.ts'
import type { NodeRole } from '../../testbed/run.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { NodeFlags } from '../flags.ts'
import { displayName } from '../../ladder/names.ts'
import { serveShow } from '../lab/control.ts'
import { pipedLine } from '../ladder/piped.ts'
import { nearMiss } from '../near-miss.ts'
import { reportError } from '../report-error.ts'
import { note, type Terminal } from '../terminal.ts'
import { controlAddress, serveVerbs } from '../ue/control.ts'
import { withWarning, type Surroundings } from './run-once.ts'

const roles: readonly NodeRole[] = ['hss', 'bsf', 'kmf', 'ue']

/**
 * One entity as a service, or with `network` all HSSs, BSFs and KMFs, until Ctrl-C or SIGTERM. What they send and decide goes
 * to stdout.
 */
export async function node(role: string, flags: NodeFlags, surroundings: Surroundings): Promise<ExitCode> {
  const { terminal, services, interruption } = surroundings
  const release = holdYoungGeneration()
  if (role === 'network') return homeNetworks(flags, surroundings, release)
  const config = await services.loadConfig(flags.config)
  const { known, name } = chosen(role, flags.name, config)
  if (flags.connect !== undefined && known !== 'ue') throw new WrongUsage('only a UE can --connect')
  if (flags.tun !== undefined) checkTun(flags.tun, known)
  const address = flags.at ?? controlAddress(name, config, terminal.environment)
  if (address !== undefined && known === 'ue') await checkSocketFree(address)
  return withWarning(config, flags, terminal, async () => {
    const running = await services.startNode({
      config,
      role: known,
      name,
      unsafeRevealKeys: flags.unsafeRevealKeys ?? false,
      ...(flags.connect === undefined ? {} : { connectTo: flags.connect }),
      ...(flags.tun === undefined ? {} : { tun: flags.tun }),
      tap: await printing(flags, terminal),
      tellHeard: true,
    })
    try {
      const control =
        address === undefined
          ? undefined
          : await serveWhoAsks(running, address, flags.at !== undefined, terminal)
      if (!flags.quiet) note(terminal, [`${displayName(name)} runs`, ...running.listens].join(', '))
      tellReady()
      release()
      interruption.onHangUp(reloading(running, flags, surroundings))
      await interruption.happened
      await control?.close()
    } finally {
      await running.stop()
    }
    return exitCodes.done
  })
}

/** Verbs at a UE; what it holds at any other node, which goes on without where that place takes no socket. */
async function serveWhoAsks(
  { name, byHand, show }: RunningNode,
  address: string,
  isWanted: boolean,
  terminal: Terminal,
): Promise<ControlSocket | undefined> {
  if (byHand) return serveVerbs(byHand, address)
  if (!show) return undefined
  try {
    return await serveShow(name, show, address)
  } catch (error) {
    const isOfPlace = error instanceof ControlAddressInUse || error instanceof InvalidControlAddress
    if (isWanted || !isOfPlace) throw error
    note(terminal, `npx sidelock show does not reach ${name}: ${error.message}`)
    return undefined
  }
}

/** A role, with a name where the configuration has several, or the name of a node alone. */
function chosen(role: string, name: string | undefined, config: NetworkConfig) {
  const known = roles.find((some) => some === role)
  if (known) return { known, name: nameOf(known, name, config) }
  const node = name === undefined ? findNode(config, role) : undefined
  if (!node) throw new WrongUsage(`there is no role ${role}`, didYouMean(role, [...roles, 'network']))
  return { known: node.kind, name: node.name }
}

/** Reads the file again, one time after the other; a wrong one changes nothing, and its mistakes are told. */
function reloading(
  running: { reload(config: NetworkConfig): Promise<void> },
  flags: NodeFlags,
  { terminal, services }: Surroundings,
): () => void {
  const told = { json: flags.json ?? false, verbose: flags.verbose ?? false }
  const reload = async () => {
    try {
      await running.reload(await services.loadConfig(flags.config))
      note(terminal, `${flags.config} was read again`)
    } catch (error) {
      reportError(error, terminal, told, 'nothing was changed')
    }
  }
  let last = Promise.resolve()
  return () => void (last = last.then(reload))
}

async function homeNetworks(
  flags: NodeFlags,
  surroundings: Surroundings,
  release: () => void,
): Promise<ExitCode> {
  const { terminal, services, interruption } = surroundings
  const { name, connect, tun, at, unsafeRevealKeys = false } = flags
  if ([name, connect, tun, at].some((flag) => flag !== undefined))
    throw new WrongUsage('network is all HSSs, BSFs and KMFs: no --name, --connect, --tun or --at')
  const config = await services.loadConfig(flags.config)
  return withWarning(config, flags, terminal, async () => {
    const tap = await printing(flags, terminal)
    const running = await services.startHomeNetworks({ config, unsafeRevealKeys, tap })
    if (!flags.quiet) note(terminal, ['network runs', ...running.listens].join(', '))
    tellReady()
    release()
    interruption.onHangUp(reloading(running, flags, surroundings))
    await interruption.happened
    await running.stop()
    return exitCodes.done
  })
}

/** A line for each event: nodes that are services have nobody who looks on. */
async function printing({ json, log }: NodeFlags, { out }: Terminal): Promise<Tap> {
  if (log !== undefined) return logging(log, json, out)
  const lines = new EventLines(Instant(Date.now()))
  return tapOf(json ? ['message', 'state', 'octets', 'secret'] : ['message', 'state'], (event) => {
    if (event.kind === 'span' || (event.kind === 'state' && event.what === 'levels')) return
    const line = json ? JSON.stringify(lines.of(event)) : pipedLine(event)
    if (line !== undefined) out(line)
  })
}

async function logging(level: string, json: boolean | undefined, out: Terminal['out']): Promise<Tap> {
  const { logLevels, logTap } = await import('../../io/watch/log.ts')
  const known = logLevels.find((some) => some === level)
  if (!known) throw new WrongUsage(`there is no log level ${level}`, didYouMean(level, logLevels))
  if (json) throw new WrongUsage('log lines are JSON already: --log or --json')
  return logTap(known, out)
}

export function checkTun(device: string, role: NodeRole): void {
  if (role !== 'ue') throw new WrongUsage('only a UE can have a --tun')
  if (!tunName.test(device))
    throw new WrongUsage(`${device} cannot be the name of a network device`, 'for example --tun prose0')
}

export function nameOf(role: NodeRole, name: string | undefined, config: NetworkConfig): string {
  const names = namesOf(role, config)
  const [first] = names
  if (first === undefined) throw new WrongUsage(`${config.file} has no ${role}`)
  if (name === undefined && names.length > 1)
    throw new WrongUsage(`${config.file} has ${names.join(' and ')}`, `choose one with --name ${first}`)
  if (name !== undefined && !names.includes(name))
    throw new WrongUsage(`${config.file} has no ${role} ${name}`, didYouMean(name, names))
  return name ?? first
}

const namesOf = (role: NodeRole, { plmns, ues }: NetworkConfig): string[] =>
  role === 'ue'
    ? ues.map(({ name }) => name)
    : plmns.flatMap((plmn) => plmn[role].instances.map(({ name }) => name))

export function didYouMean(typed: string, names: readonly string[]): string {
  const meant = nearMiss(typed, names)
  return meant === undefined ? `it is one of ${names.join(', ')}` : `did you mean ${meant}`
}
