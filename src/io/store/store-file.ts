import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { TemporaryFailure } from '../../core/errors.ts'
import { RecordNotAuthentic, StoreUnusable } from './errors.ts'
import { Seal, type RowIdentity } from './seal.ts'
import { openSqlite, type SqliteDatabase, type SqliteStatement, type SqlValue } from './sqlite.ts'

/** The tables of one entity's store. */
export interface StoreSchema {
  readonly entity: string
  /** SQLite application_id: a store of one entity is not taken for that of another. */
  readonly applicationId: number
  /** The n-th makes version n out of version n - 1; never changed once released. */
  readonly migrations: readonly string[]
}

/** A prepared statement whose rows have the shape that its SQL gives them. */
export interface Query<Row> {
  get(...values: readonly SqlValue[]): Row | undefined
  all(...values: readonly SqlValue[]): readonly Row[]
  /** Number of rows changed. */
  run(...values: readonly SqlValue[]): number
}

const sqliteCodes: readonly unknown[] = ['ERR_SQLITE_ERROR', 'ERR_INVALID_STATE']
const isOfSqlite = (error: unknown) =>
  error instanceof Error && 'code' in error && sqliteCodes.includes(error.code)

const keyCheck: RowIdentity = { table: 'key_check', row: '', version: 1 }

/** An open SQLite file of one entity; several processes may hold it open. */
export class StoreFile {
  readonly seal: Seal
  readonly #database: SqliteDatabase

  constructor(database: SqliteDatabase, seal: Seal) {
    this.#database = database
    this.seal = seal
  }

  query<Row = never>(sql: string): Query<Row> {
    const statement: SqliteStatement = this.#database.prepare(sql)
    return {
      get: (...values) => statement.get(...values) as Row | undefined,
      all: (...values) => statement.all(...values) as Row[],
      run: (...values) => Number(statement.run(...values).changes),
    }
  }

  /** All of `work` or nothing of it; no other process writes meanwhile. */
  transaction<Result>(work: () => Result): Result {
    this.#database.exec('begin immediate')
    try {
      const result = work()
      this.#database.exec('commit')
      return result
    } catch (error) {
      this.#rollback()
      throw error
    }
  }

  /** SQLite may have ended the transaction by itself, for example when the disk is full. */
  #rollback(): void {
    try {
      this.#database.exec('rollback')
    } catch {
      return
    }
  }

  /** The result of `work`; what SQLite throws (busy, disk full, gone) becomes TemporaryFailure. */
  answer<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve) => {
      try {
        resolve(work())
      } catch (cause) {
        throw isOfSqlite(cause) ? new TemporaryFailure('the store is away', undefined, { cause }) : cause
      }
    })
  }

  close(): Promise<void> {
    return this.answer(() => this.#database.close())
  }
}

function numberOf(database: SqliteDatabase, pragma: string): number {
  const row = database.prepare(`pragma ${pragma}`).get() as Readonly<Record<string, number>>
  return row[pragma] ?? 0
}

function migrate(database: SqliteDatabase, schema: StoreSchema): void {
  const version = numberOf(database, 'user_version')
  const owner = numberOf(database, 'application_id')
  if (owner !== 0 && owner !== schema.applicationId)
    throw new StoreUnusable(`it is not a store of the ${schema.entity}`)
  if (version > schema.migrations.length)
    throw new StoreUnusable(`it has version ${version}, this program knows up to ${schema.migrations.length}`)
  if (version === schema.migrations.length) return
  for (const migration of schema.migrations.slice(version)) database.exec(migration)
  database.exec(`pragma application_id = ${schema.applicationId}`)
  database.exec(`pragma user_version = ${schema.migrations.length}`)
}

/** The first key is the key of the store for good: another one is refused at once. */
function checkKey(store: StoreFile): void {
  store.query('create table if not exists key_check (sealed blob not null) strict').run()
  const kept = store.query<{ sealed: Uint8Array }>('select sealed from key_check').get()
  if (kept) store.seal.open(keyCheck, kept.sealed)
  else
    store
      .query('insert into key_check (sealed) values (?)')
      .run(store.seal.seal(keyCheck, Uint8Array.of(keyCheck.version)))
}

/** WAL and FULL: what was committed is on disk, whatever is killed or loses power (R34, R48). */
async function openDatabase(path: string): Promise<SqliteDatabase> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  const database = await openSqlite(path)
  database.exec('pragma busy_timeout = 2000')
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = full')
  database.exec('pragma foreign_keys = on')
  return database
}

function unusable(path: string, cause: unknown): StoreUnusable {
  const reason = cause instanceof RecordNotAuthentic ? 'its key is another one' : (cause as Error).message
  return new StoreUnusable(`store ${path} cannot be used: ${reason}`, undefined, { cause })
}

/** Opens or creates the store; `key` has 32 octets. Throws StoreUnusable. */
export async function openStoreFile(path: string, key: Uint8Array, schema: StoreSchema): Promise<StoreFile> {
  let database: SqliteDatabase | undefined
  try {
    const opened = await openDatabase(path)
    database = opened
    const store = new StoreFile(opened, new Seal(key))
    store.transaction(() => {
      migrate(opened, schema)
      checkKey(store)
    })
    return store
  } catch (cause) {
    database?.close()
    throw unusable(path, cause)
  }
}
