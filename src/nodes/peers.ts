import type { Fqdn } from '../core/identities/fqdn.ts'
import type { DiameterNode } from '../io/diameter/node.ts'
import type { PeerOptions } from '../io/diameter/peer-rules.ts'
import { proseKey } from '../reference-points/pc6/key-request.ts'
import { multimediaAuth } from '../reference-points/zh/multimedia-auth.ts'
import { bootstrappingInfo } from '../reference-points/zn/bootstrapping-info.ts'
import { pushInfo } from '../reference-points/zn/push-info.ts'
import type {
  DiameterApplication,
  DiameterConfig,
  Instance,
  ListenAddress,
  PeerConfig,
} from './config/network-config.ts'
import type { NodeContext } from './node.ts'

/** Application ids by their reference points. */
export const applicationIds: Readonly<Record<DiameterApplication, number>> = {
  Zh: multimediaAuth.command.applicationId,
  Zn: bootstrappingInfo.command.applicationId,
  Zpn: pushInfo.command.applicationId,
  PC6: proseKey.command.applicationId,
}

/** A node that the file itself makes a peer. */
export interface Neighbour {
  /** Undefined for one that the file only names. */
  readonly node?: string
  readonly host: Fqdn
  readonly realm: Fqdn
  readonly applications: readonly number[]
  /** This node opens the connection. */
  readonly opens: boolean
  /** It names this node as its peer too, so whoever starts both may wait for the connection. */
  readonly isMutual: boolean
}

/** Instances of an entity as neighbours. */
export const neighboursOf = (
  instances: readonly Instance[],
  more: Omit<Neighbour, 'node' | 'host'>,
): readonly Neighbour[] =>
  instances.map(({ name, diameter }) => ({ ...more, node: name, host: diameter.originHost }))

interface Planned {
  readonly options: Omit<PeerOptions, 'address'>
  readonly opens: boolean
  readonly address?: ListenAddress | undefined
  readonly node?: string | undefined
  readonly isAwaited: boolean
}

type Peers = Pick<DiameterNode, 'addPeer' | 'setPeers' | 'whenAvailable'>

/** The peers of one node: those that the file makes, as its own list changes them, and the others of that list. */
export class Peering {
  readonly #planned: readonly Planned[]
  readonly #diameter: Peers

  constructor(diameter: Peers, neighbours: readonly Neighbour[], { peers }: Pick<DiameterConfig, 'peers'>) {
    this.#diameter = diameter
    this.#planned = plan(neighbours, peers)
  }

  /** From now on those that open their connections may. */
  expect(): void {
    for (const { options, opens } of this.#planned) if (!opens) this.#diameter.addPeer(options)
  }

  /** To all others; resolves when everybody is there who should be. */
  async connect(context: Pick<NodeContext, 'addressOf'>): Promise<void> {
    for (const planned of this.#planned)
      if (planned.opens) this.#diameter.addPeer(optionsOf(planned, context))
    const awaited = this.#planned.filter(({ isAwaited }) => isAwaited)
    await this.#diameter.whenAvailable(...awaited.map(({ options }) => options.host))
  }

  /** Instead of all peers that the node had; resolves when it has left those that are no more. */
  async renew(context: Pick<NodeContext, 'addressOf'>): Promise<void> {
    await this.#diameter.setPeers(this.#planned.map((planned) => optionsOf(planned, context)))
  }
}

function optionsOf(
  { options, opens, address, node }: Planned,
  { addressOf }: Pick<NodeContext, 'addressOf'>,
): PeerOptions {
  const found = address ?? (node === undefined ? undefined : addressOf(node, 'diameter'))
  return opens && found ? { ...options, address: found } : options
}

/** Whoever is behind a relay is not connected to directly, unless the list names it too. */
function plan(neighbours: readonly Neighbour[], listed: readonly PeerConfig[]): readonly Planned[] {
  const entryOf = ({ host }: Neighbour) => listed.find((entry) => entry.host === host)
  const direct = neighbours.filter(
    (neighbour) => entryOf(neighbour) ?? !listed.some((entry) => isBehind(neighbour, entry)),
  )
  const others = listed.filter(({ host }) => !neighbours.some((neighbour) => neighbour.host === host))
  return [
    ...direct.map((neighbour) => plannedNeighbour(neighbour, entryOf(neighbour))),
    ...others.map((entry) => plannedOther(entry, neighbours)),
  ]
}

/** Whether it is reached by this relay. */
export const isBehind = (
  { host, realm }: Pick<Neighbour, 'host' | 'realm'>,
  { relayFor = [] }: PeerConfig,
): boolean => relayFor.includes(host) || relayFor.includes(realm)

function plannedNeighbour(neighbour: Neighbour, entry: PeerConfig | undefined): Planned {
  const { host, realm, node, isMutual } = neighbour
  return {
    options: {
      ...{ host, realm, priority: entry?.priority ?? 0 },
      requestsPerSecond: entry?.requestsPerSecond ?? Infinity,
      applications: allowed(neighbour.applications, entry),
    },
    opens: entry?.connect ?? neighbour.opens,
    ...{ node, address: entry?.address, isAwaited: isMutual },
  }
}

/** A relay asks nothing itself; a name that the file does not know may stand in a Route-Record, and no more. */
function plannedOther(entry: PeerConfig, neighbours: readonly Neighbour[]): Planned {
  const { host, realm, priority, requestsPerSecond, address, relayFor } = entry
  const reached = neighbours.filter((neighbour) => isBehind(neighbour, entry))
  return {
    options: {
      ...{ host, realm, priority, requestsPerSecond },
      applications: relayFor ? [] : allowed(Object.values(applicationIds), entry),
      ...(relayFor && {
        relayFor: [
          ...reached.map(({ host, realm, applications }) => ({
            ...{ host, realm, applications: allowed(applications, entry) },
          })),
          ...relayFor.map((name) => ({ realm: name, applications: [] })),
        ],
      }),
    },
    opens: entry.connect ?? address !== undefined,
    ...{ address, isAwaited: relayFor !== undefined },
  }
}

const allowed = (applications: readonly number[], entry: PeerConfig | undefined): readonly number[] => {
  const names = entry?.applications
  return names
    ? applications.filter((application) => names.some((name) => applicationIds[name] === application))
    : applications
}
