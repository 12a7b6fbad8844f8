import { Outage } from '../core/errors.ts'
import type { Plmn } from '../core/identities/plmn.ts'
import { PlmnTable } from '../core/plmn-table.ts'
import type { PeerPlmnStore } from '../entities/kmf/ports.ts'
import type { DiameterNode } from '../io/diameter/node.ts'
import { inMilliseconds, seconds } from '../core/units.ts'
import type { NetworkConfig, PeerConfig, PlmnConfig } from './config/network-config.ts'
import { plmnTableFor } from './config/nodes.ts'
import type { NodeContext } from './node.ts'
import { FollowedPeers } from './peer-plmns/followed.ts'
import { entryOf, type PeerPlmn } from './peer-plmns/record.ts'
import { applicationIds, isBehind, neighboursOf, Peering, type Neighbour } from './peers.ts'
import { repeatedly } from './repeatedly.ts'

/** Zn and Zpn go to the same peer. */
const zn = [applicationIds.Zn, applicationIds.Zpn]
const pc6 = [applicationIds.PC6]

/** How soon a node acts on a change of its peers that another process made. */
const lookInterval = inMilliseconds(seconds(1))

/** Of two KMFs the one that the file names first opens the connection. */
function neighbours({ plmn, realm, bsf, kmf }: PlmnConfig, { plmns }: NetworkConfig): readonly Neighbour[] {
  const placeOf = (one: Plmn) => plmns.findIndex((entry) => entry.plmn === one)
  const peers = plmns.filter((peer) => kmf.pc6Peers.includes(peer.plmn))
  return [
    ...neighboursOf(bsf.instances, { realm, applications: zn, opens: true, isMutual: true }),
    ...peers.flatMap((peer) =>
      neighboursOf(peer.kmf.instances, {
        ...{ realm: peer.realm, applications: pc6, opens: placeOf(plmn) < placeOf(peer.plmn) },
        // A KMF that does not name this one as its peer refuses it: nobody waits for that.
        isMutual: peer.kmf.pc6Peers.includes(plmn),
      }),
    ),
  ]
}

const keptNeighbours = ({ realm, kmfs }: PeerPlmn): readonly Neighbour[] =>
  kmfs.map(({ host, address }) => ({
    ...{ host, realm, applications: pc6, opens: address !== undefined, isMutual: false },
  }))

/** One without an address that a relay of the configuration leads to is reached by that relay. */
const listedKmfs = ({ realm, kmfs }: PeerPlmn, listed: readonly PeerConfig[]): readonly PeerConfig[] =>
  kmfs
    .filter(
      ({ host, address }) =>
        address !== undefined || !listed.some((entry) => isBehind({ host, realm }, entry)),
    )
    .map((kmf) => ({ ...kmf, realm }))

/** Whom a KMF speaks with: what its configuration says, and the peer PLMNs that its store keeps. */
export class KmfPeering {
  readonly #diameter: DiameterNode
  readonly #followed: FollowedPeers
  /** What its configuration and its store said last. */
  #plmn: PlmnConfig
  #context: NodeContext
  #act: () => void = () => undefined
  #last: Promise<void> = Promise.resolve()
  #isConnected = false

  private constructor(diameter: DiameterNode, store: PeerPlmnStore, plmn: PlmnConfig, context: NodeContext) {
    this.#diameter = diameter
    this.#followed = new FollowedPeers(store)
    this.#plmn = plmn
    this.#context = context
  }

  /** Throws InvalidConfig where the store has a peer that cannot stand beside the configuration. */
  static async open(
    diameter: DiameterNode,
    store: PeerPlmnStore,
    plmn: PlmnConfig,
    context: NodeContext,
  ): Promise<KmfPeering> {
    const peering = new KmfPeering(diameter, store, plmn, context)
    await peering.#followed.look()
    peering.check(plmn, context)
    return peering
  }

  /** Throws InvalidConfig where this configuration says what a peer of the store says too. */
  check(plmn: PlmnConfig, { config }: Pick<NodeContext, 'config'>): void {
    this.#followed.check(config, plmn)
  }

  /** The PLMN table of this KMF now (R4). */
  get plmns(): PlmnTable {
    const { config } = this.#context
    const { entries } = plmnTableFor(config, this.#plmn.plmn)
    return new PlmnTable([...entries, ...this.#kept.map(entryOf)])
  }

  /** From now on those that open their connections may; `act` is called when the peers have changed, before that acts. */
  expect(act: () => void): void {
    this.#act = act
    this.#planned.expect()
  }

  /** To all others; resolves when everybody is there who should be. From now on what the store says is followed. */
  async connect(): Promise<void> {
    this.#isConnected = true
    await this.#planned.connect(this.#context)
  }

  /** Looks at the store again and again; the returned function stops it. */
  follow(node: string): () => Promise<void> {
    const look = async () => {
      try {
        await this.look()
      } catch (error) {
        // A store that is away for a while is no fault: it is looked at again.
        if (!(error instanceof Outage)) throw error
      }
    }
    const stop = repeatedly(node, lookInterval, this.#context, look)
    return async () => {
      stop()
      this.#isConnected = false
      await this.#last.catch(() => undefined)
    }
  }

  /** Resolves when a change of the store acts. Throws TemporaryFailure. */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isConnected && (await this.#followed.look())) await this.#renew()
    })
  }

  /** Goes on under another configuration. */
  reload(plmn: PlmnConfig, context: NodeContext): Promise<void> {
    return this.#inTurn(async () => {
      this.#plmn = plmn
      this.#context = context
      await this.#renew()
    })
  }

  get #kept(): readonly PeerPlmn[] {
    return this.#followed.beside(this.#context.config, this.#plmn)
  }

  get #planned(): Peering {
    const { peers } = this.#plmn.kmf.diameter
    const kept = this.#kept
    return new Peering(
      this.#diameter,
      [...neighbours(this.#plmn, this.#context.config), ...kept.flatMap(keptNeighbours)],
      { peers: [...peers, ...kept.flatMap((peer) => listedKmfs(peer, peers))] },
    )
  }

  /** The PLMN table first: who is no peer any more is refused while its connection is closed. */
  async #renew(): Promise<void> {
    this.#act()
    await this.#planned.renew(this.#context)
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.catch(() => undefined).then(work)
    return this.#last
  }
}
