import { StoreUnusable } from './errors.ts'
import { addSequenceNumber, ofNobody, sequenceNumbers, skipped } from './hss-sequence-numbers.ts'
import {
  listOf,
  marks,
  rowsOfMarks,
  statement,
  type Database,
  type Session,
  type SqlValue,
  type StoreSchema,
  type Table,
} from './sql.ts'

/** Rows read and written at once. */
const slice = 200

type Row = Readonly<Record<string, SqlValue>>

/** `done` of `total` rows. */
export type Progress = (done: number, total: number) => void

export interface Copying {
  readonly schema: StoreSchema
  /** The copy is used from now on: sequence numbers go on above all that may have been released since (R34). */
  readonly goesOn: boolean
  readonly progress: Progress
}

/** The rows of a table after the one with the key `after`, in the order of keys. */
export async function rowsAfter(
  session: Session,
  { name, columns, key }: Table,
  after: readonly SqlValue[] | undefined,
): Promise<readonly Row[]> {
  const rest = after ? `where (${listOf(key)}) > ${marks(key.length)}` : ''
  const text = `select ${listOf(columns)} from ${name} ${rest} order by ${listOf(key)} limit ${slice}`
  return session.all(statement<Row>(text), ...(after ?? []))
}

export const keyOf = ({ key }: Table, row: Row): readonly SqlValue[] =>
  key.map((column) => row[column] ?? null)

export async function countRows(session: Session, tables: readonly Table[]): Promise<number> {
  let total = 0
  for (const { name } of tables)
    total += (await session.get(statement<{ n: number }>(`select count(*) n from ${name}`)))?.n ?? 0
  return total
}

async function insert(session: Session, { name, columns }: Table, rows: readonly Row[]): Promise<void> {
  const values = rowsOfMarks(rows.length, columns.length)
  const octets = rows.flatMap((row) => columns.map((column) => row[column] ?? null))
  await session.run(statement(`insert into ${name} (${listOf(columns)}) values ${values}`), ...octets)
}

/** A row of the table of sequence numbers far above what it was. */
const raised = (row: Row, generation: number): Row => ({
  ...row,
  sqn: skipped(Number(row['sqn']), 1),
  generation,
})

/** Subscribers without a row begin as far above nothing: they may have had one since. */
async function raiseOthers(target: Session): Promise<void> {
  await target.run(addSequenceNumber, ofNobody, skipped(0, 1), target.generation)
}

const checks = statement<{ sealed: Uint8Array }>('select sealed from key_check')
const addCheck = statement('insert into key_check (sealed) values (?)')
const dropChecks = statement('delete from key_check')

/** The key stays what it is: rows are copied as they are sealed. */
async function copyKeyCheck(from: Session, to: Session): Promise<void> {
  await to.run(dropChecks)
  for (const { sealed } of await from.all(checks)) await to.run(addCheck, sealed)
}

/**
 * All rows of one moment of `from` into `to`, or none; the two may be of different engines. Gives the number of rows.
 * Throws StoreUnusable when `to` has rows, TemporaryFailure.
 */
export async function copyRows(from: Database, to: Database, copying: Copying): Promise<number> {
  const { schema, goesOn, progress } = copying
  return from.snapshot((source) =>
    to.transaction(async (target) => {
      if ((await countRows(target, schema.tables)) > 0)
        throw new StoreUnusable('the store to be written has rows already: an empty one is needed')
      await copyKeyCheck(source, target)
      const total = await countRows(source, schema.tables)
      let done = 0
      for (const table of schema.tables)
        for (let rows = await rowsAfter(source, table, undefined); rows.length > 0;) {
          const isRaised = goesOn && table.name === sequenceNumbers
          await insert(target, table, isRaised ? rows.map((row) => raised(row, target.generation)) : rows)
          progress((done += rows.length), total)
          rows = await rowsAfter(source, table, keyOf(table, rows[rows.length - 1] ?? {}))
        }
      if (goesOn && schema.entity === 'HSS') await raiseOthers(target)
      return done
    }),
  )
}
