import {
  audited,
  ConflictingRecords,
  InvalidRecords,
  KeptInFile,
  mistakesTold,
  NotFound,
  type RecordMistake,
} from '../../core/administration.ts'
import type { Audit } from '../../core/audit.ts'
import type { Extension } from '../../core/extension-set.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import { rangeText } from '../../core/plmn-table.ts'
import type { KeptPeerPlmn, PeerPlmnStore } from '../../entities/kmf/ports.ts'
import { inRecords } from '../administration/records.ts'
import { misfitsOf, placedPeer, type Fixed } from './fitting.ts'
import { keptOf, peerPlmnIn, recordOf, type PeerPlmn } from './record.ts'

/** A peer PLMN as it is shown, in the form of its record with all defaults. */
export interface PeerPlmnView {
  readonly plmn: string
  readonly realm: string
  readonly bsfNames: readonly string[]
  readonly kmfNames: readonly string[]
  readonly proseUeIds: readonly string[]
  readonly extensions: readonly Extension[]
  readonly kmfs: readonly {
    readonly host: string
    readonly address?: string | undefined
    readonly connect?: boolean | undefined
    readonly priority: number
    readonly requestsPerSecond: number | 'unlimited'
  }[]
  /** The configuration that says it; then it is changed only there. */
  readonly keptIn?: string | undefined
  /** Of its KMFs by their hosts, where the node runs: `available`, or the phase of the connection. */
  readonly connections?: Readonly<Record<string, string>> | undefined
}

type Records = AsyncIterable<unknown> | Iterable<unknown>

/** What an operator does of the peer PLMNs of a KMF. */
export interface PeerPlmnAdministration {
  /** From now on it is spoken with. Throws InvalidRecords, ConflictingRecords. */
  add(record: unknown, replace: boolean): Promise<void>
  /** All of them or none; gives their number. Throws InvalidRecords, ConflictingRecords. */
  importAll(records: Records, replace: boolean): Promise<number>
  /** Throws NotFound. */
  show(plmn: Plmn): Promise<PeerPlmnView>
  /** Those of the configuration first. */
  list(): Promise<readonly PeerPlmnView[]>
  /** Its connections are closed and its requests refused. Throws NotFound, KeptInFile. */
  remove(plmn: Plmn): Promise<void>
}

export interface PeerPlmnPorts {
  readonly peers: PeerPlmnStore
  readonly audit: Audit
  readonly fixed: Fixed
  /** Those of the configuration. */
  readonly inFile: readonly PeerPlmn[]
  /** Resolves when the node that runs here acts on a change. */
  readonly changed: () => Promise<void>
  /** Diameter peers of that node by their hosts. */
  readonly connections: () => Readonly<Record<string, string>>
}

/** As many PLMNs as a configuration may have. */
const mostPeers = 1000

export const peersIn = (kept: readonly KeptPeerPlmn[]): readonly PeerPlmn[] =>
  kept.map(({ plmn, record }) => {
    const peer = peerPlmnIn(JSON.parse(record))
    if ('plmn' in peer) return peer
    throw new InvalidRecords(
      peer.map((misfit) => ({ at: 0, field: `${plmn} ${misfit.field}`, reason: misfit.reason })),
    )
  })

/** What is kept with `added` in it. Throws ConflictingRecords, InvalidRecords. */
function joined(
  kept: readonly PeerPlmn[],
  added: readonly PeerPlmn[],
  replace: boolean,
  fixed: Fixed,
): readonly PeerPlmn[] {
  const isAdded = ({ plmn }: PeerPlmn) => added.some((one) => one.plmn === plmn)
  const there: readonly RecordMistake[] = added.flatMap(
    ({ plmn }, at) =>
    !replace && kept.some((one) => one.plmn === plmn) ? [{ at, field: 'plmn', reason: `there is a peer ${plmn} already` }] : [], // prettier-ignore
  )
  if (there.length > 0) throw new ConflictingRecords(there.slice(0, mistakesTold))
  const staying = kept.filter((one) => !isAdded(one))
  const wrong = added.flatMap(
    (peer, at) =>
    misfitsOf(peer, fixed, [...staying, ...added.slice(0, at)].map(placedPeer)).map((misfit) => ({ at, ...misfit })), // prettier-ignore
  )
  if (wrong.length > 0) throw new InvalidRecords(wrong.slice(0, mistakesTold))
  if (staying.length + added.length > mostPeers)
    throw new ConflictingRecords([{ at: 0, field: '', reason: `a KMF has ${mostPeers} peers at the most` }])
  return added
}

const mostHostsTold = 8

/** What an audit tells of a change; a record of it has its bound. */
const detailOf = ({ proseUeIds, extensions, kmfs }: PeerPlmn) => ({
  proseUeIds: proseUeIds.map(rangeText).join(' '),
  kmfs: kmfs
    .slice(0, mostHostsTold)
    .map(({ host }) => host)
    .join(' '),
  ...(extensions.length > 0 && { extensions: extensions.join(' ') }),
})

/** Administration of the peer PLMNs of a KMF by `who`, on its store. */
export function peerPlmnAdministration(who: string, ports: PeerPlmnPorts): PeerPlmnAdministration {
  const { peers, audit, fixed, inFile } = ports
  const keptIn = (plmn: Plmn) => fixed.entries.find(({ entry }) => entry.plmn === plmn)?.place
  const kept = async () => peersIn((await peers.read()).peers)
  const viewOf = (peer: PeerPlmn): PeerPlmnView => {
    const place = keptIn(peer.plmn)
    const hosts = Object.entries(ports.connections()).filter(([name]) =>
      peer.kmfs.some(({ host }) => host === name),
    )
    return {
      ...recordOf(peer),
      ...(place !== undefined && { keptIn: place }),
      ...(hosts.length > 0 && { connections: Object.fromEntries(hosts) }),
    }
  }
  const list = async () => [...inFile, ...(await kept())].map(viewOf)
  const put = async (what: string, records: Records, replace: boolean): Promise<number> => {
    const added: PeerPlmn[] = []
    const told = () => {
      const [one, ...more] = added
      if (!one || more.length > 0) return { who, what, subject: `${added.length} peers` }
      return { who, what, subject: `peer ${one.plmn}`, detail: detailOf(one) }
    }
    return audited(audit, told, async () => {
      for await (const peer of inRecords(records, peerPlmnIn)) added.push(peer)
      await peers.change((all) => ({
        ...{ put: joined(peersIn(all), added, replace, fixed).map(keptOf), remove: [] },
      }))
      await ports.changed()
      return added.length
    })
  }
  return {
    async add(record, replace) {
      await put('peer add', [record], replace)
    },
    importAll: (records, replace) => put('peer import', records, replace),
    list,
    async show(plmn) {
      const found = (await list()).find((peer) => peer.plmn === plmn)
      if (!found) throw new NotFound(`this KMF has no peer ${plmn}`)
      return found
    },
    remove: (plmn) =>
      audited(
        audit,
        () => ({ who, what: 'peer remove', subject: `peer ${plmn}` }),
        async () => {
          const place = keptIn(plmn)
          if (place !== undefined) throw new KeptInFile(`this peer is kept in ${place}`)
          await peers.change((all) => {
            if (!all.some((one) => one.plmn === plmn)) throw new NotFound(`this KMF has no peer ${plmn}`)
            return { put: [], remove: [plmn] }
          })
          await ports.changed()
        },
      ),
  }
}
