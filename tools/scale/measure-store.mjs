// Octets of a subscriber in the stores of HSS, BSF and KMF. A thousand are put by the stores themselves; more are rows of the same
// form and lengths with other identities and random secrets, written by SQL: their content does not matter to their size.
import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { gussOf } from '../../dist/entities/hss/guss.js'
import { openBsfStore } from '../../dist/io/store/bsf-store.js'
import { openHssStore } from '../../dist/io/store/hss-store.js'
import { openKmfStore } from '../../dist/io/store/kmf-store.js'
import { schemaOf } from '../../dist/io/store/schemas.js'
import { openSqlite } from '../../dist/io/store/sqlite.js'
import { BTid } from '../../dist/core/identities/b-tid.js'
import { nafIdOf, uaIds } from '../../dist/core/identities/naf-id.js'
import { hexOf24, ProseUeId } from '../../dist/core/identities/prose.js'
import { Impi, Imsi } from '../../dist/core/identities/subscriber.js'
import { K, Ks, KsNaf, Opc } from '../../dist/core/keys.js'
import { sqnOf } from '../../dist/core/sequence-number.js'

const domain = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'
const kmf = 'pkmf.mnc001.mcc001.pub.3gppnetwork.org'
const day = 86_400_000
const sampled = 1000

const imsiOf = (at) => `00101${String(at).padStart(10, '0')}`
const impiOf = (at) => `${imsiOf(at)}@ims.mnc001.mcc001.3gppnetwork.org`
const randOf = (at) => createHash('sha256').update(`rand ${at}`).digest().subarray(0, 16)
const btidOf = (at) => `${randOf(at).toString('base64')}@${domain}`
const random = (octets) => randomFillSync(new Uint8Array(octets))

const prose = (at) => ({ ueIds: [ProseUeId(at + 1)], permissions: ['one-to-one'], publicSafety: false })
const guss = (at) => gussOf({ imsi: imsiOf(at), impi: impiOf(at), gba: 'GBA_ME', prose: prose(at) })

/** Some at a time, as a pool of a database has them. */
async function forEach(work) {
  for (let from = 0; from < sampled; from += 8)
    await Promise.all(Array.from({ length: 8 }, (_, at) => work(from + at)))
}

/** What the stores hold of one subscriber that has a B-TID and has used it with its KMF. */
const puts = {
  async hss(store) {
    const rows = Array.from({ length: sampled }, (_, at) => ({
      ...{ imsi: Imsi(imsiOf(at)), impi: Impi(impiOf(at)), gba: 'GBA_ME', amf: new Uint8Array(2) },
      aka: { algorithm: 'MILENAGE', k: K(random(16)), opc: Opc(random(16)) },
      prose: prose(at),
    }))
    await store.subscribers.putAll(rows, { replace: false, ueIds: [] })
    await forEach(async (at) => {
      await store.subscribers.advanceSqn(Imsi(imsiOf(at)), (last) => sqnOf(Math.floor(last / 32) + 1, 16))
      await store.subscribers.rememberRand(Imsi(imsiOf(at)), randOf(at), Date.now())
    })
  },
  async bsf(store) {
    const at = (nth) => ({ btid: BTid(btidOf(nth)), impi: Impi(impiOf(nth)), rand: randOf(nth), ks: Ks(random(32)), created: Date.now(), expires: Date.now() + day, guss: guss(nth) }) // prettier-ignore
    await forEach((nth) => store.bootstraps.put(at(nth)))
  },
  async kmf(store) {
    const keys = () => [uaIds.prose, uaIds.tls13].map((uaId) => ({ nafId: nafIdOf(kmf, uaId), key: KsNaf(random(32)) })) // prettier-ignore
    const at = (nth) => ({ btid: BTid(btidOf(nth)), impi: Impi(impiOf(nth)), imsi: Imsi(imsiOf(nth)), created: Date.now(), expires: Date.now() + day, ussList: guss(nth).ussList, keys: keys() }) // prettier-ignore
    await forEach((nth) => store.keys.put(at(nth)))
    const all = Array.from({ length: sampled }, (_, nth) => ({ imsi: Imsi(imsiOf(nth)), usesGbaU: false, mayLinkWith: ['*'] })) // prettier-ignore
    await store.authorisations.putAll(all)
  },
}
const opens = { hss: openHssStore, bsf: openBsfStore, kmf: openKmfStore }
const storeKeys = { read: () => [new Uint8Array(32).fill(5)], stamp: () => 'measured' }

/** Identities of another subscriber instead of those of the sample; secrets are drawn. */
function changed(column, value, at) {
  if (column === 'imsi') return imsiOf(at)
  if (column === 'impi') return impiOf(at)
  if (column === 'btid') return btidOf(at)
  if (column === 'id' || column === 'prose_ue_ids') return hexOf24(at + 1)
  if (['ks', 'key', 'secrets', 'rand'].includes(column)) return Buffer.from(random(value.length))
  return value
}

/** Which rows of the sample go with each subscriber. */
function grouped(rows) {
  const byOwner = new Map()
  for (const row of rows) {
    const owner = row.imsi ?? row.btid
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), row])
  }
  return [...byOwner.values()]
}

function* rowsOf({ columns }, groups, from, to) {
  for (let at = from; at < to; at++)
    for (const row of groups[at % groups.length])
      yield columns.map((column) => changed(column, row[column], at))
}

async function inSqlite(kind, sizes, directory, note) {
  const file = join(directory, `${kind}.db`)
  const store = await opens[kind](file, storeKeys)
  await puts[kind](store)
  await store.close()
  const database = await openSqlite(file)
  database.exec('pragma cache_size = -800000')
  const tables = schemaOf[kind].tables
  const groups = new Map(
    tables.map(({ name }) => [name, grouped(database.prepare(`select * from ${name}`).all())]),
  )
  const octets = {}
  let from = sampled
  for (const size of sizes) {
    database.exec('pragma foreign_keys = off; begin')
    for (const table of tables) {
      const ofTable = groups.get(table.name)
      if (ofTable.length === 0) continue
      const insert = database.prepare(`insert into ${table.name} (${table.columns.join(', ')}) values (${table.columns.map(() => '?').join(', ')})`) // prettier-ignore
      for (const row of rowsOf(table, ofTable, from, size)) insert.run(...row)
    }
    database.exec('commit; pragma wal_checkpoint(truncate)')
    from = size
    octets[size] = statSync(file).size
    note(`SQLite ${kind} ${size}: ${(octets[size] / size).toFixed(0)} octets each`)
  }
  database.close()
  return octets
}

async function inPostgresql(kind, sizes, url, note) {
  const store = await opens[kind](url, storeKeys)
  await puts[kind](store)
  await store.close()
  const client = new pg.Client(url)
  await client.connect()
  const tables = schemaOf[kind].tables
  const groups = new Map()
  for (const { name } of tables) groups.set(name, grouped((await client.query(`select * from ${name}`)).rows))
  const octets = {}
  let from = sampled
  for (const size of sizes) {
    for (const table of tables) {
      const ofTable = groups.get(table.name)
      if (ofTable.length === 0) continue
      let batch = []
      const write = async () => {
        const values = batch.map(
          (row, nth) => `(${row.map((_, at) => `$${nth * row.length + at + 1}`).join(',')})`,
        )
        if (batch.length > 0) await client.query(`insert into ${table.name} (${table.columns.join(', ')}) values ${values.join(',')}`, batch.flat()) // prettier-ignore
        batch = []
      }
      for (const row of rowsOf(table, ofTable, from, size)) if (batch.push(row) === 2000) await write()
      await write()
    }
    from = size
    await client.query('checkpoint')
    const { rows } = await client.query("select sum(pg_total_relation_size(oid))::bigint as octets from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace") // prettier-ignore
    octets[size] = Number(rows[0].octets)
    note(`PostgreSQL ${kind} ${size}: ${(octets[size] / size).toFixed(0)} octets each`)
  }
  await client.end()
  return octets
}

/** A server of its own, without durability: sizes do not depend on it. */
async function postgresql(directory) {
  const installed = '/usr/lib/postgresql'
  const [version] = existsSync(installed) ? readdirSync(installed).sort((a, b) => Number(b) - Number(a)) : []
  if (version === undefined) throw new Error('PostgreSQL is missing: apt-get install postgresql')
  const bin = (name) => join(installed, version, 'bin', name)
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const user = process.getuid() === 0 ? { uid: id('-u'), gid: id('-g') } : {}
  if ('uid' in user) chownSync(directory, user.uid, user.gid)
  const data = join(directory, 'data')
  execFileSync(bin('initdb'), ['-D', data, '-U', 'sidelock', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...user,
    cwd: '/',
  })
  const server = createServer()
  const port = await new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(server.address().port)),
  )
  await new Promise((resolve) => server.close(resolve))
  const settings = ['fsync=off', 'full_page_writes=off', 'shared_buffers=128MB', 'max_wal_size=256MB', 'listen_addresses=127.0.0.1'] // prettier-ignore
  const child = spawn(bin('postgres'), ['-D', data, '-p', String(port), '-k', data, ...settings.flatMap((each) => ['-c', each])], { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] }) // prettier-ignore
  await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('PostgreSQL did not start')))
    child.stderr.on('data', (text) => String(text).includes('ready to accept') && resolve())
  })
  const admin = new pg.Client(`postgresql://sidelock@127.0.0.1:${port}/postgres`)
  await admin.connect()
  for (const kind of Object.keys(opens)) await admin.query(`create database ${kind}`)
  await admin.end()
  return {
    version,
    urlOf: (kind) => `postgresql://sidelock@127.0.0.1:${port}/${kind}?sslmode=disable`,
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit')
        child.once('exit', resolve)
        child.kill('SIGINT')
      }),
  }
}

export async function measureStores(
  sizes,
  note,
  engines = ['sqlite', 'postgresql'],
  kinds = Object.keys(opens),
) {
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-octets-'))
  chmodSync(directory, 0o755)
  const octets = { sqlite: {}, postgresql: {} }
  try {
    for (const kind of engines.includes('sqlite') ? kinds : []) {
      octets.sqlite[kind] = await inSqlite(kind, sizes, directory, note)
      rmSync(join(directory, `${kind}.db`), { force: true })
    }
    if (!engines.includes('postgresql')) return { octets }
    const server = await postgresql(mkdtempSync(join(directory, 'pg-')))
    try {
      for (const kind of kinds) octets.postgresql[kind] = await inPostgresql(kind, sizes, server.urlOf(kind), note) // prettier-ignore
    } finally {
      await server.stop()
    }
    return { postgresqlVersion: server.version, octets }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
