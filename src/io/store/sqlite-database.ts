import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { TemporaryFailure } from '../../core/errors.ts'
import {
  statement,
  type Database,
  type Session,
  type SqlValue,
  type Statement,
  type StoreSchema,
} from './sql.ts'
import { openSqlite, type SqliteConnection, type SqliteStatement } from './sqlite.ts'
import { checkVersion } from './versions.ts'

const sqliteCodes: readonly unknown[] = ['ERR_SQLITE_ERROR', 'ERR_INVALID_STATE']
const isOfSqlite = (error: unknown) =>
  error instanceof Error && 'code' in error && sqliteCodes.includes(error.code)

const createKeyCheck = 'create table if not exists key_check (sealed blob not null) strict'

const promised = <Result>(work: () => Result): Promise<Result> => new Promise((resolve) => resolve(work()))

function sessionOf(connection: SqliteConnection): Session {
  const prepared = new Map<string, SqliteStatement>()
  function prepare(text: string): SqliteStatement {
    const statement = prepared.get(text) ?? connection.prepare(text)
    prepared.set(text, statement)
    return statement
  }
  return {
    generation: 0,
    get: <Row>({ text }: Statement<Row>, ...values: readonly SqlValue[]) =>
      promised(() => prepare(text).get(...values) as Row | undefined),
    all: <Row>({ text }: Statement<Row>, ...values: readonly SqlValue[]) =>
      promised(() => prepare(text).all(...values) as Row[]),
    run: ({ text }, ...values) => promised(() => Number(prepare(text).run(...values).changes)),
  }
}

/** An open SQLite file; several processes may hold it open. One connection: what is asked waits for what was asked before. */
export class SqliteDatabase implements Database {
  readonly #connection: SqliteConnection
  readonly #session: Session
  #last: Promise<unknown> = Promise.resolve()

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#session = sessionOf(connection)
  }

  session<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#alone(() => work(this.#session))
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#alone(() => this.#between('begin immediate', work))
  }

  snapshot<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#alone(() => this.#between('begin', work))
  }

  close(): Promise<void> {
    return this.#alone(() => promised(() => this.#connection.close()))
  }

  /** What SQLite throws (busy, disk full, gone) becomes TemporaryFailure. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work).catch((cause: unknown) => {
      throw isOfSqlite(cause) ? new TemporaryFailure('the store is away', undefined, { cause }) : cause
    })
    this.#last = result.catch(() => undefined)
    return result
  }

  async #between<Result>(begin: string, work: (session: Session) => Promise<Result>): Promise<Result> {
    this.#connection.exec(begin)
    try {
      const result = await work(this.#session)
      this.#connection.exec('commit')
      return result
    } catch (error) {
      this.#rollback()
      throw error
    }
  }

  /** SQLite may have ended the transaction by itself, for example when the disk is full. */
  #rollback(): void {
    try {
      this.#connection.exec('rollback')
    } catch {
      return
    }
  }
}

function numberOf(connection: SqliteConnection, pragma: string): number {
  const row = connection.prepare(`pragma ${pragma}`).get() as Readonly<Record<string, number>>
  return row[pragma] ?? 0
}

function migrate(connection: SqliteConnection, schema: StoreSchema): void {
  const version = numberOf(connection, 'user_version')
  const owner = numberOf(connection, 'application_id')
  checkVersion(schema, owner === 0 || owner === schema.applicationId, version)
  if (version === schema.migrations.length) return
  for (const migration of schema.migrations.slice(version)) connection.exec(migration)
  connection.exec(`pragma application_id = ${schema.applicationId}`)
  connection.exec(`pragma user_version = ${schema.migrations.length}`)
}

/** The application_id and the version of the file; undefined where none is. */
export async function versionInSqlite(
  path: string,
): Promise<{ readonly applicationId: number; readonly version: number } | undefined> {
  if (!existsSync(path)) return undefined
  const connection = await openSqlite(path)
  try {
    const applicationId = numberOf(connection, 'application_id')
    return { applicationId, version: numberOf(connection, 'user_version') }
  } finally {
    connection.close()
  }
}

/** WAL and FULL: what was committed is on disk, whatever is killed or loses power (R34, R48). */
async function connect(path: string): Promise<SqliteConnection> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  const connection = await openSqlite(path)
  connection.exec('pragma busy_timeout = 2000')
  connection.exec('pragma journal_mode = wal')
  connection.exec('pragma synchronous = full')
  connection.exec('pragma foreign_keys = on')
  return connection
}

/** Brings everything into the file itself, so that it can be moved once it is closed; nobody else may have it open. */
export async function asOneFile(database: Database): Promise<void> {
  await database.session((session) => session.get(statement('pragma journal_mode = delete')))
}

/** Opens or creates the file and brings it to the version of `schema` once `check` resolves. Throws StoreUnusable or what `check` throws. */
export async function openSqliteDatabase(
  path: string,
  schema: StoreSchema,
  check: (session: Session) => Promise<void>,
): Promise<SqliteDatabase> {
  const connection = await connect(path)
  const database = new SqliteDatabase(connection)
  try {
    await database.transaction(async (session) => {
      connection.exec(createKeyCheck)
      await check(session)
      migrate(connection, schema)
    })
    return database
  } catch (error) {
    await database.close()
    throw error instanceof TemporaryFailure ? error.cause : error
  }
}
