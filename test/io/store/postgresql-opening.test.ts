import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sqn } from '../../../src/core/aka.ts'
import { TemporaryFailure } from '../../../src/core/errors.ts'
import { StoreUnusable } from '../../../src/io/store/errors.ts'
import { hssSchema, openHssStore } from '../../../src/io/store/hss-store.ts'
import { kmfSchema, openKmfStore } from '../../../src/io/store/kmf-store.ts'
import { statement } from '../../../src/io/store/sql.ts'
import { openDatabase, placeName } from '../../../src/io/store/store.ts'
import { imsi1, milenageSubscriber, octets } from '../../contracts/values.ts'
import { PostgresqlServers, urlTo, type PostgresqlServer } from './postgresql-server.ts'
import { inTest, keysOf, storeKeys } from './temporary.ts'

const servers = new PostgresqlServers()
let server: PostgresqlServer
beforeAll(async () => {
  server = await servers.start()
})
afterAll(() => servers.remove())

const open = (place: string) => openHssStore(place, storeKeys)
const schemaIn = (place: string) => place.replace(/.*%3D/, '')

describe('opening a store in PostgreSQL', () => {
  it('finds everything again', async () => {
    const place = await servers.emptyPlace()
    const first = await open(place)
    await first.subscribers.put(milenageSubscriber)
    await first.subscribers.advanceSqn(imsi1, () => Sqn(7))
    await first.close()
    const { subscribers } = await inTest(open(place))
    expect(await subscribers.findByImsi(imsi1)).toBeDefined()
    expect(await subscribers.advanceSqn(imsi1, (last) => Sqn(last + 1))).toBe(8)
  })

  it('is done by several processes at once', async () => {
    const place = await servers.emptyPlace()
    const stores = await Promise.all(Array.from({ length: 4 }, () => inTest(open(place))))
    await Promise.all(stores.map(({ subscribers }) => subscribers.put(milenageSubscriber)))
    expect(await stores[0]?.subscribers.page(undefined, 2)).toHaveLength(1)
  })

  it('brings a store of an older program forward, and leaves it when that fails', async () => {
    const place = await servers.emptyPlace()
    const schema = { ...hssSchema, migrations: ['create table a (x integer)'] }
    await (await openDatabase(place, schema)).close()
    const failing = [...schema.migrations, 'create table b (x integer); create table a (x integer)']
    await expect(openDatabase(place, { ...schema, migrations: failing })).rejects.toThrow(StoreUnusable)
    const migrations = [...schema.migrations, 'create table b (x integer)']
    const database = await inTest(openDatabase(place, { ...schema, migrations }))
    expect(await database.session((session) => session.run(statement('insert into b values (1)')))).toBe(1)
  })

  it('R8: a permission that is taken away while a KMF store is brought forward does not come back', async () => {
    const place = await servers.emptyPlace()
    await (await openDatabase(place, { ...kmfSchema, migrations: kmfSchema.migrations.slice(0, 6) })).close()
    const client = new pg.Client(place)
    await client.connect()
    await client.query(`insert into may_link values ('${imsi1}', '*')`)
    await client.query('begin')
    await client.query('delete from may_link')
    // What only SQLite needs copies nothing here, so it waits for nobody.
    const { authorisations } = await inTest(openKmfStore(place, storeKeys))
    await client.query('commit')
    await client.end()
    expect(await authorisations.list()).toEqual([])
  })

  it('refuses a store of a newer program, the store of another entity, and another key (R32)', async () => {
    const place = await servers.emptyPlace()
    await (await open(place)).close()
    await expect(openHssStore(place, keysOf(octets(32, 5)))).rejects.toThrow(/its key is another one/)
    await expect(openKmfStore(place, storeKeys)).rejects.toThrow(/not a store of the KMF/)
    await server.query(`update ${schemaIn(place)}.sidelock_store set version = 99`)
    await expect(open(place)).rejects.toThrow(/version 99/)
  })

  it.each([
    ['a wrong password', (place: string) => place.replace(/postgres:[^@]*@/, 'postgres:hidden@')],
    ['a database that is not there', (place: string) => place.replace('/postgres?', '/none?')],
    ['a URL without a host', () => 'postgresql://somebody:hidden@'],
  ])('R31: refuses %s, and never shows the password', async (_, change) => {
    const place = change(await servers.emptyPlace())
    const password = /:([^:@/]+)@/.exec(place)?.[1] ?? ''
    const refused = await open(place).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StoreUnusable)
    expect(String(refused)).not.toContain(password)
    expect(placeName(place)).not.toContain(password)
  })

  it('R31, R32: no key stands in the database', async () => {
    const place = await servers.emptyPlace()
    const { subscribers } = await inTest(open(place))
    await subscribers.put(milenageSubscriber)
    const { rows } = await server.query(
      `select encode(secrets, 'hex') sealed from ${schemaIn(place)}.subscriber`,
    )
    const sealed = String(rows[0]?.['sealed'])
    expect(sealed).toMatch(/^[0-9a-f]{100,}$/)
    for (const secret of [octets(16, 1), octets(16, 2)])
      expect(sealed).not.toContain(Buffer.from(secret).toString('hex'))
  })

  it('R34: commits are durable, also where the database would not wait for them', async () => {
    const place = `${await servers.emptyPlace()}%20-csynchronous_commit%3Doff`
    const database = await inTest(openDatabase(place, hssSchema))
    const setting = statement<{ now: string }>(`select current_setting('synchronous_commit') as now`)
    expect(await database.session((session) => session.get(setting))).toEqual({ now: 'on' })
  })

  it('leaves the types of other users of the driver as they are', () => {
    const parse = pg.types.getTypeParser(pg.types.builtins.INT8) as (text: string) => unknown
    expect(parse('5')).toBe('5')
  })
})

describe('a store in PostgreSQL that is away', () => {
  it('R48: goes on where its connections were ended', async () => {
    const { subscribers } = await inTest(open(await servers.emptyPlace()))
    await Promise.all(Array.from({ length: 8 }, () => subscribers.findByImsi(imsi1)))
    for (const round of [1, 2, 3]) {
      await server.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sidelock'`,
      )
      expect(await subscribers.advanceSqn(imsi1, (last) => Sqn(last + 1))).toBe(round)
    }
  })

  it('B76: nobody answers, or only a standby: a temporary failure, within seconds', async () => {
    const standby = await servers.add(server.standby(join(servers.directory, 'standby')))
    const begin = performance.now()
    const nobody = open(urlTo([server]).replace(server.host, '127.0.0.1:1'))
    await Promise.all([
      expect(nobody).rejects.toThrow(TemporaryFailure),
      expect(open(urlTo([standby]))).rejects.toThrow(TemporaryFailure),
    ])
    expect(performance.now() - begin).toBeLessThan(10_000)
  })

  it('a closed store is a temporary failure at once', async () => {
    const store = await open(await servers.emptyPlace())
    await store.close()
    await expect(store.subscribers.findByImsi(imsi1)).rejects.toThrow(TemporaryFailure)
  })
})
