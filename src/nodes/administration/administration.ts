import { NotFound } from '../../core/administration.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import {
  listSubscribers,
  putSubscribers,
  removeSubscriber,
  showSubscriber,
  type HssAdministrationPorts,
  type PutChange,
  type SubscriberView,
} from '../../entities/hss/administration.ts'
import {
  grant,
  putKmfSubscribers,
  removeKmfSubscriber,
  revoke,
  type KmfAdministrationPorts,
  type Permission,
} from '../../entities/kmf/administration.ts'
import type { KmfSubscriber } from '../../entities/kmf/ports.ts'
import {
  peerPlmnAdministration,
  type PeerPlmnAdministration,
  type PeerPlmnPorts,
} from '../peer-plmns/administration.ts'
import { inRecords, kmfSubscriberIn, subscriberIn } from './records.ts'

/** Records in the form of `subscriberRecord` or `kmfRecord`; what they hold is checked here. */
type Records = AsyncIterable<unknown> | Iterable<unknown>

/** What an operator does at an HSS. The same over the admin API of a running node and on its store. */
export interface HssAdministration {
  /** Adds a subscriber, with `replace` also in place of the one that is there. Throws InvalidRecords, ConflictingRecords. */
  add(record: unknown, replace: boolean): Promise<void>
  /** So all of them or none; gives their number. Throws InvalidRecords, ConflictingRecords. */
  importAll(records: Records, replace: boolean): Promise<number>
  /** Throws NotFound. */
  show(imsi: Imsi): Promise<SubscriberView>
  list(after: Imsi | undefined, limit: number): Promise<readonly SubscriberView[]>
  /** Throws NotFound, KeptInFile. */
  remove(imsi: Imsi): Promise<void>
}

/** What the KMF keeps of a subscriber, as it is shown. */
export interface PermissionsView {
  readonly imsi: string
  readonly gba: 'GBA_ME' | 'GBA_U'
  readonly mayLinkWith: readonly string[]
}

/** What an operator does at a KMF. */
export interface KmfAdministration {
  readonly peers: PeerPlmnAdministration
  /** Of each, all that is kept becomes this; all or none. Gives their number. Throws InvalidRecords. */
  importAll(records: Records): Promise<number>
  /** Throws NotFound. */
  show(imsi: Imsi): Promise<PermissionsView>
  list(after: Imsi | undefined, limit: number): Promise<readonly PermissionsView[]>
  /** Throws InvalidRecords, KeptInFile. */
  grant(permission: Permission): Promise<void>
  /** Throws NotFound, KeptInFile. */
  revoke(permission: Permission): Promise<void>
  /** Throws NotFound, KeptInFile. */
  remove(imsi: Imsi): Promise<void>
}

/** Administration of an HSS by `who`, on its store. */
export function hssAdministration(who: string, ports: HssAdministrationPorts): HssAdministration {
  const put = (records: Records, what: PutChange['what'], replace: boolean) =>
    putSubscribers(
      inRecords(records, (record) => subscriberIn(record, ports.home)),
      { who, what, replace },
      ports,
    )
  return {
    async add(record, replace) {
      await put([record], 'subscriber add', replace)
    },
    importAll: (records, replace) => put(records, 'subscriber import', replace),
    show: (imsi) => showSubscriber(imsi, ports),
    list: (after, limit) => listSubscribers(after, limit, ports),
    remove: (imsi) => removeSubscriber(imsi, who, ports),
  }
}

const viewOf = ({ imsi, usesGbaU, mayLinkWith }: KmfSubscriber): PermissionsView => ({
  ...{ imsi, gba: usesGbaU ? 'GBA_U' : 'GBA_ME', mayLinkWith },
})

/** Administration of a KMF by `who`, on its store. */
export function kmfAdministration(
  who: string,
  ports: KmfAdministrationPorts & { readonly peers: PeerPlmnPorts },
): KmfAdministration {
  const { authorisations } = ports
  return {
    peers: peerPlmnAdministration(who, ports.peers),
    importAll: (records) => putKmfSubscribers(inRecords(records, kmfSubscriberIn), who, ports),
    async show(imsi) {
      const usesGbaU = await authorisations.usesGbaU(imsi)
      const mayLinkWith = (await authorisations.list(imsi)).map(({ plmn }) => plmn)
      if (!usesGbaU && mayLinkWith.length === 0)
        throw new NotFound(`the KMF of ${ports.home} keeps nothing of this subscriber`)
      return viewOf({ imsi, usesGbaU, mayLinkWith })
    },
    list: async (after, limit) => (await authorisations.page(after, limit)).map(viewOf),
    grant: (permission) => grant(permission, who, ports),
    revoke: (permission) => revoke(permission, who, ports),
    remove: (imsi) => removeKmfSubscriber(imsi, who, ports),
  }
}
