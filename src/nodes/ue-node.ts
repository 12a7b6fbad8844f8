import type { Sqn } from '../core/aka.ts'
import type { Radio } from '../core/environment.ts'
import { TemporaryFailure } from '../core/errors.ts'
import { isRead } from '../core/tap.ts'
import { eeas } from '../crypto/eea.ts'
import { eias } from '../crypto/eia.ts'
import { gbaOver } from '../entities/ue/gba/bootstrap.ts'
import type { GbaPort, Pc8Association, Pc8Port, Usim } from '../entities/ue/ports.ts'
import { Ue, type SentPc5Message, type UeSettings } from '../entities/ue/ue.ts'
import { SoftUsim } from '../entities/ue/usim/soft-usim.ts'
import { createPc8Client } from '../io/https/pc8-client.ts'
import { connectUb } from '../io/https/ub-client.ts'
import type { UbConnection } from '../reference-points/ub/exchange.ts'
import { inactivityPeriod, pc5Timers } from '../reference-points/pc5/timers.ts'
import type {
  BsfInstance,
  KmfInstance,
  NetworkConfig,
  PlmnConfig,
  UeConfig,
} from './config/network-config.ts'
import { InTurn } from './in-turn.ts'
import { plmnTableFor, type ConfiguredNode } from './config/nodes.ts'
import { keyRequest, ubExchange } from './http-spans.ts'
import { guarded, voiceOf, type Node, type NodeContext, type NodeVoice } from './node.ts'
import { spansOf, type Spans } from './spans.ts'
import { ueView } from './views.ts'
import { pc8Tap, ubTapOfAnswers, ubTapOfUe } from './tap-http.ts'

export type ConfiguredUe = Extract<ConfiguredNode, { kind: 'ue' }>

export interface UeNode extends Node {
  readonly ue: Ue
}

/** Of one UE, in both roles (R43). */
const maximumLinks = 1024

/** The rows of an algorithm table in the order of choice of the configuration. */
const idsOf = <Id extends number>(rows: readonly { readonly id: Id }[], wanted: readonly number[]): Id[] =>
  wanted.flatMap((id) => rows.find((row) => row.id === id)?.id ?? [])

/** What a UE of that home network is set to. */
export function ueSettingsOf(ue: UeConfig, plmn: PlmnConfig, config: NetworkConfig): UeSettings {
  const [layer2Id] = ue.proseUeIds
  if (layer2Id === undefined) throw new Error(`${ue.name} has no ProSe UE ID`)
  return {
    ...ue,
    ...{ kmf: plmn.kmf.fqdn, layer2Id, algorithms: algorithmsOf(ue) },
    ...{ maximumInactivityPeriod: inactivityPeriod.standard, ip: true, timers: pc5Timers, maximumLinks },
    plmns: plmnTableFor(config, plmn.plmn),
  }
}

const algorithmsOf = ({ eea, eia, allowEea0, disabledAlgorithms }: UeConfig): UeSettings['algorithms'] => ({
  ...{ eea: idsOf(eeas, eea), eia: idsOf(eias, eia), allowEea0, disabledAlgorithms },
})

function usimOf(
  { plmn, subscriber }: ConfiguredUe,
  { carriers }: NodeContext,
  highestSqn: Sqn | undefined,
): SoftUsim {
  const aka = carriers.akaSecrets(plmn, subscriber)
  return new SoftUsim({ impi: subscriber.impi, aka, gba: subscriber.gba }, highestSqn)
}

/** Ub towards the BSF of the home network: whichever of its instances answers, wherever that listens now. */
function gbaOf(
  { name, plmn, ue }: ConfiguredUe,
  usim: Usim,
  voice: NodeVoice,
  spans: Spans,
  context: NodeContext,
  tellsHeard: boolean,
): GbaPort {
  const instances = new InTurn(plmn.bsf.instances)
  const connectTo = (bsf: string): UbConnection => {
    const { host: address, port } = reached(bsf, 'ub', context)
    const onMessage = guarded(name, context, ubTapOfUe(name, bsf, voice, context))
    const onAnswer = guarded(name, context, ubTapOfAnswers(name, bsf, context))
    const { carriers, tap, timers } = context
    const connection = connectUb({
      ...{ address, port, streams: carriers.streams(name), timers },
      ...(isRead('message', tap) && { onMessage }),
      ...(tellsHeard && { onAnswer }),
    })
    return { ...connection, exchange: ubExchange('client', connection, spans) }
  }
  return gbaOver(plmn.bsf.fqdn, {
    ...context,
    ...{ usim, tmpi: ue.tmpi, report: voice.report },
    connect: () => connectionInTurn(instances, connectTo),
  })
}

/** One run on Ub, whose exchanges go to the instance that answers. */
function connectionInTurn(
  instances: InTurn<BsfInstance>,
  connectTo: (bsf: string) => UbConnection,
): UbConnection {
  const connections = new Map<string, UbConnection>()
  const connectionTo = (bsf: string): UbConnection => {
    const connection = connections.get(bsf) ?? connectTo(bsf)
    connections.set(bsf, connection)
    return connection
  }
  return {
    exchange: (request, trace) =>
      instances.ask(async ({ name }) => connectionTo(name).exchange(request, trace)),
    close() {
      for (const connection of connections.values()) connection.close()
    },
  }
}

function reached(name: string, service: 'ub' | 'pc8', { addressOf }: NodeContext) {
  const address = addressOf(name, service)
  if (!address) throw new TemporaryFailure(`${name} is not up`)
  return address
}

/** PC8 towards the KMF of the home network: whichever of its instances answers, wherever that listens now. */
function pc8Of(
  own: ConfiguredUe,
  voice: NodeVoice,
  spans: Spans,
  context: NodeContext,
  hasStopped: () => boolean,
  tellsHeard: boolean,
): Pc8Port {
  const instances = new InTurn(own.plmn.kmf.instances)
  let client: Pc8Port | undefined
  const openTo = async ({ name, pc8 }: KmfInstance, association: Pc8Association) => {
    await client?.close()
    // A UE that stopped while it bootstrapped for PC8 would else leave a connection behind.
    if (hasStopped()) throw new TemporaryFailure('this UE has stopped')
    const { host: address, port } = reached(name, 'pc8', context)
    const onMessage = guarded(own.name, context, pc8Tap(voice, context, name))
    const { carriers, tap, timers } = context
    const security = carriers.pc8(own.name, pc8.tls)
    const onAnswer = guarded(own.name, context, pc8Tap(voiceOf(name, context), context, own.name))
    client = createPc8Client({
      ...{ address, port, versions: pc8.tls, security, timers },
      ...(isRead('message', tap) && { onMessage }),
      ...(tellsHeard && { onAnswer }),
    })
    await client.open(association)
  }
  return {
    get isOpen() {
      return client?.isOpen ?? false
    },
    open: (association) => instances.ask((kmf) => openTo(kmf, association)),
    requestKey(request, trace) {
      if (!client) throw new TemporaryFailure('PC8 is not open')
      const open = client
      return keyRequest('client', trace, spans, (context) => open.requestKey(request, context))
    },
    async close() {
      await client?.close()
    },
  }
}

/** Discovery is for everybody: it goes to whoever is not the sender. */
function pc5Tap(
  { name: from, ue }: ConfiguredUe,
  { tap, clock, names, unsafeRevealKeys }: NodeContext,
): (message: SentPc5Message, onAir?: Uint8Array | 'lost') => void {
  if (!isRead('message', tap)) return () => undefined
  return (message, onAir) => {
    const { name, step, protection, frame, sdu, context, heartbeat, security } = message
    const isChanged = onAir !== undefined && onAir !== 'lost'
    // One literal: user data comes by here, and spreading costs as much as its MAC-I.
    tap({
      kind: 'message',
      time: clock.now(),
      from,
      to: message.to === undefined ? 'all' : (names.ofLayer2Id(message.to) ?? 'all'),
      point: 'PC5',
      name,
      step,
      protection,
      bytes: isChanged ? onAir : frame,
      original: isChanged ? frame : undefined,
      lost: onAir === 'lost' ? true : undefined,
      security: security?.(),
      masked: [],
      // A copy: whoever sent it may use its octets again.
      clear: unsafeRevealKeys && protection === 'ciphered' ? sdu?.slice() : undefined,
      pc5Profile: ue.pc5Profile === 'final' && message.channel === 'SL-SCH' ? 'final' : undefined,
      fields: message.fields(),
      context,
      heartbeat,
    })
  }
}

/** A sidelink on which frames get lost or changed, and a tap that knows. */
function befalling(
  radio: Radio,
  onAir: NonNullable<UeStage['onAir']>,
  tap: ReturnType<typeof pc5Tap>,
): { readonly radio: Radio; readonly sent: (message: SentPc5Message) => void } {
  const fates = new WeakMap<Uint8Array, Uint8Array | 'lost'>()
  return {
    radio: {
      ...radio,
      onFrame: (hear) => radio.onFrame(hear),
      close: () => radio.close(),
      send(channel, frame) {
        const fate = fates.get(frame) ?? frame
        if (fate !== 'lost') radio.send(channel, fate)
      },
    },
    sent(message) {
      const fate = onAir(message)
      if (fate !== undefined) fates.set(message.frame, fate)
      tap(message, fate)
    },
  }
}

/** What is special about a UE of a scenario. */
export interface UeStage {
  /** Its USIM takes no SQN up to this one. */
  readonly highestSqn?: Sqn
  /** What becomes of a frame that it sends; undefined: it goes out as it was made. */
  readonly onAir?: (message: SentPc5Message) => Uint8Array | 'lost' | undefined
  /** Puts somebody between the UE and its sidelink. */
  readonly onRadio?: (radio: Radio) => Radio
  /** The tap gets the answers of BSF and KMF from it, as these tell another tap, if any. */
  readonly tellsHeard?: boolean
}

/** A UE with a soft USIM. Throws InvalidConfig, or the error of the radio's sockets. */
export async function startUe(
  node: ConfiguredUe,
  context: NodeContext,
  { highestSqn, onAir, onRadio = (radio) => radio, tellsHeard = false }: UeStage = {},
): Promise<UeNode> {
  const voice = voiceOf(node.name, context)
  const open = onRadio(await context.carriers.radio(node.name, voice.count))
  const { radio, sent } = onAir
    ? befalling(open, onAir, pc5Tap(node, context))
    : { radio: open, sent: pc5Tap(node, context) }
  const usim = usimOf(node, context, highestSqn)
  const spans = spansOf(node.name, context)
  let stopped = false
  const pc8 = pc8Of(node, voice, spans, context, () => stopped, tellsHeard)
  const ue = new Ue(ueSettingsOf(node.ue, node.plmn, context.config), {
    ...context,
    ...voice,
    ...{ radio, usim, gba: gbaOf(node, usim, voice, spans, context, tellsHeard), pc8 },
    sent: guarded(node.name, context, (message: SentPc5Message) => sent(message)),
    onFault: (error) => context.onFault(node.name, error),
  })
  return {
    ...{ name: node.name, ue, addresses: new Map() },
    connect: () => Promise.resolve(),
    levels: () => ({ tables: { links: [ue.links().length, maximumLinks] }, peers: {}, missing: [] }),
    view: () => Promise.resolve(ueView(node, ue)),
    storeAnswers: () => Promise.resolve(),
    stop() {
      stopped = true
      return ue.close()
    },
  }
}
