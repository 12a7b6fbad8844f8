import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Sqn } from '../../../src/core/aka.ts'
import { TemporaryFailure } from '../../../src/core/errors.ts'
import { openHssStore } from '../../../src/io/store/hss-store.ts'
import { seqOf } from '../../../src/core/sequence-number.ts'
import { imsi1, imsi2, milenageSubscriber } from '../../contracts/values.ts'
import { PostgresqlServer, PostgresqlServers } from './postgresql-server.ts'
import { inTest, storeKeys } from './temporary.ts'

// Servers are made, copied and promoted.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const oneMore = (last: Sqn) => Sqn(last + 1)

describe('a primary that is killed', () => {
  const servers = new PostgresqlServers()
  let primary: PostgresqlServer
  let standby: PostgresqlServer

  beforeAll(async () => {
    primary = await servers.start()
    standby = await servers.add(primary.standby(join(servers.directory, 'standby')))
    await primary.query("alter system set synchronous_standby_names = '*'")
    await primary.query('select pg_reload_conf()')
  })
  afterAll(() => servers.remove())

  it('R34, R48: with a synchronous standby, writes go on after its promotion, nothing is lost, no number comes twice', async () => {
    const place = await servers.emptyPlace(primary, standby)
    const { subscribers } = await inTest(openHssStore(place, storeKeys))
    await subscribers.put(milenageSubscriber)
    const drawn: Sqn[] = []
    let isOver = false
    const draw = async () => {
      while (!isOver)
        try {
          drawn.push(await subscribers.advanceSqn(imsi1, oneMore))
        } catch (error) {
          expect(error).toBeInstanceOf(TemporaryFailure)
        }
    }
    const reached = async (count: number) => {
      while (drawn.length < count) await new Promise((resolve) => setImmediate(resolve))
    }
    const drawing = Promise.all([draw(), draw(), draw()])
    await reached(50)
    await primary.end('SIGKILL')
    const before = drawn.length
    await standby.promote()
    await reached(before + 50)
    isOver = true
    await drawing
    expect(new Set(drawn).size).toBe(drawn.length)
    expect(await subscribers.advanceSqn(imsi1, oneMore)).toBeGreaterThan(Math.max(...drawn))
    expect(await subscribers.findByImsi(imsi1)).toBeDefined()
  })
})

describe('a primary whose last commits are lost', () => {
  const servers = new PostgresqlServers()
  afterAll(() => servers.remove())

  it('R34: the numbers that it may have released are skipped, also those of a new subscriber', async () => {
    const primary = await servers.start()
    const behind = join(servers.directory, 'standby')
    const place = await servers.emptyPlace(primary)
    const first = await openHssStore(place, storeKeys)
    await first.subscribers.advanceSqn(imsi1, oneMore)
    await (await servers.add(primary.standby(behind))).end('SIGINT')

    const released = [
      ...(await Promise.all(Array.from({ length: 30 }, () => first.subscribers.advanceSqn(imsi1, oneMore)))),
      await first.subscribers.advanceSqn(imsi2, oneMore),
    ]
    await first.close()
    await primary.end('SIGKILL')
    const standby = await servers.add(PostgresqlServer.start(behind))
    await standby.promote()

    const after = place.replace(primary.host, `${primary.host},${standby.host}`)
    const { subscribers } = await inTest(openHssStore(after, storeKeys))
    const next = await subscribers.advanceSqn(imsi1, oneMore)
    const ofNew = await subscribers.advanceSqn(imsi2, oneMore)
    expect(seqOf(next)).toBeGreaterThanOrEqual(2 ** 20)
    expect(next).toBeGreaterThan(Math.max(...released))
    expect(ofNew).toBeGreaterThan(Math.max(...released))
    // A USIM takes a step of 2^28 at the most. TS 33.102 C.2.1.
    expect(seqOf(next)).toBeLessThan(2 ** 28)
    expect(await subscribers.advanceSqn(imsi1, oneMore)).toBe(next + 1)
    await standby.end('SIGKILL')
  })
})

describe('a former primary that comes back', () => {
  const servers = new PostgresqlServers()
  afterAll(() => servers.remove())

  it('R34: is not asked, beside the promoted one or alone', async () => {
    const former = await servers.start()
    const standby = await servers.add(former.standby(join(servers.directory, 'standby')))
    const place = await servers.emptyPlace(former, standby)
    const { subscribers } = await inTest(openHssStore(place, storeKeys))
    await standby.promote()
    // Both write now.
    const other = await inTest(openHssStore(place, storeKeys))
    await other.subscribers.put(milenageSubscriber)
    expect((await former.query('select count(*) from store1.subscriber')).rows).toEqual([{ count: '0' }])
    expect((await standby.query('select count(*) from store1.subscriber')).rows).toEqual([{ count: '1' }])
    await standby.end('SIGKILL')
    await expect(other.subscribers.findByImsi(imsi1)).rejects.toThrow(TemporaryFailure)
    expect(await subscribers.findByImsi(imsi1)).toBeUndefined()
  })
})
