import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sqn } from '../../src/core/aka.ts'
import { seqOf } from '../../src/core/sequence-number.ts'
import { storeKeysIn } from '../../src/io/lab/store-key-file.ts'
import { openBsfStore } from '../../src/io/store/bsf-store.ts'
import { RecordNotAuthentic, StoreUnusable } from '../../src/io/store/errors.ts'
import { hssSchema, openHssStore } from '../../src/io/store/hss-store.ts'
import { openKmfStore } from '../../src/io/store/kmf-store.ts'
import { statement } from '../../src/io/store/sql.ts'
import { openDatabase } from '../../src/io/store/store.ts'
import { systemRandom } from '../../src/io/system.ts'
import { storeKeyFile, storePlace } from '../../src/nodes/config/files.ts'
import { parseNetworkConfig } from '../../src/nodes/config/load.ts'
import {
  backupStore,
  copyStore,
  migrateStore,
  restoreStore,
  rotateKey,
  storesOf,
  type StoreOfNode,
} from '../../src/nodes/store-care.ts'
import {
  bootstrap,
  btid,
  imsi1,
  imsi2,
  milenageSubscriber,
  nafKeyRow,
  noon,
  octets,
  tuakSubscriber,
  visible,
} from '../contracts/values.ts'
import { PostgresqlServers } from '../io/store/postgresql-server.ts'
import { inTest, keysOf as fixed, storeKey, temporaryDirectory } from '../io/store/temporary.ts'

const servers = new PostgresqlServers()
beforeAll(() => servers.start())
afterAll(() => servers.remove())

const quiet = () => undefined
const oneMore = (last: Sqn) => Sqn(last + 1)
const rotation = { random: systemRandom, progress: quiet, pause: () => Promise.resolve() }

/** The stores of a configuration in a directory of its own, which has their keys. Those with a URL are in PostgreSQL. */
function stores(urls: Readonly<Record<string, string>> = {}) {
  const directory = temporaryDirectory()
  const file = (name: string) => join(directory, name)
  const entity = (name: string) => (name in urls ? `{ store: postgresql, storeUrlFile: ${name}.url }` : '{}')
  const text = `
version: 1
lab: { directory: ${directory}, createMissingSecrets: false }
plmns:
  - plmn: "001-01"
    hss: ${entity('hss1')}
    kmf: { proseUeIds: ["000001-07ffff"] }
    subscribers: []
ues: {}
`
  mkdirSync(file('secrets'), { mode: 0o700 })
  for (const [name, url] of Object.entries(urls))
    writeFileSync(file(`${name}.url`), `${url}\n`, { mode: 0o600 })
  const all = storesOf(parseNetworkConfig(text, file('my.yaml')))
  for (const { node } of all) writeFileSync(node.plmn[node.kind].store.keyFile, storeKey, { mode: 0o600 })
  const [hss, bsf, kmf] = all
  if (!hss || !bsf || !kmf) throw new Error('it has an HSS, a BSF and a KMF')
  return { directory, hss, bsf, kmf }
}

const placeOf = ({ config, node }: StoreOfNode) => storePlace(config, node.plmn, node.kind)
const keyFileOf = ({ config, node }: StoreOfNode) => storeKeyFile(config, node.plmn, node.kind)
const keysOf = (of: StoreOfNode) => storeKeysIn(of.config.file, keyFileOf(of))
const openHss = (of: StoreOfNode) => inTest(openHssStore(placeOf(of), keysOf(of)))
const openBsf = (of: StoreOfNode) => inTest(openBsfStore(placeOf(of), keysOf(of)))

/** Two subscribers, one of which has had 7 sequence numbers. */
async function filled(of: StoreOfNode) {
  const { subscribers } = await openHss(of)
  await subscribers.put(milenageSubscriber)
  await subscribers.put(tuakSubscriber)
  await subscribers.advanceSqn(imsi1, () => Sqn(7))
  return subscribers
}

const engines = [
  { engine: 'SQLite', urls: () => Promise.resolve({}) },
  { engine: 'PostgreSQL', urls: async () => ({ hss1: await servers.emptyPlace() }) },
]

describe.each(engines)('care of a store in $engine', ({ urls }) => {
  it('R34: a backup is one file; restored, it has every row, and no sequence number comes twice', async () => {
    const { directory, hss } = stores(await urls())
    const backup = join(directory, 'hss1.backup')
    const before = await filled(hss)
    expect(await backupStore(hss, backup, quiet)).toBe(5)
    // Both go on after the backup, one of them without a number in it.
    const released = [await before.advanceSqn(imsi1, oneMore), await before.advanceSqn(imsi2, oneMore)]
    expect(readdirSync(directory).filter((name) => name.startsWith('hss1.backup'))).toEqual(['hss1.backup'])
    expect(statSync(backup).mode & 0o777).toBe(0o600)

    const { hss: empty } = stores(await urls())
    const octets = readFileSync(backup)
    await restoreStore(empty, backup, quiet)
    expect(readFileSync(backup).equals(octets)).toBe(true)
    expect(readdirSync(directory).filter((name) => name.startsWith('hss1.backup'))).toEqual(['hss1.backup'])
    const after = (await openHss(empty)).subscribers
    expect(visible(await after.page(undefined, 9))).toEqual(visible(await before.page(undefined, 9)))
    for (const imsi of [imsi1, imsi2]) {
      const next = await after.advanceSqn(imsi, oneMore)
      expect(next).toBeGreaterThan(Math.max(...released))
      // A USIM takes a step of 2^28 at the most. TS 33.102 C.2.1.
      expect(seqOf(next)).toBeLessThan(2 ** 28)
    }
  })

  it('a backup replaces nothing, and nothing is restored over rows, a foreign store or another key', async () => {
    const { directory, hss, kmf } = stores(await urls())
    const backup = join(directory, 'hss1.backup')
    await filled(hss)
    await backupStore(hss, backup, quiet)
    await expect(backupStore(hss, backup, quiet)).rejects.toThrow(/is there already/)
    await expect(restoreStore(hss, backup, quiet)).rejects.toThrow(/rows already/)
    await expect(restoreStore(kmf, backup, quiet)).rejects.toThrow(/store of the HSS/)
    const { hss: other } = stores(await urls())
    writeFileSync(keyFileOf(other).file, octets(32, 5))
    await expect(restoreStore(other, backup, quiet)).rejects.toThrow(/its key is another one/)
    await expect(restoreStore(other, join(directory, 'none'), quiet)).rejects.toThrow(/there is no store/)
  })

  it('R32: after a rotation every row is under the new key, and the old one is refused', async () => {
    const { hss } = stores(await urls())
    const running = await filled(hss)
    const stuck = await inTest(openHssStore(placeOf(hss), fixed(storeKey)))
    expect(await rotateKey(hss, rotation)).toBe(2)
    const key = readFileSync(keyFileOf(hss).file)
    expect(key).toHaveLength(32)
    expect(key.equals(Buffer.from(storeKey))).toBe(false)
    expect(readFileSync(`${keyFileOf(hss).file}.before`).equals(Buffer.from(storeKey))).toBe(true)
    expect(await running.findByImsi(imsi1)).toBeDefined()
    expect(visible(await (await openHss(hss)).subscribers.findByImsi(imsi2))).toEqual(visible(tuakSubscriber))
    writeFileSync(keyFileOf(hss).file, storeKey)
    await expect(openHss(hss)).rejects.toThrow(StoreUnusable)
    await expect(stuck.subscribers.findByImsi(imsi1)).rejects.toThrow(RecordNotAuthentic)
  })

  it.each(['env:SIDELOCK_TEST_KEY', 'credential:store.key'])(
    'R32: the key %s, which is in no file of its own, is not replaced',
    async (name) => {
      const { hss, directory } = stores()
      const text = `
version: 1
lab: { directory: ${directory}, createMissingSecrets: false }
plmns:
  - plmn: "001-01"
    hss: { storeKeyFile: "${name}" }
    kmf: { proseUeIds: ["000001-07ffff"] }
    subscribers: []
ues: {}
`
      const [given = hss] = storesOf(parseNetworkConfig(text, join(directory, 'given.yaml')))
      const rotating = rotateKey(given, rotation)
      await expect(rotating).rejects.toMatchObject({
        mistakes: [
          { file: name, message: expect.stringContaining('is no file that can be replaced') as string },
        ],
      })
    },
  )

  it('R48: an interrupted rotation goes on with the same new key, while a node reads and writes', async () => {
    const { hss } = stores(await urls())
    const running = await filled(hss)
    const interrupted = () => Promise.reject(new Error('killed'))
    await expect(rotateKey(hss, { ...rotation, pause: interrupted })).rejects.toThrow('killed')
    const both = readFileSync(keyFileOf(hss).file)
    expect(both).toHaveLength(64)
    expect(await running.findByImsi(imsi1)).toBeDefined()
    await running.put(milenageSubscriber)
    await rotateKey(hss, rotation)
    expect(readFileSync(keyFileOf(hss).file).equals(both.subarray(0, 32))).toBe(true)
    expect(visible(await (await openHss(hss)).subscribers.findByImsi(imsi1))).toEqual(
      visible(milenageSubscriber),
    )
  })

  it('is migrated by hand, also where none is yet', async () => {
    const { hss } = stores(await urls())
    const version = hssSchema.migrations.length
    expect(await migrateStore(hss)).toEqual({ from: 0, to: version })
    expect(await migrateStore(hss)).toEqual({ from: version, to: version })
  })
})

describe('what a rotation meets', () => {
  it('R32: a row that was written under the old key meanwhile is found in the second pass', async () => {
    const { bsf } = stores()
    const { bootstraps } = await openBsf(bsf)
    await bootstraps.put(bootstrap(1))
    const late = await inTest(openBsfStore(placeOf(bsf), fixed(storeKey)))
    const changed = await rotateKey(bsf, { ...rotation, pause: () => late.bootstraps.put(bootstrap(2)) })
    expect(changed).toBe(2)
    expect(visible(await bootstraps.find(btid(2), noon))).toEqual(visible(bootstrap(2)))
  })

  it('R32: NAF keys are found by both parts of their name', async () => {
    const { kmf } = stores()
    const { keys } = await inTest(openKmfStore(placeOf(kmf), keysOf(kmf)))
    await keys.put(nafKeyRow(1))
    await keys.put(nafKeyRow(2))
    expect(await rotateKey(kmf, rotation)).toBe(2)
    expect(visible(await keys.find(btid(1), noon))).toEqual(visible(nafKeyRow(1)))
  })

  it('R32: a row that was changed stops it, and the keys stay both', async () => {
    const { hss } = stores()
    await filled(hss)
    const database = await openDatabase(placeOf(hss), hssSchema)
    await database.session((session) =>
      session.run(statement("update subscriber set secrets = cast('x' as blob)")),
    )
    await database.close()
    await expect(rotateKey(hss, rotation)).rejects.toThrow(RecordNotAuthentic)
    expect(readFileSync(keyFileOf(hss).file)).toHaveLength(64)
  })
})

describe('a copy of a store', () => {
  it('goes from SQLite to PostgreSQL and back with every row, and its numbers go on above', async () => {
    const { directory, hss } = stores()
    const before = await filled(hss)
    const urlFile = join(directory, 'there.url')
    const place = await servers.emptyPlace()
    writeFileSync(urlFile, `${place}\n`, { mode: 0o600 })
    const seen: number[] = []
    expect(await copyStore(placeOf(hss), urlFile, (done, total) => seen.push(done, total))).toBe(5)
    expect(seen).toEqual([2, 5, 4, 5, 5, 5])
    const there = (await inTest(openHssStore(place, keysOf(hss)))).subscribers
    expect(visible(await there.page(undefined, 9))).toEqual(visible(await before.page(undefined, 9)))
    const next = await there.advanceSqn(imsi1, oneMore)
    expect(next).toBeGreaterThan(7)

    const back = join(directory, 'back.db')
    await copyStore(urlFile, back, quiet)
    const { subscribers } = await inTest(openHssStore(back, keysOf(hss)))
    expect(visible(await subscribers.page(undefined, 9))).toEqual(visible(await before.page(undefined, 9)))
    expect(await subscribers.advanceSqn(imsi1, oneMore)).toBeGreaterThan(next)
  })

  it('has more rows than are read at once', async () => {
    const { directory, bsf } = stores()
    const { bootstraps } = await openBsf(bsf)
    for (let number = 0; number < 256; number++) await bootstraps.put(bootstrap(number))
    const urlFile = join(directory, 'there.url')
    writeFileSync(urlFile, await servers.emptyPlace(), { mode: 0o600 })
    const rows = (await bootstraps.list(noon)).length
    expect(rows).toBeGreaterThan(200)
    expect(await copyStore(placeOf(bsf), urlFile, quiet)).toBe(rows)
    await expect(copyStore(placeOf(bsf), urlFile, quiet)).rejects.toThrow(/rows already/)
  })

  it('R31: a file with a URL that others may read is refused, without its content', async () => {
    const { directory, hss } = stores()
    await filled(hss)
    const urlFile = join(directory, 'there.url')
    writeFileSync(urlFile, 'postgresql://somebody:hidden@127.0.0.1/none', { mode: 0o644 })
    const refused = copyStore(placeOf(hss), urlFile, quiet)
    await expect(refused).rejects.toThrow(/others may read it/)
    await expect(refused).rejects.not.toThrow(/hidden/)
  })

  it('a store of an older program is not copied as it is', async () => {
    const { directory, hss } = stores()
    await filled(hss)
    const database = await openDatabase(placeOf(hss), hssSchema)
    await database.session((session) => session.get(statement('pragma user_version = 1')))
    await database.close()
    await expect(copyStore(placeOf(hss), join(directory, 'to.db'), quiet)).rejects.toThrow(/version 1, not/)
  })
})
