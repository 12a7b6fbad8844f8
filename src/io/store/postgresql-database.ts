import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { TemporaryFailure } from '../../core/errors.ts'
import { StoreUnusable } from './errors.ts'
import { Hosts } from './postgresql-hosts.ts'
import { Trouble, troubled } from './postgresql-trouble.ts'
import { inPostgresql } from './postgresql-words.ts'
import {
  statement,
  type Database,
  type Session,
  type SqlValue,
  type Statement,
  type StoreSchema,
} from './sql.ts'
import { checkVersion } from './versions.ts'

/** Milliseconds after which nothing is tried again. */
const patience = 3000
/** Milliseconds that a change of tables may take. */
const forAlteration = 3_600_000
/** Before the second attempt, in milliseconds; doubled before each further one. */
const firstPause = 20
const longestPause = 500

interface Prepared {
  readonly name: string
  readonly text: string
}

interface TimedQuery extends pg.QueryConfig {
  readonly query_timeout: number
}

/** A store in PostgreSQL, on one or several hosts. Statements are prepared once for each connection. */
class PostgresqlDatabase implements Database {
  readonly #hosts: Hosts
  readonly #prepared = new Map<string, Prepared>()
  #isClosed = false

  /** Throws StoreUnusable. */
  constructor(url: string) {
    this.#hosts = new Hosts(url)
  }

  session<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#tried((_, session) => work(session))
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#between('begin isolation level repeatable read', work)
  }

  snapshot<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#between('begin isolation level repeatable read read only', work)
  }

  /** As a transaction, with statements of any kind and length. */
  alter<Result>(work: (session: Session, execute: Execute) => Promise<Result>): Promise<Result> {
    return this.#between('begin', work)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#hosts.close()
  }

  #between<Result>(
    begin: string,
    work: (session: Session, execute: Execute) => Promise<Result>,
  ): Promise<Result> {
    return this.#tried(async (client, session) => {
      const execute = async (text: string) => {
        const query: TimedQuery = { text, query_timeout: forAlteration }
        await troubled(client.query(query))
      }
      await troubled(client.query(begin))
      try {
        const result = await work(session, execute)
        await troubled(client.query('commit'))
        return result
      } catch (error) {
        if (!(error instanceof Trouble && error.endsConnection)) await troubled(client.query('rollback'))
        throw error
      }
    })
  }

  /** `work` until it is done or fails for good; each attempt on a connection to the primary of that moment. */
  async #tried<Result>(work: (client: pg.PoolClient, session: Session) => Promise<Result>): Promise<Result> {
    const end = performance.now() + patience
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause))
      try {
        return await this.#once(work)
      } catch (error) {
        if (!(error instanceof Trouble)) throw error
        if (this.#isClosed || !error.passes || performance.now() + pause > end)
          throw new TemporaryFailure('the store is away', undefined, { cause: error.cause })
        await setTimeout(pause)
      }
  }

  async #once<Result>(work: (client: pg.PoolClient, session: Session) => Promise<Result>): Promise<Result> {
    const { client, timeline } = await this.#hosts.connect()
    let isUseless = false
    try {
      return await work(client, this.#sessionOn(client, timeline))
    } catch (error) {
      isUseless = error instanceof Trouble && error.endsConnection
      if (isUseless) this.#hosts.lost()
      throw error
    } finally {
      client.release(isUseless)
    }
  }

  #sessionOn(client: pg.PoolClient, generation: number): Session {
    const query = ({ text }: Statement<unknown>, values: readonly SqlValue[]) =>
      troubled(client.query({ ...this.#prepare(text), values: [...values] }))
    return {
      generation,
      get: async <Row>(one: Statement<Row>, ...values: readonly SqlValue[]) =>
        (await query(one, values)).rows[0] as Row | undefined,
      all: async <Row>(one: Statement<Row>, ...values: readonly SqlValue[]) =>
        (await query(one, values)).rows as Row[],
      run: async (one, ...values) => (await query(one, values)).rowCount ?? 0,
    }
  }

  #prepare(text: string): Prepared {
    const kept = this.#prepared.get(text)
    if (kept) return kept
    const prepared = { name: `sidelock${this.#prepared.size}`, text: inPostgresql(text) }
    this.#prepared.set(text, prepared)
    return prepared
  }
}

type Execute = (text: string) => Promise<void>

export interface Version {
  readonly owner: string
  readonly version: number
}

const versionRow = statement<Version>('select owner, version from sidelock_store where id = 1')
const lockedVersionRow = statement<Version>(`${versionRow.text} for update`)
const addVersionRow = statement(
  'insert into sidelock_store (id, owner, version) values (1, ?, 0) on conflict (id) do nothing',
)
const setVersion = statement('update sidelock_store set version = ? where id = 1')

const isCurrent = (schema: StoreSchema, row: Version | undefined): boolean =>
  row?.owner === schema.entity && row.version === schema.migrations.length

/** The row of the version is locked: of several processes that start at once one migrates, and the others see it done. */
async function migrate(
  database: PostgresqlDatabase,
  schema: StoreSchema,
  check: (session: Session) => Promise<void>,
): Promise<void> {
  await database.alter(async (session, execute) => {
    await execute(
      `create table if not exists sidelock_store (id bigint primary key, owner text not null, version bigint not null);
       create table if not exists key_check (sealed bytea not null)`,
    )
    await session.run(addVersionRow, schema.entity)
    const { owner = '', version = 0 } = (await session.get(lockedVersionRow)) ?? {}
    checkVersion(schema, owner === schema.entity, version)
    await check(session)
    for (const migration of schema.migrations.slice(version))
      if (typeof migration === 'string') await execute(inPostgresql(migration))
    await session.run(setVersion, schema.migrations.length)
  })
}

/** Undefined for a database without tables of ours. */
async function versionIn(database: PostgresqlDatabase): Promise<Version | undefined> {
  try {
    return await database.session((session) => session.get(versionRow))
  } catch (error) {
    if (error instanceof TemporaryFailure && new Trouble(error.cause).isUnknownTable) return undefined
    throw refusalIn(error) ?? error
  }
}

/** Which entity's store is in the database of `url`, and its version. Throws StoreUnusable, TemporaryFailure. */
export async function versionInPostgresql(url: string): Promise<Version | undefined> {
  const database = new PostgresqlDatabase(url)
  try {
    return await versionIn(database)
  } finally {
    await database.close()
  }
}

/**
 * Opens the store in the database of `url`, or creates its tables, and brings them to the version of `schema` once `check`
 * resolves. Throws StoreUnusable, TemporaryFailure or what `check` throws.
 */
export async function openPostgresqlDatabase(
  url: string,
  schema: StoreSchema,
  check: (session: Session) => Promise<void>,
): Promise<Database> {
  const database = new PostgresqlDatabase(url)
  try {
    if (isCurrent(schema, await versionIn(database))) await database.session(check)
    else await migrate(database, schema, check)
    return database
  } catch (error) {
    await database.close()
    throw refusalIn(error) ?? error
  }
}

/** What PostgreSQL says no to will not pass: a wrong password, no such database. */
function refusalIn(error: unknown): StoreUnusable | undefined {
  if (!(error instanceof TemporaryFailure) || new Trouble(error.cause).passes) return undefined
  return new StoreUnusable((error.cause as Error).message, undefined, { cause: error })
}
