import { utf8 } from '../core/bytes.ts'
import type { Timers } from '../core/environment.ts'
import { RelayServiceCode, UserInfoId, type Layer2Id } from '../core/identities/prose.ts'
import { milliseconds } from '../core/units.ts'
import type { Link } from '../entities/ue/link-view.ts'
import type { SetUpResult } from '../entities/ue/set-up.ts'
import { NotPossibleNow, type Ue } from '../entities/ue/ue.ts'
import { udpPacket } from './ip-packet.ts'

/** What a testbed asks of a UE, in this process or in another: values that any channel can carry. */
export interface UeControl {
  bootstrap(): Promise<void>
  openPc8(): Promise<void>
  /** From now on the UE announces itself (a) or answers solicitations (b). */
  beDiscoverable(model: 'a' | 'b'): Promise<void>
  /** The Layer-2 ID of the UE, or of the relay, with this User Info ID; null when it was not heard in time. */
  discover(model: 'a' | 'b', userInfoId: Uint8Array, relayServiceCode?: number): Promise<number | null>
  /** With a Relay Service Code the peer is asked as a relay. */
  connect(peer: number, relayServiceCode?: number): Promise<SetUpResult>
  /** Live links with that peer, the newest last. */
  links(peer: number): Promise<readonly LinkSummary[]>
  /** Sends so many IP packets over the newest link with that peer. */
  sendPackets(peer: number, count: number): Promise<void>
  /** Packets from that peer since this was last asked; waits until there are `count`, or for so many milliseconds. */
  awaitPackets(peer: number, count: number, atMost: number): Promise<number>
  /** Resolves when the newest link with that peer has new session keys. */
  rekey(peer: number): Promise<void>
  /** Resolves when the newest link with that peer is gone. */
  release(peer: number): Promise<void>
}

export interface LinkSummary {
  readonly eea: number
  readonly eia: number
  readonly peerIdentity: Link['peerIdentity']
  /** Present when UE-2 is the relay of UE-1. */
  readonly relayServiceCode?: number
  /** Fingerprint of KD-sess. */
  readonly kdSess: string
}

const summaryOf = ({ algorithms, peerIdentity, relayServiceCode, keys }: Link): LinkSummary => ({
  ...algorithms,
  ...{ peerIdentity, kdSess: keys['KD-sess'] },
  ...(relayServiceCode !== undefined && { relayServiceCode }),
})

const asRelay = (code: number | undefined) =>
  code === undefined ? {} : { relayServiceCode: RelayServiceCode(code) }

/** A UE of this process. */
export class LocalUeControl implements UeControl {
  readonly #ue: Ue
  readonly #timers: Timers
  readonly #received = new Map<number, number>()
  readonly #waiting = new Set<() => void>()
  #stopBeingDiscoverable: (() => void) | undefined

  constructor(ue: Ue, timers: Timers) {
    this.#ue = ue
    this.#timers = timers
    ue.onData(({ link }) => {
      this.#received.set(link.peer, (this.#received.get(link.peer) ?? 0) + 1)
      for (const look of this.#waiting) look()
    })
  }

  async bootstrap(): Promise<void> {
    await this.#ue.bootstrap()
  }

  openPc8(): Promise<void> {
    return this.#ue.openPc8()
  }

  beDiscoverable(model: 'a' | 'b'): Promise<void> {
    this.#stopBeingDiscoverable?.()
    this.#stopBeingDiscoverable = model === 'a' ? this.#ue.announce() : this.#ue.answerSolicitations()
    return Promise.resolve()
  }

  async discover(
    model: 'a' | 'b',
    userInfoId: Uint8Array,
    relayServiceCode?: number,
  ): Promise<number | null> {
    const wish = { model, userInfoId: UserInfoId(userInfoId), ...asRelay(relayServiceCode) }
    const found = await this.#ue.discover(wish)
    return found?.layer2Id ?? null
  }

  connect(peer: number, relayServiceCode?: number): Promise<SetUpResult> {
    return this.#ue.connect(peer as Layer2Id, asRelay(relayServiceCode))
  }

  links(peer: number): Promise<readonly LinkSummary[]> {
    return Promise.resolve(this.#linksWith(peer).map(summaryOf))
  }

  sendPackets(peer: number, count: number): Promise<void> {
    const { label } = this.#newest(peer)
    for (let number = 1; number <= count; number++) {
      const payload = utf8(`packet ${number} of ${count}`)
      this.#ue.send(label, udpPacket(this.#ue.layer2Id, peer as Layer2Id, payload), 'ip')
    }
    return Promise.resolve()
  }

  awaitPackets(peer: number, count: number, atMost: number): Promise<number> {
    const received = () => this.#received.get(peer) ?? 0
    return new Promise((resolve) => {
      const end = () => {
        stop()
        this.#waiting.delete(look)
        resolve(received())
        this.#received.delete(peer)
      }
      const look = () => {
        if (received() >= count) end()
      }
      const stop = this.#timers.after(milliseconds(atMost), end)
      this.#waiting.add(look)
      look()
    })
  }

  async rekey(peer: number): Promise<void> {
    await this.#ue.rekey(this.#newest(peer).label)
  }

  release(peer: number): Promise<void> {
    const { label } = this.#newest(peer)
    return new Promise((resolve) => {
      const stop = this.#ue.onGone((gone) => {
        if (gone.label !== label) return
        stop()
        resolve()
      })
      this.#ue.release(label)
    })
  }

  #linksWith(peer: number): readonly Link[] {
    return this.#ue.links().filter((link) => link.peer === peer)
  }

  #newest(peer: number): Link {
    const link = this.#linksWith(peer).at(-1)
    if (!link) throw new NotPossibleNow('there is no link with that UE')
    return link
  }
}
