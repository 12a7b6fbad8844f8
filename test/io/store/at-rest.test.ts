import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Sqn } from '../../../src/core/aka.ts'
import { TemporaryFailure } from '../../../src/core/errors.ts'
import { openBsfStore } from '../../../src/io/store/bsf-store.ts'
import { RecordNotAuthentic, StoreUnusable } from '../../../src/io/store/errors.ts'
import { hssSchema, openHssStore } from '../../../src/io/store/hss-store.ts'
import { openKmfStore } from '../../../src/io/store/kmf-store.ts'
import { openSqlite } from '../../../src/io/store/sqlite.ts'
import { statement, type StoreSchema } from '../../../src/io/store/sql.ts'
import { openDatabase } from '../../../src/io/store/store.ts'
import {
  bootstrap,
  btid,
  imsi1,
  milenageSubscriber,
  nafKeyRow,
  noon,
  octets,
  tuakSubscriber,
} from '../../contracts/values.ts'
import { inTest, keysOf, storeKey, storeKeys, temporaryDirectory } from './temporary.ts'

const storeFile = () => join(temporaryDirectory(), 'store.db')
const schema: StoreSchema = {
  entity: 'HSS',
  applicationId: 1,
  migrations: ['create table a (x)'],
  tables: [],
}

/** Somebody with the file but without the key. */
async function tamper(file: string, sql: string): Promise<void> {
  const database = await openSqlite(file)
  database.exec(sql)
  database.close()
}

const swap = (table: string, column: string, row: string) =>
  `create table before as select ${row}, ${column} from ${table};
   update ${table} set ${column} = (select ${column} from before where before.${row} <> ${table}.${row})`

describe('secrets at rest', () => {
  it('R32: the subscriber keys of two rows swapped are refused', async () => {
    const file = storeFile()
    const { subscribers } = await inTest(openHssStore(file, storeKeys))
    await subscribers.put(milenageSubscriber)
    await subscribers.put({ ...tuakSubscriber, aka: milenageSubscriber.aka })
    await tamper(file, swap('subscriber', 'secrets', 'imsi'))
    await expect(subscribers.findByImsi(imsi1)).rejects.toThrow(RecordNotAuthentic)
    await expect(subscribers.findByImpi(tuakSubscriber.impi)).rejects.toThrow(RecordNotAuthentic)
  })

  it('R32: keys of a batch are sealed as others are, each bound to its row', async () => {
    const file = storeFile()
    const { subscribers } = await inTest(openHssStore(file, storeKeys))
    const other = { ...tuakSubscriber, aka: milenageSubscriber.aka }
    await subscribers.putAll([milenageSubscriber, other], { replace: false, ueIds: [] })
    for (const name of readdirSync(dirname(file)))
      expect(readFileSync(join(dirname(file), name)).includes(Buffer.from(milenageSubscriber.aka.k))).toBe(
        false,
      )
    await tamper(file, swap('subscriber', 'secrets', 'imsi'))
    await expect(subscribers.findByImsi(imsi1)).rejects.toThrow(RecordNotAuthentic)
  })

  it('R32: a batch that was read while the key was replaced is refused as a whole', async () => {
    let key = storeKey
    const keys = { read: () => [Uint8Array.from(key)], stamp: () => String(key[0]) }
    const { subscribers } = await inTest(openHssStore(storeFile(), keys))
    function* read() {
      yield milenageSubscriber
      key = octets(32, 5)
      yield tuakSubscriber
    }
    const putting = subscribers.putAll(read(), { replace: false, ueIds: [] })
    await expect(putting).rejects.toThrow(TemporaryFailure)
    expect(await subscribers.page(undefined, 9)).toEqual([])
  })

  it('R32: older keys of the same subscriber put back are refused', async () => {
    const file = storeFile()
    const { subscribers } = await inTest(openHssStore(file, storeKeys))
    await subscribers.put(milenageSubscriber)
    await tamper(file, 'create table kept as select secrets from subscriber')
    await subscribers.put(milenageSubscriber)
    expect(await subscribers.findByImsi(imsi1)).toBeDefined()
    await tamper(file, 'update subscriber set secrets = (select secrets from kept)')
    await expect(subscribers.findByImsi(imsi1)).rejects.toThrow(RecordNotAuthentic)
  })

  it('R32: the Ks of two B-TIDs swapped are refused', async () => {
    const file = storeFile()
    const { bootstraps } = await inTest(openBsfStore(file, storeKeys))
    await bootstraps.put(bootstrap(1))
    await bootstraps.put(bootstrap(2))
    await tamper(file, swap('bootstrap', 'ks', 'btid'))
    await expect(bootstraps.find(btid(1), noon)).rejects.toThrow(RecordNotAuthentic)
  })

  it('R32: the NAF keys of two B-TIDs swapped are refused', async () => {
    const file = storeFile()
    const { keys } = await inTest(openKmfStore(file, storeKeys))
    await keys.put(nafKeyRow(1))
    await keys.put(nafKeyRow(2))
    await tamper(file, swap('naf_key', 'key', 'btid'))
    await expect(keys.find(btid(1), noon)).rejects.toThrow(RecordNotAuthentic)
  })

  it.each(['', 'x', '0'.repeat(27), '0'.repeat(200)])(
    'R32: %s instead of sealed octets is refused',
    async (sealed) => {
      const file = storeFile()
      const { bootstraps } = await inTest(openBsfStore(file, storeKeys))
      await bootstraps.put(bootstrap(1))
      await tamper(file, `update bootstrap set ks = cast('${sealed}' as blob)`)
      await expect(bootstraps.find(btid(1), noon)).rejects.toThrow(RecordNotAuthentic)
    },
  )

  it('R31, R32: no key stands in the files, which only their owner may read', async () => {
    const file = storeFile()
    const hss = await inTest(openHssStore(file, storeKeys))
    await hss.subscribers.put(milenageSubscriber)
    await hss.subscribers.put(tuakSubscriber)
    const kmf = await inTest(openKmfStore(join(dirname(file), 'kmf.db'), storeKeys))
    await kmf.keys.put(nafKeyRow(1))
    const bsf = await inTest(openBsfStore(join(dirname(file), 'bsf.db'), storeKeys))
    await bsf.bootstraps.put(bootstrap(1))
    const secrets = [octets(16, 1), octets(16, 2), octets(32, 3), octets(32, 4), octets(32, 1), storeKey]
    const names = readdirSync(dirname(file))
    expect(names.length).toBeGreaterThanOrEqual(3)
    for (const name of names) {
      const content = readFileSync(join(dirname(file), name))
      for (const secret of secrets) expect(content.includes(Buffer.from(secret)), name).toBe(false)
      expect(statSync(join(dirname(file), name)).mode & 0o777, name).toBe(0o600)
    }
  })
})

describe('opening a store', () => {
  const open = (file: string) => openHssStore(file, storeKeys)

  it('finds everything again', async () => {
    const file = storeFile()
    const first = await open(file)
    await first.subscribers.put(milenageSubscriber)
    await first.subscribers.advanceSqn(imsi1, () => Sqn(7))
    await first.close()
    const { subscribers } = await inTest(open(file))
    expect(await subscribers.findByImsi(imsi1)).toBeDefined()
    expect(await subscribers.advanceSqn(imsi1, (last) => Sqn(last + 1))).toBe(8)
  })

  it('R32: refuses another key, and a key that is none', async () => {
    const file = storeFile()
    await (await open(file)).close()
    await expect(openHssStore(file, keysOf(octets(32, 5)))).rejects.toThrow(StoreUnusable)
    await expect(openHssStore(storeFile(), keysOf(octets(31, 5)))).rejects.toThrow(StoreUnusable)
    await expect(openHssStore(storeFile(), keysOf(new Uint8Array(32)))).rejects.toThrow(StoreUnusable)
    await (await open(file)).close()
  })

  it('refuses a store of a newer program and leaves it as it is', async () => {
    const file = storeFile()
    await (await open(file)).close()
    await tamper(file, 'pragma user_version = 99')
    await expect(open(file)).rejects.toThrow(/version 99/)
    await tamper(file, `pragma user_version = ${hssSchema.migrations.length}`)
    await (await open(file)).close()
  })

  it('refuses the store of another entity', async () => {
    const file = storeFile()
    await (await openKmfStore(file, storeKeys)).close()
    await expect(open(file)).rejects.toThrow(/not a store of the HSS/)
  })

  it('brings a store of an older program forward', async () => {
    const file = storeFile()
    await (await openDatabase(file, schema)).close()
    const migrations = [...schema.migrations, 'create table b (x)']
    const database = await inTest(openDatabase(file, { ...schema, migrations }))
    const insert = statement('insert into b values (1)')
    expect(await database.session((session) => session.run(insert))).toBe(1)
  })

  it('leaves the old version when a migration fails', async () => {
    const file = storeFile()
    await (await openDatabase(file, schema)).close()
    const migrations = [...schema.migrations, 'create table b (x); create table a (x)']
    await expect(openDatabase(file, { ...schema, migrations })).rejects.toThrow(StoreUnusable)
    const database = await inTest(openDatabase(file, schema))
    const insert = statement('insert into b values (1)')
    await expect(database.session((session) => session.run(insert))).rejects.toThrow(TemporaryFailure)
  })

  it.each([
    ['a text file', (file: string) => writeFileSync(file, 'x'.repeat(5000))],
    ['a directory', (file: string) => mkdirSync(file)],
  ])('refuses %s', async (_, make) => {
    const file = storeFile()
    make(file)
    await expect(open(file)).rejects.toThrow(StoreUnusable)
  })

  it('B76: a directory that cannot be written is named', async () => {
    const file = storeFile()
    writeFileSync(file, '')
    await expect(open(join(file, 'stores/hss1.db'))).rejects.toThrow(file)
  })
})

describe('a store that cannot work', () => {
  it('B76, R48: a full disk is a temporary failure that leaves the old state', async () => {
    const database = await inTest(openDatabase(storeFile(), schema))
    const insert = statement('insert into a values (?)')
    const count = statement<{ n: number }>('select count(*) n from a')
    const rows = () => database.session((session) => session.get(count))
    await database.session((session) => session.get(statement('pragma max_page_count = 20')))
    const writeBoth = database.transaction(async (session) => {
      await session.run(insert, 'small')
      await session.run(insert, octets(500_000, 1))
    })
    await expect(writeBoth).rejects.toThrow(TemporaryFailure)
    expect(await rows()).toEqual({ n: 0 })
    await database.transaction((session) => session.run(insert, 'small'))
    expect(await rows()).toEqual({ n: 1 })
  })

  it('a closed store is a temporary failure', async () => {
    const store = await openHssStore(storeFile(), storeKeys)
    await store.close()
    await expect(store.subscribers.findByImsi(imsi1)).rejects.toThrow(TemporaryFailure)
    await expect(store.subscribers.advanceSqn(imsi1, (last) => last)).rejects.toThrow(TemporaryFailure)
  })
})
