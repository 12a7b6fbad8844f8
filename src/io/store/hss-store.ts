import { InvalidValue } from '../../core/errors.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import type { Subscriber, SubscriberStore } from '../../entities/hss/ports.ts'
import { putAllIn } from './hss-import.ts'
import { stagingTables } from './hss-staging.ts'
import { columnsOf, replacingAll, subscriberColumns, subscriberOf, type SubscriberRow } from './hss-row.ts'
import type { StoreKeys } from './seal.ts'
import { sentRandsIn } from './hss-sent-rands.ts'
import { sequenceNumbersIn } from './hss-sequence-numbers.ts'
import { listOf, marks, rowsOfMarks, statement, type Session, type StoreSchema } from './sql.ts'
import { openStore, type Store, type StorePlace } from './store.ts'
import { nextVersion } from './versions.ts'

export const hssSchema: StoreSchema = {
  entity: 'HSS',
  applicationId: 0x534c6873,
  migrations: [
    `create table subscriber (
       imsi text primary key,
       impi text not null unique,
       version integer not null,
       secrets blob not null,       -- sealed: K, then OPc or TOPc
       algorithm text not null,
       keccak_iterations integer,
       amf blob not null,
       gba text not null,
       ks_lifetime_seconds integer,
       prose_ue_ids text,           -- six hex digits each; null without ProSe
       permissions text not null,
       public_safety integer not null
     ) strict;
     create table sequence_number (imsi text primary key, sqn integer not null) strict;
     create table sent_rand (
       id integer primary key autoincrement,
       imsi text not null,
       rand blob not null,
       sent integer not null,
       unique (imsi, rand)
     ) strict;`,
    `alter table sequence_number add column generation integer not null default 0;
     drop table sent_rand;
     create table sent_rand (
       imsi text not null,
       rand blob not null,
       sent integer not null,       -- milliseconds since 1970
       place integer not null,      -- a later one is higher
       primary key (imsi, rand)
     ) strict;
     create index sent_rand_place on sent_rand (imsi, place);`,
    `create table prose_ue_id (
       id text primary key,         -- six hex digits
       imsi text not null references subscriber on delete cascade
     ) strict;
     create index prose_ue_id_imsi on prose_ue_id (imsi);
     insert into prose_ue_id (id, imsi)
       select substr(prose_ue_ids, 1 + 7 * nth.column1, 6), imsi from subscriber
       join (values (0), (1), (2), (3), (4), (5), (6), (7)) nth on 7 * nth.column1 < length(prose_ue_ids)
       where true on conflict (id) do nothing;
     ${stagingTables}`,
  ],
  tables: [
    {
      name: 'subscriber',
      columns: subscriberColumns,
      key: ['imsi'],
      sealed: { column: 'secrets', row: ([imsi]) => String(imsi) },
    },
    { name: 'prose_ue_id', columns: ['id', 'imsi'], key: ['id'] },
    { name: 'sequence_number', columns: ['imsi', 'sqn', 'generation'], key: ['imsi'] },
    { name: 'sent_rand', columns: ['imsi', 'rand', 'sent', 'place'], key: ['imsi', 'rand'] },
  ],
}

export interface HssStore {
  readonly subscribers: SubscriberStore
  close(): Promise<void>
}

const columns = listOf(subscriberColumns)
const byImsi = statement<SubscriberRow>(`select ${columns} from subscriber where imsi = ?`)
const byImpi = statement<SubscriberRow>(`select ${columns} from subscriber where impi = ?`)
const next = statement<SubscriberRow>(
  `select ${columns} from subscriber where imsi > ? order by imsi limit ?`,
)
const ownerOf = statement<{ imsi: string }>('select imsi from subscriber where impi = ?')
const ownersOfUeIds = (count: number) =>
  statement<{ imsi: string }>(`select imsi from prose_ue_id where id in ${marks(count)}`)
const versionOf = statement<{ version: number }>('select version from subscriber where imsi = ?')
const write = statement(`insert into subscriber (${columns}) values ${marks(subscriberColumns.length)}
  on conflict (imsi) do update set ${replacingAll} where subscriber.version = excluded.version - 1`)
const drop = statement('delete from subscriber where imsi = ?')
const dropUeIds = statement('delete from prose_ue_id where imsi = ?')
const addUeIds = (count: number) =>
  statement(`insert into prose_ue_id (id, imsi) values ${rowsOfMarks(count, 2)}`)

/** Throws InvalidValue. */
async function refuseOthers(
  session: Session,
  imsi: Imsi,
  impi: string,
  ueIds: readonly string[],
): Promise<void> {
  if (((await session.get(ownerOf, impi))?.imsi ?? imsi) !== imsi)
    throw new InvalidValue('IMPI', 'another subscriber has this one')
  if (ueIds.length === 0) return
  const owners = await session.all(ownersOfUeIds(ueIds.length), ...ueIds)
  if (owners.some((owner) => owner.imsi !== imsi))
    throw new InvalidValue('ProSe UE ID', 'another subscriber has this one')
}

const putIn =
  ({ database, seal }: Store) =>
  (subscriber: Subscriber): Promise<void> =>
    database.transaction(async (session) => {
      const { imsi, impi, prose } = subscriber
      const ueIds = prose?.ueIds.map(hexOf24) ?? []
      await refuseOthers(session, imsi, impi, ueIds)
      await nextVersion(session, versionOf, [imsi], (version) =>
        session.run(write, ...columnsOf(subscriber, version, seal)),
      )
      await session.run(dropUeIds, imsi)
      if (ueIds.length > 0) await session.run(addUeIds(ueIds.length), ...ueIds.flatMap((id) => [id, imsi]))
    })

function subscribersIn(
  store: Store,
): Omit<SubscriberStore, 'advanceSqn' | 'lastSqn' | 'rememberRand' | 'takeRand'> {
  const { database } = store
  const find = (by: typeof byImsi, identity: string) =>
    database.session(async (session) => {
      const row = await session.get(by, identity)
      return row && subscriberOf(row, store.seal)
    })
  return {
    put: putIn(store),
    putAll: putAllIn(store),
    findByImpi: (impi) => find(byImpi, impi),
    findByImsi: (imsi) => find(byImsi, imsi),
    page: (after, limit) =>
      database.session(async (session) =>
        (await session.all(next, after ?? '', limit)).map((row) => subscriberOf(row, store.seal)),
      ),
    // The sequence number stays: a card that is added again must not see an old one (R34).
    remove: (imsi) => database.session(async (session) => (await session.run(drop, imsi)) > 0),
  }
}

/** The durable store of an HSS. Throws StoreUnusable, TemporaryFailure. */
export async function openHssStore(place: StorePlace, keys: StoreKeys): Promise<HssStore> {
  const store = await openStore(place, keys, hssSchema)
  const { database } = store
  return {
    subscribers: { ...subscribersIn(store), ...sequenceNumbersIn(database), ...sentRandsIn(database) },
    close: () => database.close(),
  }
}
