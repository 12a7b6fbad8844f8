import { Rand } from '../../../src/core/aka.ts'
import type { Random } from '../../../src/core/environment.ts'
import { BootstrappingFailed, TemporaryFailure } from '../../../src/core/errors.ts'
import { hasExtension } from '../../../src/core/extension-set.ts'
import { bTidOf } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import {
  DiscoveryGroupId,
  hexOf24,
  Layer2Id,
  UserInfoId,
  type ProseUeId,
} from '../../../src/core/identities/prose.ts'
import { Impi, Imsi } from '../../../src/core/identities/subscriber.ts'
import { Ks } from '../../../src/core/keys.ts'
import { PlmnTable } from '../../../src/core/plmn-table.ts'
import type { Report } from '../../../src/core/tap.ts'
import { earliest, hours, later, milliseconds, seconds } from '../../../src/core/units.ts'
import { deriveKsNaf } from '../../../src/crypto/gba-keys.ts'
import { derivePdk } from '../../../src/crypto/prose-keys.ts'
import type { Bootstrap } from '../../../src/entities/bsf/ports.ts'
import { ksInMe } from '../../../src/entities/ue/gba/held-ks.ts'
import type {
  GbaPort,
  HeldKs,
  Pc8Association,
  Pc8Port,
  UeBootstrap,
  Usim,
} from '../../../src/entities/ue/ports.ts'
import type { SetUpResult } from '../../../src/entities/ue/set-up.ts'
import { Ue, type SentPc5Message, type UeSettings } from '../../../src/entities/ue/ue.ts'
import type {
  ProseDirectKeyRequest,
  ProseDirectKeyResponse,
} from '../../../src/reference-points/pc8/exchange.ts'
import { decodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { decodePdu, type Pdu } from '../../../src/reference-points/pc5/pdcp.ts'
import {
  decodeSdu,
  pc5Messages,
  type Pc5,
  type Pc5MessageType,
} from '../../../src/reference-points/pc5/messages.ts'
import { defaultAlgorithmPolicy } from '../../../src/reference-points/pc5/security-capabilities.ts'
import { pc5Timers } from '../../../src/reference-points/pc5/timers.ts'
import { SimulatedClock } from '../../../src/testbed/simulated-clock.ts'
import { SimulatedRadio } from '../../../src/testbed/simulated-radio.ts'
import { Home } from './home.ts'

export const id1 = Layer2Id(0x010203)
export const id2 = Layer2Id(0x0a0b0c)
export const kmf = Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org')
const bsf = Fqdn('bsf.mnc001.mcc001.pub.3gppnetwork.org')

/** Octets that depend on the seed alone; `next` are given first, each when its length is asked for. */
export class SeededRandom implements Random {
  readonly next: Uint8Array[] = []
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  octets(count: number): Uint8Array {
    const at = this.next.findIndex((octets) => octets.length === count)
    const [given] = at < 0 ? [] : this.next.splice(at, 1)
    return given ?? Uint8Array.from({ length: count }, () => this.below(256))
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * limit)
  }
}

/** BSF and KMFs of the test: they know every bootstrapping and derive as they should. */
export class Network {
  readonly clock: SimulatedClock
  readonly bootstraps = new Map<string, { readonly bootstrap: Bootstrap; readonly proseUeId: ProseUeId }>()
  /** By IMSI. */
  readonly homes = new Map<string, Home>()
  readonly requests: ProseDirectKeyRequest[] = []
  /** 7b: keys under a B-TID are replaced by pushed ones. */
  keysAreTooOld = false
  ubAnswers = true
  kmfAnswers = true
  latency = milliseconds(20)
  ksLifetime = hours(24)
  bootstrapped = 0
  /** What the next runs on Ub give. */
  readonly prepared: Bootstrap[] = []
  opened = 0
  /** Called with the first key request. */
  whenAsked: (() => void) | undefined
  /** Replaces what step 10 says. */
  answer: ((request: ProseDirectKeyRequest) => ProseDirectKeyResponse | Error | undefined) | undefined

  constructor(clock: SimulatedClock) {
    this.clock = clock
  }

  gba(imsi: string, proseUeId: ProseUeId, random: SeededRandom): GbaPort {
    return {
      bootstrap: async () => {
        await this.#pass()
        if (!this.ubAnswers) throw new BootstrappingFailed('Ub is blocked')
        this.bootstrapped++
        const prepared = this.prepared.shift()
        if (prepared) return this.#know(prepared, proseUeId)
        const now = this.clock.now()
        const rand = Rand(random.octets(16))
        const home = this.homes.get(imsi)
        const card = home?.gba === 'GBA_U' ? await home.bootstrap(rand) : undefined
        const bootstrap = {
          btid: bTidOf(rand, bsf),
          impi: impiOf(imsi),
          rand,
          ks: card?.ks ?? Ks(random.octets(32)),
          created: now,
          expires: later(now, this.ksLifetime),
        }
        return this.#know(bootstrap, proseUeId, card?.held)
      },
    }
  }

  pc8(): Pc8Port & { drop(): void; readonly associations: Pc8Association[] } {
    let open = false
    const associations: Pc8Association[] = []
    return {
      associations,
      get isOpen() {
        return open
      },
      drop: () => (open = false),
      open: async (association) => {
        await this.#pass()
        if (!this.kmfAnswers) throw new TemporaryFailure('no KMF')
        this.opened++
        associations.push(association)
        open = true
      },
      requestKey: async (request) => {
        this.requests.push(request)
        this.whenAsked?.()
        this.whenAsked = undefined
        await this.#pass()
        if (!open || !this.kmfAnswers) throw new TemporaryFailure('no KMF')
        const answer = this.answer?.(request) ?? this.keyFor(request)
        if (answer instanceof Error) throw answer
        return answer
      },
      close: () => {
        open = false
        return Promise.resolve()
      },
    }
  }

  /** Steps 5 to 10, as they should be. */
  keyFor(request: ProseDirectKeyRequest): ProseDirectKeyResponse {
    const { transactionId, ue1Id, ue2Id, nafId } = request
    if (ue1Id.kind === 'imsi') return this.#push(ue1Id.imsi, request)
    const known = this.bootstraps.get(ue1Id.btid)
    if (!known) return { transactionId, outcome: 'bootstrapping-renegotiation' }
    if (this.keysAreTooOld) return this.#push(known.bootstrap.impi.split('@')[0] ?? '', request)
    const { ks, rand, impi, expires } = known.bootstrap
    const keyExpiry = earliest(expires, later(this.clock.now(), hours(1)))
    const pdk = derivePdk(deriveKsNaf(ks, rand, impi, nafId), ue2Id, pdkNonceOf(request))
    return { transactionId, outcome: 'key', pdk, keyExpiry, ue1ProseUeIds: [known.proseUeId] }
  }

  /** 7b, 7d. */
  #push(imsi: string, request: ProseDirectKeyRequest): ProseDirectKeyResponse {
    const { transactionId, ue2Id } = request
    const home = this.homes.get(imsi)
    if (!home) return { transactionId, outcome: 'error', code: 2 }
    const { gpi, ksNaf } = home.push(request, this.clock.now())
    const keyExpiry = later(this.clock.now(), hours(1))
    const pdk = derivePdk(ksNaf, ue2Id, pdkNonceOf(request))
    return { transactionId, outcome: 'key', pdk, keyExpiry, gpi, ue1ProseUeIds: [home.proseUeId] }
  }

  /** The BSF's own copy: the UE erases its Ks. */
  #know(bootstrap: Bootstrap, proseUeId: ProseUeId, onCard?: HeldKs): UeBootstrap {
    const { btid, ks, rand, impi, created, expires } = bootstrap
    this.bootstraps.set(btid, { bootstrap: { ...bootstrap, ks: Ks(ks) }, proseUeId })
    return { btid, ks: onCard ?? ksInMe(ks, rand, impi), created, expires }
  }

  #pass(): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(this.latency, resolve)
    })
  }
}

const pdkNonceOf = ({ extensions, nonce1 }: ProseDirectKeyRequest) =>
  hasExtension(extensions, 'E1') ? nonce1 : undefined

const impiOf = (imsi: string): Impi => Impi(`${imsi}@ims.mnc001.mcc001.3gppnetwork.org`)

export interface Station {
  readonly ue: Ue
  readonly home: Home
  readonly settings: UeSettings
  readonly pc8: ReturnType<Network['pc8']>
  readonly random: SeededRandom
  readonly sent: SentPc5Message[]
  readonly reports: Parameters<Report>[0][]
  readonly counts: Map<string, number>
  readonly received: { readonly link: string; readonly text: string }[]
  /** What listeners of the UE threw. */
  readonly faults: unknown[]
  /** Everything that was counted as dropped. */
  dropped(): number
}

/** The UICC of a UE: GBA_ME unless said, and the one its HSS knows. */
export interface Card {
  readonly gba?: 'GBA_U'
  readonly usim?: Usim
}

export class World {
  readonly clock = new SimulatedClock()
  readonly air = new SimulatedRadio(this.clock)
  readonly network = new Network(this.clock)
  #stations = 0

  station(layer2Id: Layer2Id, changes: Partial<UeSettings> = {}, card: Card = {}): Station {
    const number = ++this.#stations
    const name = `ue${number}`
    const random = new SeededRandom(1000 + number)
    const settings = { ...settingsOf(layer2Id), ...changes }
    const sent: SentPc5Message[] = []
    const reports: Parameters<Report>[0][] = []
    const counts = new Map<string, number>()
    const received: { link: string; text: string }[] = []
    const faults: unknown[] = []
    const pc8 = this.network.pc8()
    const home = new Home(impiOf(settings.imsi), layer2Id, new SeededRandom(2000 + number), card.gba)
    this.network.homes.set(settings.imsi, home)
    const ue = new Ue(settings, {
      usim: card.usim ?? home.usim,
      radio: this.air.station(name),
      gba: this.network.gba(settings.imsi, settings.layer2Id, random),
      pc8,
      clock: this.clock,
      timers: this.clock,
      random,
      report: (state) => reports.push(state),
      count: (counter) => counts.set(counter, (counts.get(counter) ?? 0) + 1),
      onFault: (error) => faults.push(error),
      sent: (message) => {
        sent.push(message)
        this.air.tap({
          kind: 'message',
          time: this.clock.now(),
          point: 'PC5',
          from: name,
          to: '',
          name: message.name,
          protection: message.protection,
          bytes: message.frame,
          masked: [],
          fields: message.fields(),
        })
      },
    })
    ue.onData(({ link, octets }) =>
      received.push({ link: link.label, text: new TextDecoder().decode(octets) }),
    )
    const dropped = () => [...counts.values()].reduce((sum, count) => sum + count, 0)
    return { ue, home, settings, pc8, random, sent, reports, counts, received, faults, dropped }
  }

  /** A set-up to its end. */
  async connect(from: Station, to: Layer2Id = id2, whenAsked?: () => void): Promise<SetUpResult> {
    let result: SetUpResult | undefined
    this.network.whenAsked = whenAsked
    void from.ue.connect(to).then((value) => (result = value))
    await this.clock.runUntil(() => result !== undefined)
    if (!result) throw new Error('the set-up did not end')
    return result
  }
}

const settingsOf = (layer2Id: Layer2Id): UeSettings => ({
  layer2Id,
  proseUeIds: [layer2Id],
  algorithms: defaultAlgorithmPolicy,
  pc5Profile: 'seed',
  maximumInactivityPeriod: seconds(60),
  ip: false,
  requireVerifiedPeer: false,
  maximumLinks: 1024,
  relayServiceCodes: [],
  timers: pc5Timers,
  plmns: new PlmnTable([]),
  imsi: Imsi(`0010100000${hexOf24(layer2Id).replace(/\D/g, '9').slice(1)}`),
  kmf,
  imsiOverPc5: 'seed',
  imsiOverPc5PerHour: 10,
  userInfoId: UserInfoId(Uint8Array.of(0, 0, 0, layer2Id >> 16, layer2Id >> 8, layer2Id)),
  discoveryGroup: DiscoveryGroupId(0x112233),
})

export type TwoUes = World & { readonly ue1: Station; readonly ue2: Station }

/** UE-1, bootstrapped, and UE-2, with PC8 open: steps 0 and 1. */
export async function twoUes(
  changes: {
    readonly ue1?: Partial<UeSettings>
    readonly ue2?: Partial<UeSettings>
    readonly card?: Card
  } = {},
): Promise<TwoUes> {
  const world = new World()
  const ue1 = world.station(id1, changes.ue1, changes.card)
  const ue2 = world.station(id2, changes.ue2)
  await world.clock.advance(milliseconds(1))
  let ready = 0
  void ue1.ue.bootstrap().then(() => ready++)
  void ue2.ue.openPc8().then(() => ready++)
  await world.clock.runUntil(() => ready === 2)
  return Object.assign(world, { ue1, ue2 })
}

/** 7d: UE-1 has no B-TID and its Ub does not answer; UE-2 has PC8 open. */
export async function imsiOnly(card: Card = {}, changes: Partial<UeSettings> = {}): Promise<TwoUes> {
  const world = new World()
  const ue1 = world.station(id1, changes, card)
  const ue2 = world.station(id2)
  await world.clock.advance(milliseconds(1))
  let ready = false
  void ue2.ue.openPc8().then(() => (ready = true))
  await world.clock.runUntil(() => ready)
  world.network.ubAnswers = false
  return Object.assign(world, { ue1, ue2 })
}

/** The PDU of the `nth` frame of that name a station has sent. */
export function pduOf(station: Station, type: Pc5MessageType, nth = 0): Pdu & { readonly frame: Uint8Array } {
  const message = station.sent.filter(({ name }) => name === pc5Messages[type].name).at(nth)
  if (!message) throw new Error(`no ${type} was sent`)
  const { lcid, pdu } = decodeFrame(message.frame)
  return { ...decodePdu(lcid, pdu), frame: message.frame }
}

/** The clear message of that frame. */
export const messageOf = <Type extends Pc5MessageType>(station: Station, type: Type, nth = 0): Pc5<Type> =>
  decodeSdu(pduOf(station, type, nth).data) as Pc5<Type>

export const namesSent = (station: Station): string[] => station.sent.map(({ name }) => name)

/** What a live link of a station is, as far as nobody else may change it. */
export const snapshot = (station: Station): string =>
  JSON.stringify(
    station.ue.links().map(({ label, kdSessId, keys, expires }) => [label, kdSessId, keys, expires]),
  )

/** `octets` with one octet changed. */
export function withOctet(octets: Uint8Array, at: number, change: (octet: number) => number): Uint8Array {
  const changed = octets.slice()
  const index = at < 0 ? changed.length + at : at
  changed[index] = change(changed[index] ?? 0)
  return changed
}

export const equalKeys = (a: Station, b: Station): boolean =>
  a.ue.links()[0]?.keys['KD-sess'] === b.ue.links()[0]?.keys['KD-sess']
