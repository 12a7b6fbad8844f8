import { equalOctets } from '../../core/bytes.ts'
import type { Clock, Timers } from '../../core/environment.ts'
import { MalformedMessage } from '../../core/errors.ts'
import type { DiscoveryGroupId, Layer2Id, RelayServiceCode, UserInfoId } from '../../core/identities/prose.ts'
import type { Count } from '../../core/tap.ts'
import { inMilliseconds, seconds, type Seconds } from '../../core/units.ts'
import { decodeDiscovery, type DiscoveryMessage } from '../../reference-points/pc5/discovery.ts'
import { discoveryTimers } from '../../reference-points/pc5/timers.ts'

export interface DiscoverySettings {
  readonly layer2Id: Layer2Id
  readonly userInfoId: UserInfoId
  readonly discoveryGroup: DiscoveryGroupId
  /** Those that this UE serves as a relay. */
  readonly relayServiceCodes: readonly RelayServiceCode[]
}

/** Whom to look for: a member of the own group, or a relay for a Relay Service Code. */
export interface DiscoveryWish {
  /** A: wait for announcements. B: solicit. */
  readonly model: 'a' | 'b'
  /** Anyone when absent. A solicitation for a relay cannot name it, so the response is looked at. */
  readonly userInfoId?: UserInfoId
  readonly relayServiceCode?: RelayServiceCode
  /** Model A only. */
  readonly atMost?: Seconds
}

/** A hint, for nothing in discovery is authenticated: the link proves who has this Layer-2 ID. */
export interface DiscoveredPeer {
  readonly layer2Id: Layer2Id
  readonly userInfoId: UserInfoId
  readonly relayServiceCode?: RelayServiceCode
}

export interface DiscoveryPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly count: Count
  transmit(message: DiscoveryMessage, repeated: boolean): void
}

type Solicitation = Extract<DiscoveryMessage, { type: `${string}Solicitation` }>

/** Steps 2 of CR 33.303 6.X.3.2: Models A and B of TS 23.303 5.3, for group members and relays. */
export class Discovery {
  readonly #settings: DiscoverySettings
  readonly #ports: DiscoveryPorts
  readonly #listeners = new Set<(peer: DiscoveredPeer, model: 'a' | 'b') => void>()
  readonly #running = new Set<() => void>()
  #answering = false

  constructor(settings: DiscoverySettings, ports: DiscoveryPorts) {
    this.#settings = settings
    this.#ports = ports
  }

  /** Model A: announces this UE now and every period; the returned function stops it. */
  announce(): () => void {
    let stop: (() => void) | undefined
    const announce = (repeated: boolean) => {
      this.#ports.transmit(this.#asMember('Announcement'), repeated)
      for (const code of this.#settings.relayServiceCodes)
        this.#ports.transmit(this.#asRelay('Announcement', code), repeated)
      stop = this.#ports.timers.after(discoveryTimers.announcementPeriod, () => announce(true))
    }
    announce(false)
    return this.#untilStopped(() => stop?.())
  }

  /** Model B: answers solicitations for this UE; the returned function stops it. */
  answer(): () => void {
    this.#answering = true
    return () => (this.#answering = false)
  }

  /** The first peer that fits; undefined when none was heard in time. */
  async discover(wish: DiscoveryWish): Promise<DiscoveredPeer | undefined> {
    return new Promise((resolve) => {
      const end = (peer?: DiscoveredPeer) => {
        stop?.()
        this.#running.delete(ended)
        this.#listeners.delete(listener)
        resolve(peer)
      }
      const listener = (peer: DiscoveredPeer, model: 'a' | 'b') => {
        if (model === wish.model && fits(peer, wish)) end(peer)
      }
      this.#listeners.add(listener)
      const ended = this.#untilStopped(() => end())
      let stop: (() => void) | undefined
      if (wish.model === 'a') stop = this.#ports.timers.after(inMilliseconds(wish.atMost ?? seconds(10)), end)
      else
        this.#solicit(wish, 1, end, (cancel) => {
          stop = cancel
        })
    })
  }

  /** Calls `listener` with whoever announces itself or answers; the returned function stops it. */
  onHeard(listener: (peer: DiscoveredPeer, model: 'a' | 'b') => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Ends every announcement and search. */
  close(): void {
    this.#answering = false
    for (const stop of [...this.#running]) stop()
  }

  #untilStopped(end: () => void): () => void {
    const stop = () => {
      this.#running.delete(stop)
      end()
    }
    this.#running.add(stop)
    return stop
  }

  /** A PC5_DISCOVERY message from the air. */
  hear(octets: Uint8Array): void {
    try {
      this.#heard(decodeDiscovery(octets))
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#ports.count('discovery dropped: malformed')
    }
  }

  #heard(message: DiscoveryMessage): void {
    switch (message.type) {
      case 'groupMemberAnnouncement':
      case 'groupMemberResponse':
        if (message.discoveryGroupId === this.#settings.discoveryGroup)
          this.#tell(message.proseUeId, message, message.type === 'groupMemberAnnouncement')
        return
      case 'relayAnnouncement':
      case 'relayResponse':
        // Full: it would take nobody.
        if (message.resourcesAvailable)
          this.#tell(message.proseRelayUeId, message, message.type === 'relayAnnouncement')
        return
      case 'groupMemberSolicitation':
      case 'relaySolicitation':
        if (this.#answering && this.#isMeant(message)) this.#ports.transmit(this.#response(message), false)
    }
  }

  #tell(
    layer2Id: Layer2Id,
    { userInfoId, ...rest }: { userInfoId: UserInfoId; relayServiceCode?: RelayServiceCode },
    announced: boolean,
  ): void {
    if (layer2Id === this.#settings.layer2Id) return
    const { relayServiceCode } = rest
    const peer = { layer2Id, userInfoId, ...(relayServiceCode !== undefined && { relayServiceCode }) }
    for (const listener of this.#listeners) listener(peer, announced ? 'a' : 'b')
  }

  #isMeant(message: Solicitation): boolean {
    const { layer2Id, userInfoId, discoveryGroup, relayServiceCodes } = this.#settings
    if (equalOctets(message.userInfoId, userInfoId)) return false
    if (message.type === 'relaySolicitation')
      return (
        relayServiceCodes.includes(message.relayServiceCode) &&
        (message.target === undefined || message.target === layer2Id)
      )
    return (
      message.discoveryGroupId === discoveryGroup &&
      (message.target === undefined || equalOctets(message.target, userInfoId))
    )
  }

  #response(solicitation: Solicitation): DiscoveryMessage {
    return solicitation.type === 'relaySolicitation'
      ? this.#asRelay('Response', solicitation.relayServiceCode)
      : this.#asMember('Response')
  }

  #asMember(kind: 'Announcement' | 'Response'): DiscoveryMessage {
    const { layer2Id, userInfoId, discoveryGroup } = this.#settings
    return {
      type: `groupMember${kind}`,
      discoveryGroupId: discoveryGroup,
      userInfoId,
      proseUeId: layer2Id,
      ...this.#tail(),
    }
  }

  #asRelay(kind: 'Announcement' | 'Response', relayServiceCode: RelayServiceCode): DiscoveryMessage {
    const { layer2Id, userInfoId } = this.#settings
    return {
      type: `relay${kind}`,
      relayServiceCode,
      userInfoId,
      proseRelayUeId: layer2Id,
      resourcesAvailable: true,
      ...this.#tail(),
    }
  }

  #solicit(wish: DiscoveryWish, nth: number, end: () => void, running: (cancel: () => void) => void): void {
    this.#ports.transmit(this.#solicitation(wish), nth > 1)
    const next = () => {
      if (nth < discoveryTimers.solicitations) this.#solicit(wish, nth + 1, end, running)
      else end()
    }
    running(this.#ports.timers.after(discoveryTimers.solicitationPeriod, next))
  }

  #solicitation({ userInfoId: target, relayServiceCode }: DiscoveryWish): DiscoveryMessage {
    const { userInfoId, discoveryGroup } = this.#settings
    if (relayServiceCode !== undefined)
      return { type: 'relaySolicitation', relayServiceCode, userInfoId, ...this.#tail() }
    return {
      type: 'groupMemberSolicitation',
      discoveryGroupId: discoveryGroup,
      userInfoId,
      ...(target && { target }),
      ...this.#tail(),
    }
  }

  /** Without a discovery key there is no MIC. */
  #tail() {
    return { mic: 0, counterLsb: Math.floor(this.#ports.clock.now() / 1000) % 256 }
  }
}

const fits = (peer: DiscoveredPeer, wish: DiscoveryWish): boolean =>
  peer.relayServiceCode === wish.relayServiceCode &&
  (wish.userInfoId === undefined || equalOctets(peer.userInfoId, wish.userInfoId))
