import { BTid, bTidRand } from '../../core/identities/b-tid.ts'
import { Impi } from '../../core/identities/subscriber.ts'
import { Tmpi } from '../../core/identities/tmpi.ts'
import { Ks } from '../../core/keys.ts'
import { Instant } from '../../core/units.ts'
import type { Bootstrap, BootstrapStore } from '../../entities/bsf/ports.ts'
import { documentsInJson, gussIn, keptGuss } from './documents.ts'
import type { RowIdentity, StoreKeys } from './seal.ts'
import { statement, type StoreSchema } from './sql.ts'
import { openStore, type Store, type StorePlace } from './store.ts'
import { nextVersion } from './versions.ts'

export const bsfSchema: StoreSchema = {
  entity: 'BSF',
  applicationId: 0x534c6273,
  migrations: [
    `create table bootstrap (
       btid text primary key,
       impi text not null,
       version integer not null,
       ks blob not null,            -- sealed
       created integer not null,    -- milliseconds since 1970
       expires integer not null,
       guss blob                    -- the document of Zh
     ) strict;
     create index bootstrap_expires on bootstrap (expires);`,
    `alter table bootstrap add column tmpi text;
     create index bootstrap_tmpi on bootstrap (tmpi) where tmpi is not null;`,
    documentsInJson,
  ],
  tables: [
    {
      name: 'bootstrap',
      columns: ['btid', 'impi', 'version', 'ks', 'created', 'expires', 'guss', 'tmpi'],
      key: ['btid'],
      sealed: { column: 'ks', row: ([btid]) => String(btid) },
    },
  ],
}

interface BootstrapRow {
  readonly impi: string
  readonly version: number
  readonly ks: Uint8Array
  readonly created: number
  readonly expires: number
  readonly guss: Uint8Array | null
  readonly tmpi: string | null
}

export interface BsfStore {
  readonly bootstraps: BootstrapStore
  close(): Promise<void>
}

const identityOf = (btid: string, version: number): RowIdentity => ({
  table: 'bootstrap',
  row: btid,
  version,
})

function bootstrapOf({ seal }: Store, btid: BTid, row: BootstrapRow): Bootstrap {
  return {
    btid,
    impi: Impi(row.impi),
    ...(row.tmpi === null ? {} : { tmpi: Tmpi(row.tmpi) }),
    rand: bTidRand(btid),
    ks: Ks(seal.open(identityOf(btid, row.version), row.ks)),
    created: Instant(row.created),
    expires: Instant(row.expires),
    ...(row.guss === null ? {} : { guss: gussIn(row.guss) }),
  }
}

const values = 'impi, version, ks, created, expires, guss, tmpi'
const columns = `btid, ${values}`
const versionOf = statement<{ version: number }>('select version from bootstrap where btid = ?')
const write = statement(`insert into bootstrap (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (btid) do update set impi = excluded.impi, version = excluded.version, ks = excluded.ks,
    created = excluded.created, expires = excluded.expires, guss = excluded.guss, tmpi = excluded.tmpi
    where bootstrap.version = excluded.version - 1`)
const live = statement<BootstrapRow>(`select ${values} from bootstrap where btid = ? and expires > ?`)
const allLive = statement<BootstrapRow & { readonly btid: string }>(
  `select ${columns} from bootstrap where expires > ? order by created`,
)
const ofTmpi = statement<{ impi: string }>(
  'select impi from bootstrap where tmpi = ? and expires > ? order by created desc limit 1',
)
const drop = statement('delete from bootstrap where btid = ?')
const dropExpired = statement(
  'delete from bootstrap where btid in (select btid from bootstrap where expires <= ? limit ?)',
)

function putIn({ database, seal }: Store): BootstrapStore['put'] {
  return ({ btid, impi, tmpi, ks, created, expires, guss }) => {
    const document = guss ? keptGuss(guss) : null
    return database.session((session) =>
      nextVersion(session, versionOf, [btid], (version) => {
        const sealed = seal.seal(identityOf(btid, version), ks)
        return session.run(write, btid, impi, version, sealed, created, expires, document, tmpi ?? null)
      }),
    )
  }
}

function bootstrapsIn(store: Store): BootstrapStore {
  const { database } = store
  return {
    put: putIn(store),
    find: (btid, now) =>
      database.session(async (session) => {
        const row = await session.get(live, btid, now)
        return row && bootstrapOf(store, btid, row)
      }),
    findImpi: (tmpi, now) =>
      database.session(async (session) => {
        const row = await session.get(ofTmpi, tmpi, now)
        return row && Impi(row.impi)
      }),
    list: (now) =>
      database.session(async (session) =>
        (await session.all(allLive, now)).map((row) => bootstrapOf(store, BTid(row.btid), row)),
      ),
    remove: (btid) => database.session(async (session) => (await session.run(drop, btid)) > 0),
    forgetExpired: (now, limit) => database.session((session) => session.run(dropExpired, now, limit)),
  }
}

/** The durable store of a BSF. Throws StoreUnusable, TemporaryFailure. */
export async function openBsfStore(place: StorePlace, keys: StoreKeys): Promise<BsfStore> {
  const store = await openStore(place, keys, bsfSchema)
  return { bootstraps: bootstrapsIn(store), close: () => store.database.close() }
}
