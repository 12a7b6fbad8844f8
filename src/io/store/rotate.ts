import { countRows, keyOf, rowsAfter, type Progress } from './copy.ts'
import type { RowIdentity, Seal } from './seal.ts'
import { statement, type Session, type SqlValue, type StoreSchema, type Table } from './sql.ts'
import { keyCheck, type Store } from './store.ts'

type SealedTable = Table & Required<Pick<Table, 'sealed'>>

const isSealed = (table: Table): table is SealedTable => table.sealed !== undefined

/** Seals one row again unless it is under the newest key; whoever wrote it meanwhile wins. Gives the number of rows changed. */
async function sealAgain(
  session: Session,
  seal: Seal,
  { name, key, sealed }: SealedTable,
  row: Readonly<Record<string, SqlValue>>,
): Promise<number> {
  const keyValues = key.map((column) => row[column] ?? null)
  const version = Number(row['version'])
  const identity: RowIdentity = { table: name, row: sealed.row(keyValues), version }
  const renewed = seal.renewed(identity, row[sealed.column] as Uint8Array)
  if (!renewed) return 0
  const where = [...key, 'version'].map((column) => `${column} = ?`).join(' and ')
  const write = statement(`update ${name} set ${sealed.column} = ? where ${where}`)
  return session.run(write, renewed, ...keyValues, version)
}

const checks = statement<{ sealed: Uint8Array }>('select sealed from key_check')
const writeCheck = statement('update key_check set sealed = ? where sealed = ?')

async function sealCheckAgain(session: Session, seal: Seal): Promise<void> {
  for (const { sealed } of await session.all(checks)) {
    const renewed = seal.renewed(keyCheck, sealed)
    if (renewed) await session.run(writeCheck, renewed, sealed)
  }
}

/** A slice of a table after the key `after`. */
async function sealSliceAgain(
  { database, seal }: Store,
  table: SealedTable,
  after: readonly SqlValue[] | undefined,
): Promise<{ readonly looked: number; readonly changed: number; readonly last?: readonly SqlValue[] }> {
  return database.transaction(async (session) => {
    const rows = await rowsAfter(session, table, after)
    let changed = 0
    for (const row of rows) changed += await sealAgain(session, seal, table, row)
    const last = rows[rows.length - 1]
    return { looked: rows.length, changed, ...(last && { last: keyOf(table, last) }) }
  })
}

/**
 * Brings every row under the newest key of the store, a slice at a time: others read and write meanwhile, and what is done
 * stays done when it is interrupted. Gives the number of rows that were under another key.
 * Throws RecordNotAuthentic, TemporaryFailure.
 */
export async function sealAllAgain(store: Store, schema: StoreSchema, progress: Progress): Promise<number> {
  const tables = schema.tables.filter(isSealed)
  const total = await store.database.session((session) => countRows(session, tables))
  let looked = 0
  let changed = 0
  for (const table of tables) {
    let slice = await sealSliceAgain(store, table, undefined)
    while (slice.last) {
      progress((looked += slice.looked), total)
      changed += slice.changed
      slice = await sealSliceAgain(store, table, slice.last)
    }
  }
  await store.database.transaction((session) => sealCheckAgain(session, store.seal))
  return changed
}
