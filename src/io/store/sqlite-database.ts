import { closeSync, existsSync, openSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { TemporaryFailure } from '../../core/errors.ts'
import { Checkpoints } from './checkpoints.ts'
import { makeDirectories } from '../directories.ts'
import { GroupSync } from './group-sync.ts'
import { SharedLock } from './shared-lock.ts'
import {
  statement,
  type Database,
  type Session,
  type SqlValue,
  type Statement,
  type StoreSchema,
} from './sql.ts'
import { openSqlite, type SqliteConnection, type SqliteStatement } from './sqlite.ts'
import { Turns } from './turns.ts'
import { checkVersion } from './versions.ts'

const sqliteCodes: readonly unknown[] = ['ERR_SQLITE_ERROR', 'ERR_INVALID_STATE']

/** What SQLite throws (busy, disk full, gone) becomes TemporaryFailure. */
const asTemporary = (error: unknown): Error =>
  error instanceof Error && 'code' in error && sqliteCodes.includes(error.code)
    ? new TemporaryFailure('the store is away', undefined, { cause: error })
    : (error as Error)

const createKeyCheck = 'create table if not exists key_check (sealed blob not null) strict'

const promised = <Result>(work: () => Result): Promise<Result> => new Promise((resolve) => resolve(work()))

type Prepare = (text: string) => SqliteStatement

/** Each text is prepared once. */
function preparedOn(connection: SqliteConnection): Prepare {
  const prepared = new Map<string, SqliteStatement>()
  return (text) => {
    const known = prepared.get(text)
    if (known) return known
    const statement = connection.prepare(text)
    prepared.set(text, statement)
    return statement
  }
}

/** What is asked for one piece of work. */
class SqliteSession implements Session {
  readonly generation = 0
  /** Rows that it changed. */
  changed = 0
  readonly #prepare: Prepare

  constructor(prepare: Prepare) {
    this.#prepare = prepare
  }

  // Each by itself: the values go to SQLite as they came only where no function between takes them along.
  get<Row>({ text }: Statement<Row>, ...values: readonly SqlValue[]): Promise<Row | undefined> {
    try {
      return Promise.resolve(this.#prepare(text).get(...values) as Row | undefined)
    } catch (error) {
      return Promise.reject(asTemporary(error))
    }
  }

  all<Row>({ text }: Statement<Row>, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    try {
      return Promise.resolve(this.#prepare(text).all(...values) as Row[])
    } catch (error) {
      return Promise.reject(asTemporary(error))
    }
  }

  run({ text }: Statement<never>, ...values: readonly SqlValue[]): Promise<number> {
    return promised(() => {
      const rows = Number(this.#prepare(text).run(...values).changes)
      this.changed += rows
      return rows
    })
  }
}

/**
 * An open SQLite file; several processes may hold it open. One connection: who works in a transaction works alone. SQLite
 * itself does not wait for the disk at a commit: what was committed meanwhile is synced together, and nobody is told before.
 */
export class SqliteDatabase implements Database {
  readonly #connection: SqliteConnection
  readonly #prepare: Prepare
  readonly #log: FileHandle
  readonly #syncs: GroupSync
  readonly #checkpoints: Checkpoints
  readonly #lock = new SharedLock()
  readonly #turns = new Turns()
  #checkpoint: Promise<void> | undefined

  constructor(connection: SqliteConnection, path: string, log: FileHandle) {
    this.#connection = connection
    this.#prepare = preparedOn(connection)
    this.#log = log
    this.#syncs = new GroupSync(() => log.datasync())
    this.#checkpoints = new Checkpoints(path)
  }

  async session<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    for (let first = this.#first(); first; first = this.#first()) await first
    const session = new SqliteSession(this.#prepare)
    this.#lock.enter()
    let result: Result
    try {
      result = await work(session)
    } catch (cause) {
      throw asTemporary(cause)
    } finally {
      this.#lock.leave()
    }
    if (session.changed > 0) await this.#synced(session.changed)
    return result
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#alone('begin immediate', work)
  }

  snapshot<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#alone('begin', work)
  }

  async close(): Promise<void> {
    await this.#checkpoint
    await this.#lock.alone(() => promised(() => this.#connection.close()))
    // Who wrote last waits for a sync that is still to begin.
    await this.#syncs.synced().catch(() => undefined)
    await Promise.all([this.#checkpoints.close(), this.#log.close()])
  }

  /** Who has his turn before work begins on the connection: others of the process, and who works alone. */
  #first(): Promise<void> | undefined {
    return this.#turns.othersFirst() ?? this.#lock.taken
  }

  async #alone<Result>(begin: string, work: (session: Session) => Promise<Result>): Promise<Result> {
    for (let first = this.#turns.othersFirst(); first; first = this.#turns.othersFirst()) await first
    const session = new SqliteSession(this.#prepare)
    let result: Result
    try {
      result = await this.#lock.alone(() => this.#between(begin, () => work(session)))
    } catch (cause) {
      throw asTemporary(cause)
    }
    if (session.changed > 0) await this.#synced(session.changed)
    return result
  }

  /** What was changed is on the disk before anybody is told (R34, R48). */
  async #synced(changed: number): Promise<void> {
    if (this.#checkpoints.isDue(changed)) this.#checkpoint ??= this.#checkpointed()
    try {
      await this.#syncs.synced()
    } catch (cause) {
      throw new TemporaryFailure('the disk of the store failed', undefined, { cause })
    }
  }

  async #checkpointed(): Promise<void> {
    await this.#checkpoints.make((work) => this.#lock.alone(work))
    this.#checkpoint = undefined
  }

  async #between<Result>(begin: string, work: () => Promise<Result>): Promise<Result> {
    this.#connection.exec(begin)
    try {
      const result = await work()
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
  for (const migration of schema.migrations.slice(version))
    connection.exec(typeof migration === 'string' ? migration : migration.sqlite)
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

/** Octets of a file that are read where the system has them in memory, without a copy: as many as SQLite can. */
const mapped = 0x7fff0000

/** Frames after which SQLite brings its log into the file itself, should nobody have done it. */
const longestLog = 20_000

/**
 * A commit of WAL and NORMAL is in the log and survives the process; on the disk it is once the log was synced. The log is
 * there from the first transaction until the last connection closes.
 */
async function connect(
  path: string,
): Promise<{ readonly connection: SqliteConnection; readonly log: FileHandle }> {
  makeDirectories(dirname(path), 0o700)
  closeSync(openSync(path, 'a', 0o600))
  const connection = await openSqlite(path)
  try {
    connection.exec('pragma busy_timeout = 2000')
    connection.exec('pragma journal_mode = wal')
    connection.exec('pragma synchronous = normal')
    connection.exec(`pragma wal_autocheckpoint = ${longestLog}`)
    connection.exec('pragma foreign_keys = on')
    connection.exec(`pragma mmap_size = ${mapped}`)
    connection.exec('begin immediate; commit')
    return { connection, log: await open(`${path}-wal`, 'r+') }
  } catch (error) {
    connection.close()
    throw error
  }
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
  const { connection, log } = await connect(path)
  const database = new SqliteDatabase(connection, path, log)
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
