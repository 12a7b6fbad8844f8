import { fromUtf8, utf8 } from '../core/bytes.ts'
import { InvalidValue, LocalFault, Refused } from '../core/errors.ts'
import { hexOf24, proseUeIdFromHex, type Layer2Id } from '../core/identities/prose.ts'
import { maskedImsi } from '../core/identities/subscriber.ts'
import type { TapEvent } from '../core/tap.ts'
import { milliseconds, type Milliseconds } from '../core/units.ts'
import type { IpHost } from '../entities/ue/ip/ip-host.ts'
import type { Link } from '../entities/ue/link-view.ts'
import type { SetUpResult } from '../entities/ue/set-up.ts'
import type { DocumentWish, GotDocument } from '../entities/ue/ua.ts'
import { NotPossibleNow } from '../entities/ue/ue.ts'
import { openForward, toServer, type Forward, type TcpServer } from '../io/forward/tcp-forward.ts'
import { uaAt } from '../io/https/ua-client.ts'
import type { StreamAddress } from '../io/streams.ts'
import type { NodeContext } from '../nodes/node.ts'
import type { ConfiguredUe, UeNode } from '../nodes/ue-node.ts'
import { algorithmName } from '../reference-points/pc5/security-capabilities.ts'
import type { UeConfig } from '../nodes/config/network-config.ts'
import { modelOf } from './lone-ue.ts'
import { LocalUeControl, type UeControl } from './ue-control.ts'

/** No UE of the configuration has this name, and it is no ProSe UE ID. */
export class UnknownPeer extends LocalFault {
  readonly code = 'ERR_PEER_UNKNOWN'
  readonly hint: string

  constructor(peer: string, names: readonly string[]) {
    super(`there is no UE ${peer}`)
    this.hint = `one of ${names.join(', ')}, or a ProSe UE ID such as 0a0b0c`
  }
}

/** The verb is for a live link. */
class NoLiveLink extends NotPossibleNow {
  readonly hint = 'links lists those that are live, connect PEER makes one'
}

/** Discovery ended without the peer. */
export class NotHeard extends Refused {
  readonly code = 'ERR_PEER_NOT_HEARD'
  readonly hint =
    'the other UE must run, on the same pc5Bearer, and be discoverable: see discovery in its YAML entry'
}

/** Somebody in reach. Nothing of it is authenticated. */
export interface Heard {
  /** Its name in the configuration, else its Layer-2 ID. */
  readonly peer: string
  /** Six hex digits. */
  readonly layer2Id: string
  readonly model: 'a' | 'b'
  readonly relayServiceCode?: string
}

/** A live link as `links` and `show` tell it. */
export interface ShownLink {
  readonly link: string
  readonly peer: string
  readonly layer2Id: string
  readonly role: Link['role']
  readonly peerIdentity: Link['peerIdentity']
  readonly eea: string
  readonly eia: string
  /** ISO 8601: with its PDK. */
  readonly expires: string
  readonly secondsLeft: number
  /** Four hex digits. */
  readonly kdSessId: string
  readonly rekeyings: number
  /** PDUs under the present KD-sess ID, which COUNT counts. */
  readonly pdus: Link['pdus']
  readonly keys: Link['keys']
  readonly relayServiceCode?: string
}

/** What `show` tells of the UE itself. */
export interface ShownUe {
  readonly ue: string
  /** Masked. */
  readonly imsi: string
  readonly layer2Id: string
  readonly discovery: string
  /** Absent before the first bootstrapping. */
  readonly bootstrap?: { readonly btid: string; readonly expires: string }
  /** How often input was dropped, refused or failed, by counter. */
  readonly counters: Readonly<Record<string, number>>
}

/** What a person hears of a UE without asking. */
export type Told =
  | { readonly what: 'linked'; readonly link: ShownLink }
  /** `goesOnAs`: a live link with the same UE. */
  | { readonly what: 'gone'; readonly link: string; readonly peer: string; readonly goesOnAs?: string }
  | { readonly what: 'text'; readonly link: string; readonly peer: string; readonly text: string }

/** How long `discover` without a peer listens: an announcement period and a half. */
const listening = milliseconds(3_000)

/** For the answers to RELEASE as the UE ends. */
const farewell = milliseconds(500)

/** A UE as a person orders it about. A peer is a UE of the configuration or a ProSe UE ID of six hex digits. */
export class UeByHand {
  readonly #node: UeNode
  readonly #own: ConfiguredUe
  readonly #context: NodeContext
  readonly #ip: IpHost | undefined
  readonly #control: UeControl
  /** Names of peers by label, for when a link is gone. */
  readonly #peers = new Map<string, string>()
  readonly #counters = new Map<string, number>()
  readonly #forwards: Forward[] = []
  readonly #linking = new Map<string, Promise<unknown>>()
  #bootstrap: ShownUe['bootstrap']

  /** Without `ip` a TUN device has the IP packets. */
  constructor(node: UeNode, own: ConfiguredUe, context: NodeContext, ip: IpHost | undefined) {
    this.#node = node
    this.#own = own
    this.#context = context
    this.#ip = ip
    this.#control = new LocalUeControl(node.ue, context.timers)
    node.ue.onLink(({ label, peer }) => this.#peers.set(label, this.#name(peer)))
  }

  /** What this UE reports of itself; the tap of its node. */
  readonly hear = (event: TapEvent): void => {
    if (event.kind !== 'state' || event.node !== this.#own.name) return
    const { what, fields } = event
    const { btid, expires, counter } = fields
    if (what === 'bootstrapped' && typeof btid === 'string' && typeof expires === 'string')
      this.#bootstrap = { btid, expires }
    if (what === 'counted' && typeof counter === 'string')
      this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + 1)
  }

  /** Calls `tell` with links that come and go and with text that is not IP; the returned function stops it. */
  onTold(tell: (told: Told) => void): () => void {
    const { ue } = this.#node
    const stops = [
      ue.onLink((link) => tell({ what: 'linked', link: this.#shown(link) })),
      ue.onGone(({ label, ...more }) => {
        const peer = this.#peers.get(label)
        this.#peers.delete(label)
        if (peer !== undefined) tell({ what: 'gone', link: label, peer, ...more })
      }),
      ue.onData(({ link, sduType, octets }) => {
        const text = sduType === 'ip' ? undefined : printable(octets)
        if (text !== undefined) tell({ what: 'text', link: link.label, peer: this.#name(link.peer), text })
      }),
    ]
    return () => stops.forEach((stop) => stop())
  }

  /** Step 2: that peer, as it lets itself be found, or whoever is heard in 3 s. */
  async discover(peer?: string): Promise<readonly Heard[]> {
    const wanted = peer === undefined ? undefined : this.#peer(peer)
    if (wanted?.configured) {
      const found = await this.#find(wanted.configured)
      const model = modelOf(wanted.configured)
      return found === null ? [] : [{ peer: wanted.configured.name, layer2Id: hexOf24(found), model }]
    }
    const heard = new Map<string, Heard>()
    const stop = this.#node.ue.onHeard((found, model) => {
      const layer2Id = hexOf24(found.layer2Id)
      const code = found.relayServiceCode
      const relay = code === undefined ? {} : { relayServiceCode: hexOf24(code) }
      heard.set(`${layer2Id} ${code ?? ''}`, { peer: this.#name(found.layer2Id), layer2Id, model, ...relay })
    })
    void this.#node.ue.discover({ model: 'b' })
    await new Promise<void>((resolve) => void this.#context.timers.after(listening, resolve))
    stop()
    return [...heard.values()].filter(({ layer2Id }) => !wanted || layer2Id === hexOf24(wanted.layer2Id))
  }

  /** Steps 2 to 14. A peer given by its ID is asked at once. Throws NotHeard. */
  async connect(peer: string): Promise<SetUpResult> {
    const { layer2Id, configured } = this.#peer(peer)
    if (configured && (await this.#find(configured)) === null) throw new NotHeard(`${peer} was not heard`)
    return this.#control.connect(layer2Id, this.#relay)
  }

  links(): readonly ShownLink[] {
    return this.#node.ue.links().map((link) => this.#shown(link))
  }

  /** The newest live link with this peer, or the one of this label; throws NoLiveLink. */
  link(peerOrLabel: string): Link {
    const all = this.#node.ue.links()
    const labelled = all.find(({ label }) => label === peerOrLabel)
    if (labelled) return labelled
    if (/^L\d+$/.test(peerOrLabel)) throw new NoLiveLink(`there is no live link ${peerOrLabel}`)
    const { layer2Id } = this.#peer(peerOrLabel)
    const link = all.filter(({ peer }) => peer === layer2Id).at(-1)
    if (!link) throw new NoLiveLink(`there is no live link with ${peerOrLabel}`)
    return link
  }

  /** Ua: a document of a NAF of the home network; `at` is where that is reached, else by its name. Throws as `Ue.get`. */
  get(wish: DocumentWish, at: StreamAddress): Promise<GotDocument> {
    return this.#node.ue.get(wish, uaAt(at))
  }

  /** Text as user data that is not IP. */
  send(label: string, text: string): number {
    const octets = utf8(text)
    this.#node.ue.send(label, octets, 'non-ip')
    return octets.length
  }

  /** Time until an echo came back; undefined when it did not. Throws NotPossibleNow where a TUN device has the packets. */
  ping(label: string, atMost: Milliseconds): Promise<Milliseconds | undefined> {
    return this.#host('ping').ping(label, atMost)
  }

  /**
   * Connections to this port of 127.0.0.1 come out at that port of the peer, over a link that is made when there is none.
   * Rejects with the error of the socket; gives the port.
   */
  async forward(port: number, peer: string, peerPort: number): Promise<number> {
    const host = this.#host('a port forward')
    this.#peer(peer)
    const forward = await openForward(port, async (listener) => {
      await this.#linked(peer)
      return host.connect(this.link(peer).label, peerPort, listener)
    })
    this.#forwards.push(forward)
    return forward.port
  }

  /** Connections of peers to this port of the UE come out at that server; peers reach no other. */
  serve(port: number, server: TcpServer): void {
    this.#host('a port').serve(port, (stream) => toServer(stream, server))
  }

  /** Ends forwards and TCP connections, and releases links; a peer that does not answer holds nobody up. */
  async close(): Promise<void> {
    await Promise.all(this.#forwards.splice(0).map((forward) => forward.close()))
    this.#ip?.close()
    const released = Promise.all(this.#node.ue.links().map(({ label }) => this.release(label)))
    const patience = new Promise<void>((resolve) => void this.#context.timers.after(farewell, resolve))
    await Promise.race([released, patience])
  }

  /** New session keys; the link goes on meanwhile. Throws as `Ue.rekey`. */
  async rekey(label: string): Promise<ShownLink> {
    return this.#shown(await this.#node.ue.rekey(label))
  }

  /** Resolves when the link is no more. */
  release(label: string): Promise<void> {
    const { ue } = this.#node
    return new Promise((resolve) => {
      const stop = ue.onGone((gone) => {
        if (gone.label !== label) return
        stop()
        resolve()
      })
      ue.release(label)
    })
  }

  show(): ShownUe {
    const { name, ue, subscriber } = this.#own
    return {
      ...{ ue: name, imsi: maskedImsi(subscriber.imsi), layer2Id: hexOf24(this.#node.ue.layer2Id) },
      discovery: ue.discovery,
      ...(this.#bootstrap && { bootstrap: this.#bootstrap }),
      counters: Object.fromEntries(this.#counters),
    }
  }

  /** One set-up for all that wait for it. */
  async #linked(peer: string): Promise<void> {
    const { layer2Id } = this.#peer(peer)
    if (this.#node.ue.links().some((link) => link.peer === layer2Id)) return
    const linking = this.#linking.get(peer) ?? this.connect(peer).finally(() => this.#linking.delete(peer))
    this.#linking.set(peer, linking)
    await linking
  }

  #find(peer: UeConfig): Promise<number | null> {
    return this.#control.discover(modelOf(peer), peer.userInfoId, this.#relay)
  }

  get #relay() {
    return this.#own.ue.wantedRelayServiceCode
  }

  #host(what: string): IpHost {
    if (!this.#ip) throw new NotPossibleNow(`${what} is for a UE without a TUN device: use the machine's own`)
    return this.#ip
  }

  #peer(peer: string) {
    const { ues } = this.#context.config
    const configured = ues.find(({ name }) => name === peer)
    const [first] = configured?.proseUeIds ?? []
    if (first !== undefined) return { layer2Id: first, configured }
    try {
      return { layer2Id: proseUeIdFromHex(peer), configured: undefined }
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error
      throw new UnknownPeer(
        peer,
        ues.map(({ name }) => name).filter((name) => name !== this.#own.name),
      )
    }
  }

  #name(id: Layer2Id): string {
    return this.#context.names.ofLayer2Id(id) ?? hexOf24(id)
  }

  #shown(link: Link): ShownLink {
    const {
      label,
      peer,
      role,
      peerIdentity,
      algorithms,
      expires,
      kdSessId,
      rekeyings,
      pdus,
      keys,
      relayServiceCode,
    } = link
    return {
      ...{ link: label, peer: this.#name(peer), layer2Id: hexOf24(peer), role, peerIdentity },
      eea: algorithmName('EEA', algorithms.eea),
      eia: algorithmName('EIA', algorithms.eia),
      expires: new Date(expires).toISOString(),
      secondsLeft: Math.max(0, Math.round((expires - this.#context.clock.now()) / 1000)),
      kdSessId: kdSessId.toString(16).padStart(4, '0'),
      ...{ rekeyings, pdus, keys },
      ...(relayServiceCode !== undefined && { relayServiceCode: hexOf24(relayServiceCode) }),
    }
  }
}

/** What a peer wrote, without what could steer a terminal but `kept`; undefined for what is no text. */
export function printable(octets: Uint8Array, kept = ''): string | undefined {
  try {
    return fromUtf8(octets).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => (sign === kept ? sign : '.'))
  } catch {
    return undefined
  }
}
