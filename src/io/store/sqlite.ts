import { StoreUnusable } from './errors.ts'
import type { SqlValue } from './sql.ts'

/** What is used of a prepared statement of `node:sqlite`. */
export interface SqliteStatement {
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint }
  get(...values: readonly SqlValue[]): unknown
  all(...values: readonly SqlValue[]): unknown[]
}

/** What is used of a `DatabaseSync` of `node:sqlite`. */
export interface SqliteConnection {
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  close(): void
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => SqliteConnection
}

/** Node's own SQLite (from 22.16 on), else the package with the same interface. */
export const sqliteModuleName = (): string =>
  process.getBuiltinModule('node:sqlite') === undefined
    ? import.meta.resolve('@photostructure/sqlite')
    : 'node:sqlite'

/** Throws StoreUnusable. */
async function sqliteModule(): Promise<SqliteModule> {
  try {
    return (await import(sqliteModuleName())) as SqliteModule
  } catch (cause) {
    throw new StoreUnusable(
      'this Node has no SQLite: use Node 22.16 or later, or install @photostructure/sqlite',
      undefined,
      { cause },
    )
  }
}

export async function openSqlite(path: string): Promise<SqliteConnection> {
  const { DatabaseSync } = await sqliteModule()
  return new DatabaseSync(path)
}
