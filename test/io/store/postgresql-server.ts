import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import pg from 'pg'

const installed = '/usr/lib/postgresql'
const password = 'only-for-tests'
/** Losing power is not tested here; killed processes lose nothing by these. */
const settings = ['fsync=off', 'full_page_writes=off', 'shared_buffers=16MB', 'max_connections=200', 'listen_addresses=127.0.0.1'] // prettier-ignore

function programs(): string {
  const versions = existsSync(installed) ? readdirSync(installed).sort((a, b) => Number(b) - Number(a)) : []
  if (versions[0] === undefined) throw new Error('PostgreSQL is missing: apt-get install postgresql')
  return join(installed, versions[0], 'bin')
}

/** PostgreSQL refuses to run as root. */
function user(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function run(program: string, ...args: readonly string[]): Promise<void> {
  const env = { ...process.env, PGPASSWORD: password }
  await promisify(execFile)(join(programs(), program), args, { ...user(), cwd: '/', env })
}

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    }),
  )
}

/** One server of PostgreSQL, in a directory of its own. */
export class PostgresqlServer {
  readonly port: number
  readonly #data: string
  readonly #child: ChildProcess

  private constructor(data: string, port: number, child: ChildProcess) {
    this.#data = data
    this.port = port
    this.#child = child
  }

  /** Runs what is in `data`, and waits until it answers. */
  static async start(data: string): Promise<PostgresqlServer> {
    const port = await freePort()
    const args = ['-D', data, '-p', String(port), '-k', data, ...settings.flatMap((each) => ['-c', each])]
    const child = spawn(join(programs(), 'postgres'), args, {
      ...user(),
      ...{ cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] },
    })
    const said: string[] = []
    await new Promise<void>((ready, fail) => {
      child.once('exit', () => fail(new Error(said.join('\n'))))
      createInterface({ input: child.stderr }).on('line', (line) => {
        said.push(line)
        if (line.includes('ready to accept')) ready()
      })
    })
    return new PostgresqlServer(data, port, child)
  }

  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  async query(text: string): Promise<pg.QueryResult<Record<string, unknown>>> {
    const client = new pg.Client(urlTo([this]))
    await client.connect()
    try {
      return await client.query<Record<string, unknown>>(text)
    } finally {
      await client.end()
    }
  }

  /** A copy of it that follows it, in `data`. */
  async standby(data: string): Promise<PostgresqlServer> {
    await run('pg_basebackup', '-d', urlTo([this]), '-D', data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync') // prettier-ignore
    return PostgresqlServer.start(data)
  }

  promote(): Promise<void> {
    return run('pg_ctl', '-D', this.#data, '-w', 'promote')
  }

  /** SIGKILL, as when the machine dies; SIGINT ends it in order. */
  async end(signal: 'SIGKILL' | 'SIGINT' | 'SIGQUIT'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill(signal)
    await ended
  }
}

export const urlTo = (servers: readonly PostgresqlServer[]): string =>
  `postgresql://postgres:${password}@${servers.map(({ host }) => host).join(',')}/postgres`

/** Servers of one file of tests: `primary` is there, others are added, all end with `remove`. */
export class PostgresqlServers {
  readonly directory = mkdtempSync(join(tmpdir(), 'sidelock-postgresql-'))
  readonly #servers: PostgresqlServer[] = []
  #schemas = 0

  constructor() {
    const { uid, gid } = user()
    if (uid !== undefined && gid !== undefined) chownSync(this.directory, uid, gid)
  }

  async start(): Promise<PostgresqlServer> {
    const data = join(this.directory, 'primary')
    const passwordFile = join(this.directory, 'password')
    writeFileSync(passwordFile, password, { mode: 0o644 })
    await run('initdb', '-D', data, '-A', 'scram-sha-256', '-U', 'postgres', `--pwfile=${passwordFile}`, '--no-sync', '-E', 'UTF8', '--no-locale') // prettier-ignore
    return this.add(PostgresqlServer.start(data))
  }

  async add(starting: Promise<PostgresqlServer>): Promise<PostgresqlServer> {
    const server = await starting
    this.#servers.push(server)
    return server
  }

  /** The URL of an empty place for one store. */
  async emptyPlace(...servers: readonly PostgresqlServer[]): Promise<string> {
    const [primary] = servers.length > 0 ? servers : this.#servers
    if (!primary) throw new Error('no server runs')
    const schema = `store${++this.#schemas}`
    await primary.query(`create schema ${schema}`)
    return `${urlTo(servers.length > 0 ? servers : [primary])}?options=-csearch_path%3D${schema}`
  }

  async remove(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.end('SIGQUIT')))
    rmSync(this.directory, { recursive: true, force: true })
  }
}
