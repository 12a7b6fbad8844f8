import { hex } from '../../core/bytes.ts'
import { BTid } from '../../core/identities/b-tid.ts'
import { NafId } from '../../core/identities/naf-id.ts'
import { Impi, Imsi } from '../../core/identities/subscriber.ts'
import { asKsNaf, wipe } from '../../core/keys.ts'
import { Instant } from '../../core/units.ts'
import type { NafKeyRow, NafKeyStore } from '../../entities/kmf/ports.ts'
import { keptUssList, ussListIn } from './documents.ts'
import type { RowIdentity, Seal } from './seal.ts'
import { statement, type Session } from './sql.ts'
import type { Store } from './store.ts'
import { nextVersion } from './versions.ts'

/** A row with one of its keys, or with none. */
export interface JoinedRow {
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

/** What a sealed key is called. */
export const keyName = (btid: string, nafId: Uint8Array): string => `${btid} ${hex(nafId)}`

const identityOf = (btid: string, nafId: Uint8Array, version: number): RowIdentity => ({
  table: 'naf_key',
  row: keyName(btid, nafId),
  version,
})

/** With its keys; none once it has expired. */
export function rowOf({ seal }: Store, rows: readonly JoinedRow[], now: Instant): NafKeyRow | undefined {
  const [row] = rows
  if (!row) return undefined
  return {
    btid: BTid(row.btid),
    ...(row.impi === null ? {} : { impi: Impi(row.impi) }),
    ...(row.imsi === null ? {} : { imsi: Imsi(row.imsi) }),
    created: Instant(row.created),
    expires: Instant(row.expires),
    ussList: ussListIn(row.uss_list),
    keys: row.expires <= now ? [] : keysOf(seal, rows),
  }
}

/** All of them, or none is left open. */
function keysOf(seal: Seal, rows: readonly JoinedRow[]): NafKeyRow['keys'] {
  const keys: NafKeyRow['keys'][number][] = []
  try {
    for (const { btid, naf_id: nafId, version, key } of rows)
      if (nafId !== null && version !== null && key !== null)
        keys.push({ nafId: NafId(nafId), key: asKsNaf(seal.open(identityOf(btid, nafId, version), key)) })
    return keys
  } catch (error) {
    wipe(...keys.map(({ key }) => key))
    throw error
  }
}

export const joinedColumns =
  'r.btid, r.impi, r.imsi, r.created, r.expires, r.uss_list, k.naf_id, k.version, k.key'
const joined = `select ${joinedColumns} from naf_key_row r left join naf_key k on k.btid = r.btid`
const one = statement<JoinedRow>(`${joined} where r.btid = ?`)
const all = statement<JoinedRow>(`${joined} order by r.created`)
const dropRow = statement('delete from naf_key_row where btid = ?')

/** NAF keys in the store of a KMF. */
export function nafKeysIn(store: Store): NafKeyStore {
  const { database } = store
  return {
    put: (row) => database.transaction((session) => put(session, store.seal, row)),
    find: (btid, now) => database.session(async (session) => rowOf(store, await session.all(one, btid), now)),
    list: (now) =>
      database.session(async (session) => {
        const rowsOf = new Map<string, JoinedRow[]>()
        for (const row of await session.all(all)) rowsOf.set(row.btid, [...(rowsOf.get(row.btid) ?? []), row])
        return [...rowsOf.values()].flatMap((rows) => rowOf(store, rows, now) ?? [])
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
  await session.run(writeRow, btid, impi ?? null, imsi ?? null, created, expires, keptUssList(ussList))
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
