// Fills the store of one HSS, BSF or KMF with subscribers, and says how many there are.
import pg from 'pg'
import { storeKeysIn } from '../dist/io/lab/store-key-file.js'
import { schemaOf } from '../dist/io/store/schemas.js'
import { listOf, rowsOfMarks, statement } from '../dist/io/store/sql.js'
import { isUrl, openStore } from '../dist/io/store/store.js'
import { storeKeyFile, storePlace } from '../dist/nodes/config/files.js'
import { loadNetworkConfig } from '../dist/nodes/config/load.js'
import { findNode } from '../dist/nodes/config/nodes.js'
import { copyInto, copyLine } from './copy.mjs'
import { tablesOf } from './subscribers.mjs'

const [file, name, count] = process.argv.slice(2)
const config = loadNetworkConfig(file)
const { plmn, kind } = findNode(config, name)
const place = storePlace(config, plmn, kind)
const keys = storeKeysIn(file, storeKeyFile(config, plmn, kind))
// Nobody replaces the key meanwhile: its file is not looked at for each row.
const { database, seal } = await openStore(place, { read: keys.read, stamp: () => name }, schemaOf[kind])
// The first timeline of PostgreSQL is 1.
const written = { now: Date.now(), generation: isUrl(place) ? 1 : 0 }
const tables = Object.entries(tablesOf[kind](plmn, written))
// Nobody wants it any more, or it is done.
process.once('disconnect', () => process.exit())

/** Subscribers of one transaction, and rows of one statement. */
const inOneGo = 10_000
const inOneStatement = 100

function* rowsOf({ rows }, from, to) {
  for (let number = from; number < to; number++) yield* rows(number, seal)
}

async function insert(session, table, columns, rows) {
  const text = (count) =>
    `insert into ${table} (${listOf(columns)}) values ${rowsOfMarks(count, columns.length)}`
  let values = []
  const write = async () => {
    const count = values.length / columns.length
    if (count > 0) await session.run(statement(text(count)), ...values)
    values = []
  }
  for (const row of rows) {
    values.push(...row)
    if (values.length === inOneStatement * columns.length) await write()
  }
  await write()
}

/** Puts subscribers `from` to `to` into all tables. */
const fillSqlite = (from, to) =>
  database.transaction(async (session) => {
    for (const [table, content] of tables)
      await insert(session, table, content.columns, rowsOf(content, from, to))
  })

const client = isUrl(place) ? new pg.Client(place) : undefined
async function fillPostgresql(from, to) {
  for (const [table, content] of tables) {
    let lines = ''
    for (const row of rowsOf(content, from, to)) lines += copyLine(row)
    await copyInto(client, table, content.columns, lines)
  }
}

await client?.connect()
const fillSome = client ? fillPostgresql : fillSqlite
for (let from = 0; from < Number(count); from += inOneGo) {
  const to = Math.min(Number(count), from + inOneGo)
  await fillSome(from, to)
  process.send(to)
}
await client?.end()
await database.close()
process.disconnect()
