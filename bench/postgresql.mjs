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
