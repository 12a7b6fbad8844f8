import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tmpiOf } from '../../../src/core/identities/tmpi.ts'
import { openBsfStore } from '../../../src/io/store/bsf-store.ts'
import { RecordNotAuthentic } from '../../../src/io/store/errors.ts'
import { authorisationsIn } from '../../../src/io/store/kmf-authorisations.ts'
import { nafKeysIn } from '../../../src/io/store/kmf-naf-keys.ts'
import { kmfSchema, openKmfStore } from '../../../src/io/store/kmf-store.ts'
import { openSqlite } from '../../../src/io/store/sqlite.ts'
import { openStore } from '../../../src/io/store/store.ts'
import { writeGuss, writeUssList } from '../../../src/wire/user-security-settings.ts'
import { bootstrap, btid, imsi1, nafKeyRow, noon, visible } from '../../contracts/values.ts'
import { inTest, storeKeys, temporaryDirectory } from './temporary.ts'

it('R48: a BSF store of version 1 is taken over with its rows, and then knows TMPIs', async () => {
  const file = join(temporaryDirectory(), 'store.db')
  const old = await openBsfStore(file, storeKeys)
  await old.bootstraps.put(bootstrap(1))
  await old.close()
  const database = await openSqlite(file)
  database.exec('drop index bootstrap_tmpi; alter table bootstrap drop column tmpi; pragma user_version = 1')
  database.close()

  const { bootstraps } = await inTest(openBsfStore(file, storeKeys))
  expect(visible(await bootstraps.find(btid(1), noon))).toEqual(visible(bootstrap(1)))
  const tmpi = tmpiOf('a'.repeat(32))
  await bootstraps.put(bootstrap(2, { tmpi }))
  expect(await bootstraps.findImpi(tmpi, noon)).toBe(bootstrap(2).impi)
})

it('R48: settings that earlier versions kept as XML are read as they were', async () => {
  const place = join(temporaryDirectory(), 'store.db')
  const [{ guss }, { ussList }] = [bootstrap(1), nafKeyRow(1)]
  if (!guss) throw new Error('a context without GUSS')
  const stores = [
    { open: openBsfStore, table: 'bootstrap', column: 'guss', xml: writeGuss(guss) },
    { open: openKmfStore, table: 'naf_key_row', column: 'uss_list', xml: writeUssList(ussList) },
  ] as const
  for (const { open, table, column, xml } of stores) {
    const file = `${place}-${table}`
    const store = await open(file, storeKeys)
    await ('keys' in store ? store.keys.put(nafKeyRow(1)) : store.bootstraps.put(bootstrap(1)))
    await store.close()
    const database = await openSqlite(file)
    database.prepare(`update ${table} set ${column} = ?`).run(xml)
    database.close()
  }
  const { bootstraps } = await inTest(openBsfStore(`${place}-bootstrap`, storeKeys))
  expect(visible(await bootstraps.find(btid(1), noon))).toEqual(visible(bootstrap(1)))
  const { keys } = await inTest(openKmfStore(`${place}-naf_key_row`, storeKeys))
  expect(visible(await keys.find(btid(1), noon))).toEqual(visible(nafKeyRow(1)))
})

it('settings that nobody wrote so are an error of the row', async () => {
  const file = join(temporaryDirectory(), 'store.db')
  const store = await openKmfStore(file, storeKeys)
  await store.keys.put(nafKeyRow(1))
  await store.close()
  for (const text of ['', '{}', '[{"id":1}]', '[', '\u00ff']) {
    const database = await openSqlite(file)
    database.prepare('update naf_key_row set uss_list = ?').run(Buffer.from(text, 'latin1'))
    database.close()
    const { keys } = await inTest(openKmfStore(file, storeKeys))
    await expect(keys.find(btid(1), noon)).rejects.toThrow(RecordNotAuthentic)
  }
})

it('R48: a KMF store of version 6 keeps its keys and permissions when their tables are made anew', async () => {
  const file = join(temporaryDirectory(), 'store.db')
  const old = await openStore(file, storeKeys, { ...kmfSchema, migrations: kmfSchema.migrations.slice(0, 6) })
  await nafKeysIn(old).put(nafKeyRow(1))
  await authorisationsIn(old.database).grant(imsi1, '*')
  await old.database.close()
  const { keys, authorisations } = await inTest(openKmfStore(file, storeKeys))
  expect(visible(await keys.find(btid(1), noon))).toEqual(visible(nafKeyRow(1)))
  expect(await authorisations.list()).toEqual([{ imsi: imsi1, plmn: '*' }])
  await keys.forget(btid(1))
  const database = await openSqlite(file)
  onTestFinished(() => database.close())
  expect(database.prepare('select count(*) n from naf_key').get()).toEqual({ n: 0 })
  const tables = database.prepare("select name from sqlite_schema where name like '%before%'").all()
  expect(tables).toEqual([])
})
