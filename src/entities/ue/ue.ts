import type { Clock, Radio, Random, SidelinkChannel, Timers } from '../../core/environment.ts'
import { LocalFault, MalformedMessage } from '../../core/errors.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { Layer2Id } from '../../core/identities/prose.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import type { Count, Fields, Protection, Report, SecurityInputs, Step } from '../../core/tap.ts'
import { describeDiscovery, discoveryName, encodeDiscovery } from '../../reference-points/pc5/discovery.ts'
import type { ReleaseReason } from '../../reference-points/pc5/causes.ts'
import { decodeFrame, isFor, isToward, writeFrameHeader } from '../../reference-points/pc5/sl-sch.ts'
import { Bootstrapping } from './bootstrapping.ts'
import { BTidMemory } from './b-tid-memory.ts'
import { Discovery, type DiscoveredPeer, type DiscoverySettings, type DiscoveryWish } from './discovery.ts'
import { GbaPush } from './gba/push.ts'
import { ImsiCap } from './imsi-cap.ts'
import { KeyRetrievals } from './key-retrieval.ts'
import type { LinkSettings, OutgoingMessage } from './link/link.ts'
import type { LinkEntry } from './link/link-table.ts'
import { viewOf, type Link } from './link-view.ts'
import { takesUserData } from './link/rekeying.ts'
import { Links } from './links.ts'
import { Listeners } from './listeners.ts'
import { Pc8Session } from './pc8-session.ts'
import type { GbaPort, Pc8Port, UaConnect, UeBootstrap, Usim } from './ports.ts'
import { setUp, type SetUpPorts, type SetUpRequest, type SetUpResult } from './set-up.ts'
import { getDocument, type DocumentWish, type GotDocument } from './ua.ts'

/** What a UE is configured with. */
export interface UeSettings extends LinkSettings, DiscoverySettings {
  readonly imsi: Imsi
  /** FQDN of the UE's own KMF, which acts as NAF. */
  readonly kmf: Fqdn
  readonly imsiOverPc5: 'seed' | 'never'
  /** Infinity when unlimited. */
  readonly imsiOverPc5PerHour: number
}

/** A PC5 frame as it goes out; the frame is not altered, an IMSI is masked in `fields` only. */
export interface SentPc5Message {
  readonly channel: SidelinkChannel
  readonly name: string
  readonly step?: Step | undefined
  readonly protection: Protection
  /** SL-SCH: MAC header (8 octets) and PDCP PDU; SL-DCH: PC5_DISCOVERY (29). */
  readonly frame: Uint8Array
  /** What an SL-SCH frame carries, before it was ciphered. */
  readonly sdu?: Uint8Array | undefined
  /** Makes what a reader needs to know of it: mostly there is none. */
  readonly fields: () => Fields
  readonly from: Layer2Id
  /** Absent for discovery, which is for everybody. */
  readonly to?: Layer2Id | undefined
  /** `L1` and so on, absent for what belongs to no link. */
  readonly link?: string | undefined
  /** Trace id of the attempt. */
  readonly context?: string | undefined
  readonly heartbeat: boolean
  /** To be asked at once: its keys may be wiped later. */
  readonly security?: (() => SecurityInputs) | undefined
}

export interface UePorts {
  readonly radio: Radio
  readonly gba: GbaPort
  /** The same as behind `gba`: Ub and push take their SQN from one card. */
  readonly usim: Usim
  readonly pc8: Pc8Port
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly report: Report
  readonly count: Count
  /** Called before each frame goes out. */
  readonly sent: (message: SentPc5Message) => void
  /** A fault of whoever listens to this UE. */
  readonly onFault: (error: unknown) => void
}

export interface UserData {
  readonly link: Link
  readonly sduType: 'ip' | 'non-ip'
  readonly octets: Uint8Array
}

/** A link that is no more. */
export interface GoneLink {
  readonly label: string
  /** A live link with the same UE: the one that has replaced it, as a rule. */
  readonly goesOnAs?: string
}

/** MTU of a link. */
export const maximumUserData = 1400

/** The caller asks for what this UE cannot do now. */
export class NotPossibleNow extends LocalFault {
  readonly code = 'ERR_NOT_POSSIBLE_NOW'
}

/** A UE: UE-1 of the links it asks for, UE-2 of those asked of it. CR 33.303 6.X.3. */
export class Ue {
  readonly #settings: UeSettings
  readonly #ports: UePorts
  readonly #memory = new BTidMemory()
  readonly #bootstrapping: Bootstrapping
  readonly #session: Pc8Session
  readonly #links: Links
  readonly #discovery: Discovery
  readonly #setUpPorts: SetUpPorts
  readonly #settingUp = new Set<Layer2Id>()
  readonly #onData: Listeners<UserData>
  readonly #onLink: Listeners<Link>
  readonly #onGone: Listeners<GoneLink>
  readonly #deaf: () => void

  constructor(settings: UeSettings, ports: UePorts) {
    this.#settings = settings
    this.#ports = ports
    this.#onData = new Listeners(ports.onFault)
    this.#onLink = new Listeners(ports.onFault)
    this.#onGone = new Listeners(ports.onFault)
    this.#bootstrapping = new Bootstrapping(ports, this.#memory)
    this.#session = new Pc8Session({
      ...ports,
      kmf: settings.kmf,
      memory: this.#memory,
      bootstrapping: this.#bootstrapping,
    })
    const keys = new KeyRetrievals({ ...ports, session: this.#session })
    this.#links = new Links(settings, {
      ...ports,
      transmit: (message, peer, link) => this.#transmit(message, peer, link),
      retrieveKey: (request, trace) => keys.retrieve(request, trace),
      push: new GbaPush(ports),
      secured: (entry) => {
        const link = viewOf(entry)
        if (link) this.#onLink.tell(link)
      },
      renew: (entry) => void this.#renew(entry),
      received: (entry, sduType, octets) => this.#received(entry, sduType, octets),
      gone: ({ label }, other) => this.#onGone.tell({ label, ...(other && { goesOnAs: other.label }) }),
    })
    this.#discovery = new Discovery(settings, { ...ports, transmit: (...all) => this.#broadcast(...all) })
    this.#setUpPorts = {
      ...settings,
      ...ports,
      memory: this.#memory,
      bootstrapping: this.#bootstrapping,
      links: this.#links,
      imsiCap: new ImsiCap(settings.imsiOverPc5PerHour),
    }
    this.#deaf = ports.radio.onFrame((channel, frame) => this.#hear(channel, frame))
  }

  get layer2Id(): Layer2Id {
    return this.#settings.layer2Id
  }

  /** Step 1: a new B-TID from the BSF. Throws BootstrappingFailed or TemporaryFailure. */
  bootstrap(): Promise<UeBootstrap> {
    return this.#bootstrapping.run()
  }

  /** The B-TID last bootstrapped, valid or not. */
  get btid(): BTid | undefined {
    return this.#memory.btid
  }

  /** A lab makes its B-TID expire now; undefined when none is valid. */
  expireBTid(): BTid | undefined {
    return this.#memory.expire(this.#ports.clock.now())
  }

  /** Step 0: PC8 to the own KMF, bootstrapping first when no B-TID is valid. Throws as `bootstrap`. */
  openPc8(): Promise<void> {
    return this.#session.open()
  }

  /** Ua: a document of another NAF of the home network; throws as `getDocument`. TS 33.222 5. */
  get(wish: DocumentWish, connect: UaConnect): Promise<GotDocument> {
    return getDocument(wish, connect, { ...this.#ports, bootstrapping: this.#bootstrapping })
  }

  /** Step 2, Model A: announces this UE until the returned function is called. */
  announce(): () => void {
    return this.#discovery.announce()
  }

  /** Step 2, Model B: answers solicitations until the returned function is called. */
  answerSolicitations(): () => void {
    return this.#discovery.answer()
  }

  /** Step 2: the first peer that fits, undefined when none is heard in time. */
  discover(wish: DiscoveryWish): Promise<DiscoveredPeer | undefined> {
    return this.#discovery.discover(wish)
  }

  /**
   * Steps 3 to 14 with the UE of that Layer-2 ID; how it ended is the result. Throws NotPossibleNow when a set-up with
   * that peer is under way, or the peer is this UE.
   */
  async connect(peer: Layer2Id, more: Omit<SetUpRequest, 'peer'> = {}): Promise<SetUpResult> {
    if (this.#settingUp.has(peer)) throw new NotPossibleNow('a set-up with that UE is under way')
    if (this.#settings.proseUeIds.includes(peer)) throw new NotPossibleNow('that is this UE itself')
    this.#settingUp.add(peer)
    return setUp({ peer, ...more }, this.#setUpPorts).finally(() => this.#settingUp.delete(peer))
  }

  /** Live links, oldest first. */
  links(): readonly Link[] {
    const live = this.#links.table.all().filter(({ state }) => state.phase === 'secured')
    return live.flatMap((entry) => viewOf(entry) ?? [])
  }

  /** Timers of links that run, and when they end. */
  timers(): ReturnType<Links['timers']> {
    return this.#links.timers()
  }

  /** The live link of that label. */
  link(label: string): Link | undefined {
    const entry = this.#links.table.find(label)
    return entry?.state.phase === 'secured' ? viewOf(entry) : undefined
  }

  /**
   * User data over a live link, at most 1400 octets. Throws NotPossibleNow when the link is not live, or has no PDCP SN
   * left for user data: it is then rekeyed first, and takes user data again after that.
   */
  send(label: string, octets: Uint8Array, sduType: 'ip' | 'non-ip' = 'non-ip'): void {
    if (octets.length > maximumUserData)
      throw new NotPossibleNow(`user data has at most ${maximumUserData} octets`)
    const entry = this.#live(label)
    if (!takesUserData(entry.state)) {
      this.#links.dispatch(entry, { kind: 'rekey' })
      throw new NotPossibleNow(`${label} has no PDCP SN left for user data until it is rekeyed`)
    }
    this.#links.dispatch(entry, { kind: 'send', sduType, octets })
  }

  /** Ends a live link; throws NotPossibleNow when there is none of that label. */
  release(label: string, reason: ReleaseReason = 1): void {
    this.#links.dispatch(this.#live(label), { kind: 'release', reason })
  }

  /**
   * New session keys for a live link, which goes on meanwhile; the link as it is then. UE-1 asks for them, UE-2 asks
   * UE-1 to. Throws NotPossibleNow when there is no live link of that label, and what stood in the way: the link then
   * goes on under the keys it has. TS 33.303 6.5.5.3.
   */
  async rekey(label: string): Promise<Link> {
    const entry = this.#live(label)
    const end = await this.#links.rekey(entry)
    const link = viewOf(entry)
    if (end.outcome === 'kept') throw end.error
    if (!link) throw new NotPossibleNow(`there is no live link ${label}`)
    return link
  }

  /** A relay asks its remote UE for its identities; the answer is reported. Throws NotPossibleNow. TS 23.303 5.4.4. */
  askRemoteUe(label: string): void {
    this.#links.dispatch(this.#live(label), { kind: 'ask-remote-ue' })
  }

  /** Calls `listener` with user data of every link; the returned function stops it. */
  onData(listener: (data: UserData) => void): () => void {
    return this.#onData.add(listener)
  }

  /** Step 2: calls `listener` with every peer that is heard and the model; the returned function stops it. */
  onHeard(listener: (peer: DiscoveredPeer, model: 'a' | 'b') => void): () => void {
    return this.#discovery.onHeard(listener)
  }

  /** Calls `listener` with every link that is secured, in either role. */
  onLink(listener: (link: Link) => void): () => void {
    return this.#onLink.add(listener)
  }

  /** Calls `listener` with every link that is no more. */
  onGone(listener: (gone: GoneLink) => void): () => void {
    return this.#onGone.add(listener)
  }

  /** Numbers for leak checks: links in any phase. */
  get size(): { readonly links: number } {
    return { links: this.#links.table.size }
  }

  /** Releases live links without waiting for the peers, erases every key, closes PC8 and the radio. */
  async close(): Promise<void> {
    for (const { label } of this.links()) this.release(label)
    this.#links.close()
    this.#memory.close()
    this.#discovery.close()
    this.#deaf()
    await this.#ports.pc8.close()
    await this.#ports.radio.close()
  }

  /**
   * Steps 3 to 14 anew beside a link whose PDK ends soon. The new link replaces it; any other end leaves it until its PDK
   * ends, REJECT 1 too, which anybody can send: a permission that was withdrawn ends the link then (R11, R29).
   */
  async #renew({ peer, state }: LinkEntry): Promise<void> {
    if (state.phase !== 'secured' || this.#settingUp.has(peer)) return
    const { relayServiceCode } = state.facts
    await this.connect(peer, relayServiceCode === undefined ? {} : { relayServiceCode })
  }

  #live(label: string): LinkEntry {
    const entry = this.#links.table.find(label)
    if (entry?.state.phase !== 'secured') throw new NotPossibleNow(`there is no live link ${label}`)
    return entry
  }

  #hear(channel: SidelinkChannel, octets: Uint8Array): void {
    if (channel === 'SL-DCH') {
      this.#discovery.hear(octets)
      return
    }
    const own = this.#settings.layer2Id
    if (!isToward(own, octets)) return
    try {
      const frame = decodeFrame(octets)
      if (isFor(frame, own)) this.#links.hear(frame)
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#ports.count('pc5 dropped: frame')
    }
  }

  #transmit(
    message: OutgoingMessage,
    peer: Layer2Id,
    link: { readonly label?: string; readonly trace?: string },
  ): void {
    const { lcid, frame, sdu, name, step, protection, fields, heartbeat, security } = message
    const from = this.#settings.layer2Id
    writeFrameHeader(frame, { source: from, destination: peer, lcid })
    this.#put({
      name,
      step,
      protection,
      fields,
      heartbeat,
      security,
      channel: 'SL-SCH',
      frame,
      sdu,
      from,
      to: peer,
      link: link.label,
      context: link.trace,
    })
  }

  #broadcast(
    ...[message, repeated]: Parameters<ConstructorParameters<typeof Discovery>[1]['transmit']>
  ): void {
    this.#put({
      channel: 'SL-DCH',
      name: discoveryName(message.type),
      step: '2',
      protection: 'clear',
      frame: encodeDiscovery(message),
      fields: () => describeDiscovery(message),
      from: this.#settings.layer2Id,
      heartbeat: repeated,
    })
  }

  #put(message: SentPc5Message): void {
    this.#ports.sent(message)
    this.#ports.radio.send(message.channel, message.frame)
  }

  #received(entry: LinkEntry, sduType: UserData['sduType'], octets: Uint8Array): void {
    const link = viewOf(entry)
    if (link) this.#onData.tell({ link, sduType, octets })
  }
}
