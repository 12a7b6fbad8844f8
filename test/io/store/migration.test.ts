import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tmpiOf } from '../../../src/core/identities/tmpi.ts'
import { openBsfStore } from '../../../src/io/store/bsf-store.ts'
import { openSqlite } from '../../../src/io/store/sqlite.ts'
import { bootstrap, btid, noon, visible } from '../../contracts/values.ts'
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
