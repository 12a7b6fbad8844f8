// The store of a BSF in SQLite as its node uses it, beside the disk and the database without anything of ours.
import { createDecipheriv, createSecretKey } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openBsfStore } from '../dist/io/store/bsf-store.js'
import { openSqlite } from '../dist/io/store/sqlite.js'
import { bootstrapOf, btidOf } from './bootstraps.mjs'
import { latenessDuring } from './event-loop.mjs'
import { median, quantile, ratioOf, rounded, spread } from './statistics.mjs'
import { temporaryDirectory } from './temporary.mjs'
import { callsPerSecond, rateOfCallers, turnByTurn } from './turns.mjs'

const key = new Uint8Array(32).fill(0x5a)
const keys = { read: () => [Uint8Array.from(key)], stamp: () => '' }

/** What one insert adds to the log of SQLite at least: one page and its header. */
const pageOfLog = Buffer.alloc(4096 + 24, 0x77)

const efforts = {
  full: { rounds: 7, milliseconds: 500, rows: 2_000 },
  smoke: { rounds: 1, milliseconds: 10, rows: 20 },
}

/** Records a second, each on the disk before the next is written. */
function syncsPerSecond(file, milliseconds) {
  const descriptor = openSync(file, 'a')
  const begun = performance.now()
  let syncs = 0
  for (; performance.now() < begun + milliseconds; syncs++) {
    writeSync(descriptor, pageOfLog)
    fdatasyncSync(descriptor)
  }
  closeSync(descriptor)
  return (syncs * 1000) / (performance.now() - begun)
}

/** One row by a prepared statement, and its key opened: no store could do less. */
async function bareReader(file, now) {
  const connection = await openSqlite(file)
  const statement = connection.prepare('select * from bootstrap where btid = ? and expires > ?')
  const sealKey = createSecretKey(key)
  const read = (btid) => {
    const { ks, version } = statement.get(btid, now)
    const decipher = createDecipheriv('aes-256-gcm', sealKey, ks.subarray(0, 12), { authTagLength: 16 })
    decipher.setAAD(Buffer.from(`bootstrap\n${btid}\n${version}`)).setAuthTag(ks.subarray(-16))
    return Buffer.concat([decipher.update(ks.subarray(12, -16)), decipher.final()])
  }
  return { read, close: () => connection.close() }
}

const perSecond = (rates) => Math.round(median(rates))

/** A row of rates of ours and of something bare. */
const compared = (what, to, ours, bare, must) => ({
  ...{ ...ratioOf(ours, bare), must, what, to },
  ...{ 'ours/s': perSecond(ours), 'bare/s': perSecond(bare) },
})

/** What inserts one context after the other, each of them new. */
function inserter(store) {
  let stored = 0
  const now = Date.now()
  return () => store.bootstraps.put(bootstrapOf(++stored, now))
}

async function inserts(insert, directory, { rounds, milliseconds }) {
  const results = await turnByTurn(
    {
      many: () => rateOfCallers(256, insert, milliseconds),
      sync: () => syncsPerSecond(join(directory, 'log'), milliseconds),
      one: () => rateOfCallers(1, insert, milliseconds),
    },
    rounds,
  )
  return [
    compared('durable insert, 256 callers', 'one fdatasync each', results.many, results.sync, 4),
    compared('durable insert, 1 caller', 'one fdatasync each', results.one, results.sync),
  ]
}

async function gets(store, file, { rounds, milliseconds, rows }) {
  const now = Date.now()
  const names = Array.from({ length: rows }, (_, number) => btidOf(number + 1))
  const missing = await Promise.all(names.map((btid) => store.bootstraps.find(btid, now)))
  await Promise.all(missing.map((found, at) => found ?? store.bootstraps.put(bootstrapOf(at + 1, now))))
  const bare = await bareReader(file, now)
  const turns = {
    ours: () => callsPerSecond((call) => store.bootstraps.find(names[call % rows], now), milliseconds),
    bare: () => callsPerSecond((call) => bare.read(names[call % rows]), milliseconds),
  }
  const results = await turnByTurn(turns, rounds)
  bare.close()
  return [compared('get', 'prepared statement, AES-GCM', results.ours, results.bare, 0.7)]
}

/** How late the event loop is while 256 callers insert. */
async function delays(insert, { rounds, milliseconds }) {
  const what = 'event-loop delay, 99th percentile, 256 callers insert'
  const delays = []
  for (let round = 0; round < rounds; round++) {
    const { late } = await latenessDuring(() => rateOfCallers(256, insert, milliseconds))
    delays.push(quantile(late, 0.99))
  }
  const value = rounded(median(delays))
  return { value, unit: 'ms', spread: spread(delays).map(rounded), must: 10, lower: true, what }
}

/** Rates of the store, and what it does to the event loop. */
export async function store({ smoke, progress }) {
  const effort = smoke ? efforts.smoke : efforts.full
  const { directory, remove } = temporaryDirectory()
  const file = join(directory, 'bsf.db')
  const opened = await openBsfStore(file, keys)
  try {
    const insert = inserter(opened)
    progress('inserts')
    const rows = await inserts(insert, directory, effort)
    progress('gets')
    rows.push(...(await gets(opened, file, effort)))
    progress('event loop')
    rows.push(await delays(insert, effort))
    return rows
  } finally {
    await opened.close()
    remove()
  }
}
