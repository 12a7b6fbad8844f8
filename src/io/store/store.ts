import { Outage } from '../../core/errors.ts'
import { InvalidConfig } from '../../core/invalid-config.ts'
import { RecordNotAuthentic, StoreUnusable } from './errors.ts'
import { Seal, type RowIdentity, type StoreKeys } from './seal.ts'
import { statement, type Database, type Session, type StoreSchema } from './sql.ts'
import { openSqliteDatabase } from './sqlite-database.ts'

/** An open store: its rows, and the seal of what is secret in them. */
export interface Store {
  readonly database: Database
  readonly seal: Seal
}

/** A URL of PostgreSQL, which may name several hosts, or else the name of an SQLite file. */
export type StorePlace = string

export const isUrl = (place: StorePlace): boolean => /^postgres(ql)?:\/\//.test(place)

/** What may be shown of it: a URL may hold a password (R31). */
export const placeName = (place: StorePlace): string =>
  isUrl(place) ? place.replace(/^([^:]*:\/\/)([^@/]*@)?([^?]*).*$/, '$1$3') : place

export const keyCheck: RowIdentity = { table: 'key_check', row: '', version: 1 }
const keptChecks = statement<{ sealed: Uint8Array }>('select sealed from key_check')
const addCheck = statement('insert into key_check (sealed) values (?)')

/** The first key is the key of the store: another one is refused at once. */
export async function checkKey(session: Session, seal: Seal): Promise<void> {
  const kept = await session.all(keptChecks)
  for (const { sealed } of kept) seal.open(keyCheck, sealed)
  if (kept.length === 0) await session.run(addCheck, seal.seal(keyCheck, Uint8Array.of(keyCheck.version)))
}

/** What opening a store says of it. */
export function unusable(place: StorePlace, cause: unknown): Error {
  if (cause instanceof Outage || cause instanceof InvalidConfig) return cause
  const reason = cause instanceof RecordNotAuthentic ? 'its key is another one' : (cause as Error).message
  return new StoreUnusable(`store ${placeName(place)} cannot be used: ${reason}`, undefined, { cause })
}

/** Opens or creates the database without a look at its key. Throws StoreUnusable, TemporaryFailure. */
export async function openDatabase(
  place: StorePlace,
  schema: StoreSchema,
  check: (session: Session) => Promise<void> = () => Promise.resolve(),
): Promise<Database> {
  try {
    // A node with SQLite does without PostgreSQL, so it takes less memory and starts sooner.
    const open = isUrl(place)
      ? (await import('./postgresql-database.ts')).openPostgresqlDatabase
      : openSqliteDatabase
    return await open(place, schema, check)
  } catch (cause) {
    throw unusable(place, cause)
  }
}

/** Opens or creates the store. Throws StoreUnusable, TemporaryFailure. */
export async function openStore(place: StorePlace, keys: StoreKeys, schema: StoreSchema): Promise<Store> {
  try {
    const seal = new Seal(keys)
    const database = await openDatabase(place, schema, (session) => checkKey(session, seal))
    return { database, seal }
  } catch (cause) {
    throw cause instanceof StoreUnusable ? cause : unusable(place, cause)
  }
}
