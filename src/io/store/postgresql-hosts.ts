import pg from 'pg'
import { StoreUnusable } from './errors.ts'
import { Trouble, troubled } from './postgresql-trouble.ts'
import { columnTypes } from './postgresql-words.ts'

/** Connections to the primary that one process holds. */
const connections = 8
/** Milliseconds to connect to a host, to wait for a free connection, and for an answer. */
const toConnect = 2000
const toBeFree = 2000
const toAnswer = 2000

/** A connection to a server that writes. */
export interface Connection {
  readonly client: pg.PoolClient
  /** Its timeline; 0 where the server has none. */
  readonly timeline: number
}

/** `postgresql://user:password@host:port,host:port/database?options`: one URL for each host. Throws StoreUnusable. */
export function urlsOf(url: string): readonly string[] {
  const [, before, hosts, after] = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^@/?]+)([/?].*)?$/.exec(url) ?? []
  if (before === undefined || hosts === undefined)
    throw new StoreUnusable(
      'its URL has not the form postgresql://user:password@host:port,host:port/database',
    )
  return hosts.split(',').map((host) => `${before}${host}${after ?? ''}`)
}

/** Whether it writes, and how it is with what it wrote. An asynchronous commit is none (R34). */
async function greet(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ standby: boolean; commits: string }>(
    `select pg_is_in_recovery() as standby, current_setting('synchronous_commit') as commits`,
  )
  if (rows[0]?.standby !== false) throw new Error('this host is a standby')
  if (['off', 'local'].includes(rows[0].commits)) await client.query('set synchronous_commit = on')
  return timelineOf(client)
}

/** The first 8 digits of the name of the file that it writes to: right from the first moment after a promotion. */
async function timelineOf(client: pg.ClientBase): Promise<number> {
  try {
    const { rows } = await troubled(
      client.query<{ file: string }>('select pg_walfile_name(pg_current_wal_insert_lsn()) as file'),
    )
    return Number.parseInt(rows[0]?.file.slice(0, 8) ?? '', 16)
  } catch (error) {
    // CockroachDB and others without timelines do not lose what they committed.
    if (error instanceof Trouble && error.isUnknownFunction) return 0
    throw error
  }
}

/** One server: a pool of connections to it, none of which is to a standby. */
class Host {
  readonly #settings: pg.ClientConfig
  readonly #pool: pg.Pool
  readonly #timelines = new WeakMap<pg.ClientBase, number>()

  constructor(connectionString: string) {
    this.#settings = {
      ...{ connectionString, types: columnTypes, keepAlive: true, application_name: 'sidelock' },
      ...{ connectionTimeoutMillis: toConnect, query_timeout: toAnswer },
    }
    const settings = { ...this.#settings, connectionTimeoutMillis: toBeFree }
    this.#pool = new pg.Pool({ ...settings, max: connections, idleTimeoutMillis: 0 })
    // Whoever uses the connection next is told.
    this.#pool.on('error', () => undefined)
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
  }

  /** Its timeline now; throws when it does not answer or does not write. */
  async look(): Promise<number> {
    const client = new pg.Client(this.#settings)
    client.on('error', () => undefined)
    try {
      await client.connect()
      return await greet(client)
    } finally {
      client.end().catch(() => undefined)
    }
  }

  async connect(): Promise<Connection> {
    const client = await this.#pool.connect()
    try {
      const timeline = this.#timelines.get(client) ?? (await greet(client))
      this.#timelines.set(client, timeline)
      return { client, timeline }
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  end(): Promise<void> {
    return this.#pool.end()
  }
}

/** The servers of a URL. Of those that write, the one that was promoted last is asked. */
export class Hosts {
  readonly #hosts: readonly Host[]
  #primary: Promise<Host> | undefined
  #timeline = 0

  constructor(url: string) {
    this.#hosts = urlsOf(url).map((each) => new Host(each))
  }

  /** Throws Trouble. */
  async connect(): Promise<Connection> {
    this.#primary ??= this.#find()
    try {
      return await troubled((await this.#primary).connect())
    } catch (error) {
      this.lost()
      throw error
    }
  }

  /** The primary is looked for again before the next use. */
  lost(): void {
    this.#primary = undefined
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.end()))
  }

  async #find(): Promise<Host> {
    const looks = await Promise.allSettled(this.#hosts.map((host) => host.look()))
    const writing = this.#hosts.flatMap((host, at) => {
      const look = looks[at]
      return look?.status === 'fulfilled' ? [{ host, timeline: look.value }] : []
    })
    const [primary] = writing.sort((a, b) => b.timeline - a.timeline)
    if (!primary) throw new Trouble(reasonOf(looks))
    // One that comes back after a promotion still takes itself for the primary.
    if (primary.timeline < this.#timeline) throw new Trouble(new Error('only a former primary answers'))
    this.#timeline = primary.timeline
    return primary.host
  }
}

/** What PostgreSQL said tells more than that a host did not answer. */
function reasonOf(looks: readonly PromiseSettledResult<number>[]): unknown {
  const reasons = looks.flatMap((look) => (look.status === 'rejected' ? [look.reason as unknown] : []))
  const said = reasons.find((reason) => reason instanceof pg.DatabaseError)
  return said ?? reasons[0]
}
