import { statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { statement, type Database, type StoreSchema } from '../../../src/io/store/sql.ts'
import { openSqliteDatabase } from '../../../src/io/store/sqlite-database.ts'
import { temporaryDirectory } from './temporary.ts'

const schema: StoreSchema = {
  entity: 'BSF',
  applicationId: 1,
  migrations: ['create table one (id integer primary key, text text not null) strict'],
  tables: [],
}
const insert = statement('insert into one (id, text) values (?, ?)')
const count = statement<{ n: number }>('select count(*) n from one')

let path: string
let database: Database

beforeEach(async () => {
  path = join(temporaryDirectory(), 'one.db')
  database = await openSqliteDatabase(path, schema, () => Promise.resolve())
  return () => database.close()
})

const put = (id: number) => database.session((session) => session.run(insert, id, 'x'.repeat(200)))
const rows = () => database.session(async (session) => (await session.get(count))?.n)

describe('an SQLite file', () => {
  it('keeps a session out of the transaction of another', async () => {
    const broken = database.transaction(async (session) => {
      await session.run(insert, 1, 'gone')
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('stop')
    })
    const kept = put(2)
    await expect(broken).rejects.toThrow('stop')
    await kept
    expect(await rows()).toBe(1)
  })

  it('begins a transaction once the sessions at work are done', async () => {
    const order: string[] = []
    const session = database.session(async (session) => {
      await new Promise((resolve) => setImmediate(resolve))
      await session.run(insert, 1, '')
      order.push('session')
    })
    const transaction = database.transaction(() => Promise.resolve(order.push('transaction')))
    await Promise.all([session, transaction])
    expect(order).toEqual(['session', 'transaction'])
  })

  const texts = statement<{ text: string }>('select text from one where id >= ? order by id')
  const read = async (from: number) =>
    (await database.session((session) => session.all(texts, from))).map(({ text }) => text)
  const change = statement('update one set text = ? where id = ?')
  const write = (to: Database, text: string, id: number) =>
    to.session((session) => session.run(change, text, id))

  it('R8: gives a new answer after a change of its own', async () => {
    await put(1)
    await read(1)
    await write(database, 'new', 1)
    expect(await read(1)).toEqual(['new'])
    const changing = write(database, 'newer', 1)
    await changing
    expect(await read(1)).toEqual(['newer'])
  })

  it('R8: gives a new answer after a change by another process', async () => {
    const other = await openSqliteDatabase(path, schema, () => Promise.resolve())
    await put(1)
    for (const text of ['a', 'b', 'c']) {
      await write(other, text, 1)
      expect(await read(1)).toEqual([text])
    }
    await other.close()
  })

  it('gives no answer that a transaction which failed would have changed', async () => {
    await put(1)
    const before = await read(1)
    const broken = database.transaction(async (session) => {
      await session.run(change, 'gone', 1)
      throw new Error('stop')
    })
    const meanwhile = read(1)
    await expect(broken).rejects.toThrow('stop')
    expect(await meanwhile).toEqual(before)
    expect(await read(1)).toEqual(before)
  })

  it('lets others have their turn while many write', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    await Promise.all(Array.from({ length: 1_000 }, (_, id) => put(id)))
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })

  it('brings its log into the file while many write, and then begins the log anew', async () => {
    const write = async (from: number) => {
      for (let at = from; at < from + 8_000; at += 200)
        await Promise.all(Array.from({ length: 200 }, (_, nth) => put(at + nth)))
    }
    await write(0)
    await write(8_000)
    const log = statSync(`${path}-wal`).size
    await write(16_000)
    await write(24_000)
    // Four times as many rows need no log that is much longer.
    expect(statSync(`${path}-wal`).size).toBeLessThan(2 * log)
    expect(await rows()).toBe(32_000)
  })

  it('tells all who wrote before it was closed that it is done', async () => {
    const other = await openSqliteDatabase(`${path}-other`, schema, () => Promise.resolve())
    const closing: Promise<void>[] = []
    const write = (id: number) =>
      other.transaction(async (session) => {
        if (id === 19) closing.push(other.close())
        return session.run(insert, id, 'x')
      })
    const written = await Promise.allSettled(Array.from({ length: 20 }, (_, id) => write(id)))
    await Promise.all(closing)
    expect(written.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'fulfilled'))
  })
})
