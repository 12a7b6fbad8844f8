import type { TapEvent } from '../../core/tap.ts'
import { Instant } from '../../core/units.ts'
import { checkSocketFree } from '../../io/local-socket.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import { configuredNodes } from '../../nodes/config/nodes.ts'
import type { Told, UeByHand } from '../../testbed/ue-by-hand.ts'
import { NotRunning, WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { UeFlags } from '../flags.ts'
import { noticeOf } from '../notices.ts'
import { note, type Terminal } from '../terminal.ts'
import { carryOut, saying } from '../ue/carry-out.ts'
import { askRunning, controlAddress, serveVerbs } from '../ue/control.ts'
import { forwardOf, servedOf, type PortForward } from '../ue/ports.ts'
import { linkLine } from '../ue/shown.ts'
import { verbHelp, verbOf, type Say } from '../ue/verbs.ts'
import { viewOf } from '../view.ts'
import { checkTun, nameOf } from './node.ts'
import { withWarning, type Surroundings } from './run-once.ts'

/** A UE by hand: one verb, or a prompt. */
export async function ue(
  words: readonly string[],
  flags: UeFlags,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { terminal, services } = surroundings
  const verb = words.length > 0 ? verbOf(words) : undefined
  const forwards = (flags.forward ?? []).map(forwardOf)
  const served = (flags.serve ?? []).map(servedOf)
  if (flags.tun !== undefined) checkTun(flags.tun, 'ue')
  if (verb && forwards.length + served.length > 0)
    throw new WrongUsage('--forward and --serve go with a UE that stays', 'leave the verb out')
  if (verb && flags.at !== undefined) return askThere(flags.at, words, flags, terminal)
  const config = await services.loadConfig(flags.config)
  const name = nameOf('ue', flags.name, config)
  const address = flags.at ?? controlAddress(name, config, terminal.environment)
  if (verb) {
    const told = address === undefined ? undefined : await askRunning(address, words, flags, terminal)
    if (told !== undefined) return told
    if (verb.needs === 'running') throw new NotRunning(`${name} does not run here`, `ue --name ${name}`)
  } else if (address !== undefined) await checkSocketFree(address)
  return withWarning(config, flags, terminal, async () => {
    const { byHand: hand, end } = await start(name, config, flags, surroundings)
    try {
      if (verb) return await once(hand, words, saying(flags, terminal), surroundings)
      for (const { port, server } of served) hand.serve(port, server)
      for (const forward of forwards) await open(hand, forward, terminal)
      return await prompt({ hand, name, address, flags }, surroundings)
    } finally {
      await end()
    }
  })
}

/** A verb for the UE at that address; none is started for it. */
async function askThere(
  address: string,
  words: readonly string[],
  flags: UeFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const told = await askRunning(address, words, flags, terminal)
  if (told === undefined)
    throw new NotRunning(`nothing answers at ${address}`, `ue --name UE --at ${address}`)
  return told
}

async function start(name: string, config: NetworkConfig, flags: UeFlags, surroundings: Surroundings) {
  const { terminal, services } = surroundings
  const shown = showing(config, flags, terminal)
  const running = await services.startNode({
    ...{ config, role: 'ue', name, tap: shown.event, tellHeard: flags.ladder ?? false },
    ...{ unsafeRevealKeys: flags.unsafeRevealKeys ?? false },
    ...(flags.tun === undefined ? {} : { tun: flags.tun }),
  })
  const { byHand } = running
  if (!byHand) throw new Error(`${name} is no UE`)
  return {
    byHand,
    end: async () => {
      shown.end()
      await running.stop()
    },
  }
}

/** Messages with `--ladder`, and always what goes wrong, each once until something else does. */
function showing(config: NetworkConfig, flags: UeFlags, terminal: Terminal) {
  const view = viewOf(terminal, { flags, scenario: 'ue', start: Instant(Date.now()) })
  if (flags.ladder)
    view.begin(configuredNodes(config).map(({ name, kind, plmn }) => ({ name, role: kind, plmn: plmn.plmn })))
  let last: string | undefined
  let ended = false
  return {
    event: (event: TapEvent) => {
      if (ended) return
      if (flags.ladder) view.event(event)
      const notice = noticeOf(event)
      if (notice !== undefined && notice !== last) note(terminal, notice)
      last = notice ?? last
    },
    end: () => {
      ended = true
      if (flags.ladder) view.end()
    },
  }
}

/** A UE that lives for this verb. */
async function once(
  hand: UeByHand,
  words: readonly string[],
  say: Say,
  { interruption }: Surroundings,
): Promise<ExitCode> {
  const verb = verbOf(words)
  const [peer = ''] = verb.words
  const work = async () => {
    if (verb.needs === 'linked') {
      const linked = await verbOf(['connect', peer]).run(hand, [peer], say)
      if (linked !== exitCodes.done) return linked
    }
    return verb.run(hand, verb.words, say)
  }
  return Promise.race([work(), interruption.happened])
}

async function open(
  hand: UeByHand,
  { port, peer, peerPort }: PortForward,
  terminal: Terminal,
): Promise<void> {
  const own = await hand.forward(port, peer, peerPort)
  note(terminal, `127.0.0.1:${own} comes out at port ${peerPort} of ${peer}`)
}

interface Prompting {
  readonly hand: UeByHand
  readonly name: string
  /** Where it takes verbs of other terminals. */
  readonly address: string | undefined
  readonly flags: UeFlags
}

/** Takes verbs line by line, and from the control socket, until the lines end or somebody interrupts. */
async function prompt(
  { hand, name, address, flags }: Prompting,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { terminal, interruption } = surroundings
  const control = address === undefined ? undefined : await serveVerbs(hand, address)
  if (!flags.quiet) note(terminal, `${name} runs; help lists what can be typed`)
  const deaf = hand.onTold((told) => tell(told, flags, terminal))
  let exit: ExitCode = exitCodes.done
  let last = Promise.resolve()
  let quit: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (quit = resolve))
  const stop = terminal.onLine(
    (line) => {
      if (['quit', 'exit'].includes(line.trim())) quit()
      last = last.then(async () => {
        const code = await obey(hand, line, flags, terminal)
        if (code !== exitCodes.done) exit = code
      })
    },
    { text: `${name}> `, ended: quit },
  )
  try {
    await Promise.race([ended.then(() => last), interruption.happened])
    return exit
  } finally {
    stop()
    deaf()
    await control?.close()
  }
}

/** One line of the prompt; its error is told and ends nothing. */
async function obey(hand: UeByHand, line: string, flags: UeFlags, terminal: Terminal): Promise<ExitCode> {
  const words = line.split(/\s+/).filter((word) => word !== '')
  if (words.length === 0 || ['quit', 'exit'].includes(words[0] ?? '')) return exitCodes.done
  if (words[0] === 'help') {
    for (const text of [...verbHelp(), '  quit']) terminal.err(text)
    return exitCodes.done
  }
  return carryOut(hand, words, saying(flags, terminal), terminal, flags)
}

function tell(told: Told, { json }: UeFlags, { out }: Terminal): void {
  if (json) out(JSON.stringify({ event: 'told', schema: 1, ...flat(told) }))
  else out(textOf(told))
}

const flat = (told: Told): object => (told.what === 'linked' ? { what: told.what, ...told.link } : told)

function textOf(told: Told): string {
  switch (told.what) {
    case 'linked':
      return `linked   ${linkLine(told.link)}`
    case 'gone':
      return `gone     ${told.link} with ${told.peer}${told.goesOnAs === undefined ? '' : `, goes on as ${told.goesOnAs}`}`
    case 'text':
      return `${told.peer} says over ${told.link}: ${told.text}`
  }
}
