// A server of PostgreSQL for the run, of what Debian installs, with the settings that it has there.
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { cpuOfFamily } from './cpu-of-process.mjs'
import { freePort } from './free-port.mjs'
import { temporaryDirectory } from './temporary.mjs'

const installed = '/usr/lib/postgresql'

/** Its newest version, undefined where there is none. */
export const postgresqlVersion = () =>
  existsSync(installed) ? readdirSync(installed).sort((a, b) => Number(b) - Number(a))[0] : undefined

/** PostgreSQL refuses to run as root. */
function user() {
  if (process.getuid() !== 0) return {}
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Starts a server with a directory of its own. */
export async function postgresqlServer() {
  const program = (name) => join(installed, postgresqlVersion(), 'bin', name)
  const { directory: data, remove } = temporaryDirectory()
  const as = { ...user(), cwd: '/' }
  if (as.uid !== undefined) chownSync(data, as.uid, as.gid)
  execFileSync(program('initdb'), ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'], as) // prettier-ignore
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'max_connections=200'].flatMap((each) => ['-c', each])
  const child = spawn(program('postgres'), ['-D', data, '-p', String(port), '-k', data, ...settings], {
    ...as,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const kill = () => child.kill('SIGQUIT')
  process.once('exit', kill)
  await new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', () => reject(new Error('PostgreSQL did not start')))
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.includes('ready to accept')) resolve()
    })
  })
  const url = `postgresql://bench@127.0.0.1:${port}/postgres?sslmode=disable`
  let places = 0
  return {
    /** The URL of an empty place for one store. */
    async emptyPlace() {
      const schema = `store${++places}`
      await asked(url, `create schema ${schema}`)
      return `${url}&options=-csearch_path%3D${schema}`
    },
    /** Brings to rest what was written: statistics are made, and everything is in its files. */
    rest: () => asked(url, 'vacuum analyze', 'checkpoint'),
    /** CPU seconds so far, of all its processes. */
    cpu: () => cpuOfFamily(child.pid),
    async stop() {
      process.off('exit', kill)
      child.removeAllListeners('exit')
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      await ended
      remove()
    },
  }
}

async function asked(url, ...texts) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    for (const text of texts) await client.query(text)
  } finally {
    await client.end()
  }
}

const escapes = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function cell(value) {
  if (value === null) return '\\N'
  if (typeof value === 'string') return value.replace(/[\\\t\n\r]/g, (one) => escapes[one])
  return typeof value === 'number' ? String(value) : `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}` // prettier-ignore
}

/** One line of COPY's text format. */
export const copyLine = (values) => `${values.map(cell).join('\t')}\n`

/** What `pg` asks of something that it submits: COPY, and all of its lines at once. */
class Copy {
  #text
  #lines
  #settle
  #error

  constructor(text, lines) {
    this.#text = text
    this.#lines = lines
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
  }

  submit(connection) {
    connection.query(this.#text)
  }

  handleCopyInResponse(connection) {
    connection.sendCopyFromChunk(Buffer.from(this.#lines))
    connection.endCopyFrom()
  }

  handleCommandComplete() {}

  handleError(error) {
    this.#error = error
  }

  handleReadyForQuery() {
    if (this.#error) this.#settle.reject(this.#error)
    else this.#settle.resolve()
  }
}

/** Puts lines of `copyLine` into a table. */
export async function copyInto(client, table, columns, lines) {
  const copy = new Copy(`copy ${table} (${columns.join(', ')}) from stdin`, lines)
  client.query(copy)
  await copy.done
}
