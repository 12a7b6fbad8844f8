import { hex } from '../../core/bytes.ts'
import { BTid } from '../../core/identities/b-tid.ts'
import { NafId } from '../../core/identities/naf-id.ts'
import { Plmn } from '../../core/identities/plmn.ts'
import { Impi, Imsi } from '../../core/identities/subscriber.ts'
import { KsNaf } from '../../core/keys.ts'
import { Instant } from '../../core/units.ts'
import type { AuthorisationStore, KmfSubscriber, NafKeyRow, NafKeyStore } from '../../entities/kmf/ports.ts'
import { parseUssList, writeUssList } from '../../wire/user-security-settings.ts'
import type { RowIdentity } from './seal.ts'
import { openStoreFile, type StoreFile, type StoreSchema } from './store-file.ts'

const schema: StoreSchema = {
  entity: 'KMF',
  applicationId: 0x534c6b6d,
  migrations: [
    `create table naf_key_row (
       btid text primary key,
       impi text,
       imsi text,
       created integer not null,    -- milliseconds since 1970
       expires integer not null,
       erased integer not null,     -- 1 once the keys are gone
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
  ],
}

interface RowOfBTid {
  readonly btid: string
  readonly impi: string | null
  readonly imsi: string | null
  readonly created: number
  readonly expires: number
  readonly erased: number
  readonly uss_list: Uint8Array
}

interface RowOfKey {
  readonly naf_id: Uint8Array
  readonly version: number
  readonly key: Uint8Array
}

export interface KmfStore {
  readonly keys: NafKeyStore
  readonly authorisations: AuthorisationStore
  close(): Promise<void>
}

const identityOf = (btid: string, nafId: Uint8Array, version: number): RowIdentity => ({
  table: 'naf_key',
  row: `${btid} ${hex(nafId)}`,
  version,
})

function keysIn(store: StoreFile): NafKeyStore {
  const findRow = store.query<RowOfBTid>('select * from naf_key_row where btid = ?')
  const allRows = store.query<RowOfBTid>('select * from naf_key_row order by created')
  const findKeys = store.query<RowOfKey>('select naf_id, version, key from naf_key where btid = ?')
  const dropRow = store.query('delete from naf_key_row where btid = ?')

  function rowOf(row: RowOfBTid, now: Instant): NafKeyRow {
    return {
      btid: BTid(row.btid),
      ...(row.impi === null ? {} : { impi: Impi(row.impi) }),
      ...(row.imsi === null ? {} : { imsi: Imsi(row.imsi) }),
      created: Instant(row.created),
      expires: Instant(row.expires),
      ussList: parseUssList(row.uss_list),
      keys: row.expires <= now ? [] : findKeys.all(row.btid).map((key) => keyOf(row.btid, key)),
    }
  }

  function keyOf(btid: string, row: RowOfKey) {
    const sealed = identityOf(btid, row.naf_id, row.version)
    return { nafId: NafId(row.naf_id), key: KsNaf(store.seal.open(sealed, row.key)) }
  }

  return {
    put: putIn(store),
    find: (btid, now) =>
      store.answer(() => {
        const row = findRow.get(btid)
        return row && rowOf(row, now)
      }),
    list: (now) => store.answer(() => allRows.all().map((row) => rowOf(row, now))),
    forget: (btid) => store.answer(() => dropRow.run(btid) > 0),
    eraseExpired: eraseExpiredIn(store),
  }
}

function putIn(store: StoreFile): NafKeyStore['put'] {
  const writeRow = store.query(`insert into naf_key_row values (?, ?, ?, ?, ?, 0, ?)
    on conflict (btid) do update set impi = coalesce(excluded.impi, impi), imsi = coalesce(excluded.imsi, imsi),
      created = excluded.created, expires = excluded.expires, erased = 0, uss_list = excluded.uss_list`)
  const kept = store.query<{ version: number }>('select version from naf_key where btid = ? and naf_id = ?')
  const writeKey = store.query(
    'insert or replace into naf_key (btid, naf_id, version, key) values (?, ?, ?, ?)',
  )
  const dropReplaced = store.query(
    'delete from naf_key_row where imsi = ? and btid <> ? and (erased = 1 or expires <= ?)',
  )

  function put({ btid, impi, imsi, created, expires, ussList, keys }: NafKeyRow): void {
    writeRow.run(btid, impi ?? null, imsi ?? null, created, expires, writeUssList(ussList))
    for (const { nafId, key } of keys) {
      const version = (kept.get(btid, nafId)?.version ?? 0) + 1
      writeKey.run(btid, nafId, version, store.seal.seal(identityOf(btid, nafId, version), key))
    }
    if (imsi !== undefined) dropReplaced.run(imsi, btid, created)
  }
  return (row) => store.answer(() => store.transaction(() => put(row)))
}

/** Keys go; the row of an IMSI stays unless that has a newer one: only the last used B-TID is kept (seed, 6.X.3.2). */
function eraseExpiredIn(store: StoreFile): NafKeyStore['eraseExpired'] {
  const expired = store.query<{ btid: string }>(
    'select btid from naf_key_row where erased = 0 and expires <= ? limit ?',
  )
  const dropKeys = store.query('delete from naf_key where btid = ?')
  const markErased = store.query('update naf_key_row set erased = 1 where btid = ?')
  const dropOfNoUse = store.query(`delete from naf_key_row where btid = ? and (imsi is null or exists
    (select 1 from naf_key_row newer where newer.imsi = naf_key_row.imsi and newer.created > naf_key_row.created))`)
  return (now, limit) =>
    store.answer(() =>
      store.transaction(() => {
        const rows = expired.all(now, limit)
        for (const { btid } of rows) {
          dropKeys.run(btid)
          markErased.run(btid)
          dropOfNoUse.run(btid)
        }
        return rows.length
      }),
    )
}

const plmnOf = (text: string): Plmn | '*' => (text === '*' ? '*' : Plmn(text))

function kmfSubscribersIn(
  store: StoreFile,
): Pick<AuthorisationStore, 'putAll' | 'remove' | 'page' | 'usesGbaU'> {
  const dropRows = store.query('delete from may_link where imsi = ?')
  const addRow = store.query('insert or ignore into may_link (imsi, plmn) values (?, ?)')
  const dropGbaU = store.query('delete from gba_u where imsi = ?')
  const addGbaU = store.query('insert into gba_u (imsi) values (?)')
  const isGbaU = store.query<{ found: 1 }>('select 1 as found from gba_u where imsi = ?')
  const imsis = store.query<{ imsi: string }>(
    'select imsi from may_link where imsi > ?1 union select imsi from gba_u where imsi > ?1 order by imsi limit ?2',
  )
  const rowsOf = store.query<{ plmn: string }>('select plmn from may_link where imsi = ? order by plmn')

  const remove = (imsi: Imsi): boolean => dropRows.run(imsi) + dropGbaU.run(imsi) > 0
  function put({ imsi, usesGbaU, mayLinkWith }: KmfSubscriber): void {
    remove(imsi)
    if (usesGbaU) addGbaU.run(imsi)
    for (const plmn of mayLinkWith) addRow.run(imsi, plmn)
  }
  const subscriberOf = (imsi: Imsi): KmfSubscriber => ({
    ...{ imsi, usesGbaU: isGbaU.get(imsi) !== undefined },
    mayLinkWith: rowsOf.all(imsi).map(({ plmn }) => plmnOf(plmn)),
  })
  return {
    putAll: (subscribers) => store.answer(() => store.transaction(() => subscribers.forEach(put))),
    remove: (imsi) => store.answer(() => store.transaction(() => remove(imsi))),
    page: (after, limit) =>
      store.answer(() => imsis.all(after ?? '', limit).map(({ imsi }) => subscriberOf(Imsi(imsi)))),
    usesGbaU: (imsi) => store.answer(() => isGbaU.get(imsi) !== undefined),
  }
}

function authorisationsIn(store: StoreFile): AuthorisationStore {
  const add = store.query('insert or ignore into may_link (imsi, plmn) values (?, ?)')
  const drop = store.query('delete from may_link where imsi = ? and plmn = ?')
  const look = store.query<{ found: 1 }>(
    `select 1 as found from may_link where imsi = ? and plmn in (?, '*') limit 1`,
  )
  const all = store.query<{ imsi: string; plmn: string }>('select * from may_link order by imsi, plmn')
  const ofOne = store.query<{ imsi: string; plmn: string }>(
    'select * from may_link where imsi = ? order by plmn',
  )
  return {
    ...kmfSubscribersIn(store),
    grant: (imsi, plmn) => store.answer(() => void add.run(imsi, plmn)),
    revoke: (imsi, plmn) => store.answer(() => drop.run(imsi, plmn) > 0),
    mayLink: (imsi, plmn) => store.answer(() => look.get(imsi, plmn) !== undefined),
    list: (imsi) =>
      store.answer(() =>
        (imsi === undefined ? all.all() : ofOne.all(imsi)).map((row) => ({
          imsi: Imsi(row.imsi),
          plmn: plmnOf(row.plmn),
        })),
      ),
  }
}

/** The durable store of a KMF; `key` has 32 octets. Throws StoreUnusable. */
export async function openKmfStore(path: string, key: Uint8Array): Promise<KmfStore> {
  const store = await openStoreFile(path, key, schema)
  return { keys: keysIn(store), authorisations: authorisationsIn(store), close: () => store.close() }
}
