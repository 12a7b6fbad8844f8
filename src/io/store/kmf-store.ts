import { equalOctets, hex } from '../../core/bytes.ts'
import { BTid } from '../../core/identities/b-tid.ts'
import { NafId } from '../../core/identities/naf-id.ts'
import { Impi, Imsi } from '../../core/identities/subscriber.ts'
import { asKsNaf } from '../../core/keys.ts'
import { Instant } from '../../core/units.ts'
import type {
  AuthorisationStore,
  NafKeyRow,
  NafKeyStore,
  PeerPlmnStore,
  PushedGpiStore,
} from '../../entities/kmf/ports.ts'
import { parseUssList, writeUssList } from '../../wire/user-security-settings.ts'
import { authorisationsIn } from './kmf-authorisations.ts'
import { createPeerPlmns, peerPlmnsIn, peerPlmnTables } from './kmf-peer-plmns.ts'
import { pushedGpisIn } from './kmf-pushed-gpis.ts'
import { parsedOnce } from './parsed-once.ts'
import type { RowIdentity, Seal, StoreKeys } from './seal.ts'
import { statement, type Session, type StoreSchema } from './sql.ts'
import { openStore, type Store, type StorePlace } from './store.ts'
import { nextVersion } from './versions.ts'

const rowName = (btid: string, nafId: Uint8Array): string => `${btid} ${hex(nafId)}`

export const kmfSchema: StoreSchema = {
  entity: 'KMF',
  applicationId: 0x534c6b6d,
  migrations: [
    `create table naf_key_row (
       btid text primary key,
       impi text,
       imsi text,
       created integer not null,    -- milliseconds since 1970
       expires integer not null,
       erased integer not null,     -- 1 once the keys are gone, 2 while they go
       uss_list blob not null       -- the document of Zn
     ) strict;
     create index naf_key_row_expires on naf_key_row (erased, expires);
     create index naf_key_row_imsi on naf_key_row (imsi);
     create table naf_key (
       btid text not null references naf_key_row on delete cascade,
       naf_id blob not null,
       version integer not null,
       key blob not null,           -- sealed
       primary key (btid, naf_id)
     ) strict;
     create table may_link (
       imsi text not null,
       plmn text not null,          -- or *
       primary key (imsi, plmn)
     ) strict;`,
    'delete from naf_key_row where erased = 1 and imsi is null',
    'create table gba_u (imsi text primary key) strict', // whose cards work in GBA_U
    `create table pushed_gpi (
       rand blob not null,
       ue1 text not null,           -- IMSI or B-TID
       ue2 text not null,           -- ProSe UE ID, six hex digits
       expires integer not null,
       primary key (rand, ue1, ue2)
     ) strict;
     create index pushed_gpi_expires on pushed_gpi (expires);`,
    createPeerPlmns,
  ],
  tables: [
    {
      name: 'naf_key_row',
      columns: ['btid', 'impi', 'imsi', 'created', 'expires', 'erased', 'uss_list'],
      key: ['btid'],
    },
    {
      name: 'naf_key',
      columns: ['btid', 'naf_id', 'version', 'key'],
      key: ['btid', 'naf_id'],
      sealed: { column: 'key', row: ([btid, nafId]) => rowName(String(btid), nafId as Uint8Array) },
    },
    { name: 'may_link', columns: ['imsi', 'plmn'], key: ['imsi', 'plmn'] },
    { name: 'gba_u', columns: ['imsi'], key: ['imsi'] },
    { name: 'pushed_gpi', columns: ['rand', 'ue1', 'ue2', 'expires'], key: ['rand', 'ue1', 'ue2'] },
    ...peerPlmnTables,
  ],
}

/** A row with one of its keys, or with none. */
interface JoinedRow {
  readonly btid: string
  readonly impi: string | null
  readonly imsi: string | null
  readonly created: number
  readonly expires: number
  readonly uss_list: Uint8Array
  readonly naf_id: Uint8Array | null
  readonly version: number | null
  readonly key: Uint8Array | null
}

export interface KmfStore {
  readonly keys: NafKeyStore
  readonly authorisations: AuthorisationStore
  readonly pushedGpis: PushedGpiStore
  readonly peers: PeerPlmnStore
  close(): Promise<void>
}

/** Of one set-up the settings of a subscriber are read several times. */
const ussListIn = parsedOnce(parseUssList)

const identityOf = (btid: string, nafId: Uint8Array, version: number): RowIdentity => ({
  table: 'naf_key',
  row: rowName(btid, nafId),
  version,
})

/** With its keys, or with those of them under one NAF_Id; none once it has expired. */
function rowOf(
  { seal }: Store,
  rows: readonly JoinedRow[],
  now: Instant,
  under?: NafId,
): NafKeyRow | undefined {
  const [row] = rows
  if (!row) return undefined
  return {
    btid: BTid(row.btid),
    ...(row.impi === null ? {} : { impi: Impi(row.impi) }),
    ...(row.imsi === null ? {} : { imsi: Imsi(row.imsi) }),
    created: Instant(row.created),
    expires: Instant(row.expires),
    ussList: ussListIn(row.uss_list),
    keys: row.expires <= now ? [] : rows.flatMap((joined) => keyOf(seal, joined, under)),
  }
}

function keyOf(
  seal: Seal,
  { btid, naf_id: nafId, version, key }: JoinedRow,
  under: NafId | undefined,
): NafKeyRow['keys'] {
  if (nafId === null || version === null || key === null) return []
  if (under && !equalOctets(nafId, under)) return []
  return [{ nafId: NafId(nafId), key: asKsNaf(seal.open(identityOf(btid, nafId, version), key)) }]
}

const joined = `select r.btid, r.impi, r.imsi, r.created, r.expires, r.uss_list, k.naf_id, k.version, k.key
  from naf_key_row r left join naf_key k on k.btid = r.btid`
const one = statement<JoinedRow>(`${joined} where r.btid = ?`)
const settings = statement<Pick<JoinedRow, 'uss_list'>>('select uss_list from naf_key_row where btid = ?')
const all = statement<JoinedRow>(`${joined} order by r.created`)
const dropRow = statement('delete from naf_key_row where btid = ?')

function keysIn(store: Store): NafKeyStore {
  const { database } = store
  return {
    put: (row) => database.transaction((session) => put(session, store.seal, row)),
    find: (btid, now, under) =>
      database.session(async (session) => rowOf(store, await session.all(one, btid), now, under)),
    ussList: (btid) =>
      database.session(async (session) => {
        const row = await session.get(settings, btid)
        return row && ussListIn(row.uss_list)
      }),
    list: (now) =>
      database.session(async (session) => {
        const keysOf = new Map<string, JoinedRow[]>()
        for (const row of await session.all(all)) keysOf.set(row.btid, [...(keysOf.get(row.btid) ?? []), row])
        return [...keysOf.values()].flatMap((rows) => rowOf(store, rows, now) ?? [])
      }),
    forget: (btid) => database.session(async (session) => (await session.run(dropRow, btid)) > 0),
    eraseExpired: (now, limit) => database.transaction((session) => eraseExpired(session, now, limit)),
  }
}

const writeRow = statement(`insert into naf_key_row (btid, impi, imsi, created, expires, erased, uss_list)
  values (?, ?, ?, ?, ?, 0, ?)
  on conflict (btid) do update set impi = coalesce(excluded.impi, naf_key_row.impi),
    imsi = coalesce(excluded.imsi, naf_key_row.imsi), created = excluded.created, expires = excluded.expires,
    erased = 0, uss_list = excluded.uss_list`)
const versionOf = statement<{ version: number }>('select version from naf_key where btid = ? and naf_id = ?')
const writeKey = statement(`insert into naf_key (btid, naf_id, version, key) values (?, ?, ?, ?)
  on conflict (btid, naf_id) do update set version = excluded.version, key = excluded.key
    where naf_key.version = excluded.version - 1`)
const dropReplaced = statement(
  'delete from naf_key_row where imsi = ? and btid <> ? and (erased = 1 or expires <= ?)',
)

async function put(session: Session, seal: Seal, row: NafKeyRow): Promise<void> {
  const { btid, impi, imsi, created, expires, ussList, keys } = row
  await session.run(writeRow, btid, impi ?? null, imsi ?? null, created, expires, writeUssList(ussList))
  for (const { nafId, key } of keys)
    await nextVersion(session, versionOf, [btid, nafId], (version) =>
      session.run(writeKey, btid, nafId, version, seal.seal(identityOf(btid, nafId, version), key)),
    )
  if (imsi !== undefined) await session.run(dropReplaced, imsi, btid, created)
}

const inHand = 'select btid from naf_key_row where erased = 2'
const takeExpired = statement(`update naf_key_row set erased = 2
  where btid in (select btid from naf_key_row where erased = 0 and expires <= ? limit ?)`)
const dropKeys = statement(`delete from naf_key where btid in (${inHand})`)
const dropOfNoUse = statement(`delete from naf_key_row where erased = 2 and (imsi is null or exists
  (select 1 from naf_key_row newer where newer.imsi = naf_key_row.imsi and newer.created > naf_key_row.created))`)
const markErased = statement('update naf_key_row set erased = 1 where erased = 2')

/** Keys go; the row of an IMSI stays unless that has a newer one: only the last used B-TID is kept (seed, 6.X.3.2). */
async function eraseExpired(session: Session, now: Instant, limit: number): Promise<number> {
  const taken = await session.run(takeExpired, now, limit)
  if (taken > 0) for (const step of [dropKeys, dropOfNoUse, markErased]) await session.run(step)
  return taken
}

/** The durable store of a KMF. Throws StoreUnusable, TemporaryFailure. */
export async function openKmfStore(place: StorePlace, keys: StoreKeys): Promise<KmfStore> {
  const store = await openStore(place, keys, kmfSchema)
  const { database } = store
  return {
    ...{
      keys: keysIn(store),
      authorisations: authorisationsIn(database),
      pushedGpis: pushedGpisIn(database),
      peers: peerPlmnsIn(database),
    },
    close: () => database.close(),
  }
}
