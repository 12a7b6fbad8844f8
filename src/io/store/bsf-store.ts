import { BTid, bTidRand } from '../../core/identities/b-tid.ts'
import { Impi } from '../../core/identities/subscriber.ts'
import { Tmpi } from '../../core/identities/tmpi.ts'
import { Ks } from '../../core/keys.ts'
import { Instant } from '../../core/units.ts'
import type { Bootstrap, BootstrapStore } from '../../entities/bsf/ports.ts'
import { parseGuss, writeGuss } from '../../wire/user-security-settings.ts'
import type { RowIdentity } from './seal.ts'
import { openStoreFile, type StoreFile, type StoreSchema } from './store-file.ts'

const schema: StoreSchema = {
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
  ],
}

interface BootstrapRow {
  readonly btid: string
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

function bootstrapOf(store: StoreFile, row: BootstrapRow): Bootstrap {
  const btid = BTid(row.btid)
  return {
    btid,
    impi: Impi(row.impi),
    ...(row.tmpi === null ? {} : { tmpi: Tmpi(row.tmpi) }),
    rand: bTidRand(btid),
    ks: Ks(store.seal.open(identityOf(row.btid, row.version), row.ks)),
    created: Instant(row.created),
    expires: Instant(row.expires),
    ...(row.guss === null ? {} : { guss: parseGuss(row.guss) }),
  }
}

function bootstrapsIn(store: StoreFile): BootstrapStore {
  const kept = store.query<{ version: number }>('select version from bootstrap where btid = ?')
  const write = store.query('insert or replace into bootstrap values (?, ?, ?, ?, ?, ?, ?, ?)')
  const live = store.query<BootstrapRow>('select * from bootstrap where btid = ? and expires > ?')
  const allLive = store.query<BootstrapRow>('select * from bootstrap where expires > ? order by created')
  const ofTmpi = store.query<{ impi: string }>(
    'select impi from bootstrap where tmpi = ? and expires > ? order by created desc limit 1',
  )
  const drop = store.query('delete from bootstrap where btid = ?')
  const dropExpired = store.query(
    'delete from bootstrap where btid in (select btid from bootstrap where expires <= ? limit ?)',
  )

  function put({ btid, impi, tmpi, ks, created, expires, guss }: Bootstrap): void {
    const version = (kept.get(btid)?.version ?? 0) + 1
    const sealed = store.seal.seal(identityOf(btid, version), ks)
    const document = guss ? writeGuss(guss) : null
    write.run(btid, impi, version, sealed, created, expires, document, tmpi ?? null)
  }

  return {
    put: (bootstrap) => store.answer(() => store.transaction(() => put(bootstrap))),
    find: (btid, now) =>
      store.answer(() => {
        const row = live.get(btid, now)
        return row && bootstrapOf(store, row)
      }),
    findImpi: (tmpi, now) =>
      store.answer(() => {
        const row = ofTmpi.get(tmpi, now)
        return row && Impi(row.impi)
      }),
    list: (now) => store.answer(() => allLive.all(now).map((row) => bootstrapOf(store, row))),
    remove: (btid) => store.answer(() => drop.run(btid) > 0),
    forgetExpired: (now, limit) => store.answer(() => dropExpired.run(now, limit)),
  }
}

/** The durable store of a BSF; `key` has 32 octets. Throws StoreUnusable. */
export async function openBsfStore(path: string, key: Uint8Array): Promise<BsfStore> {
  const store = await openStoreFile(path, key, schema)
  return { bootstraps: bootstrapsIn(store), close: () => store.close() }
}
