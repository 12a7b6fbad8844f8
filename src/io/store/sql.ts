export type SqlValue = string | number | null | Uint8Array

/**
 * A statement in the words that SQLite and PostgreSQL have in common; each `?` is one value.
 * Kept to what Citus, CockroachDB and YugabyteDB know too.
 */
export interface Statement<Row> {
  readonly text: string
  /** Never there: the shape that its columns give a row. */
  readonly row?: Row
}

export const statement = <Row = never>(text: string): Statement<Row> => ({ text })

/** `a, b`. */
export const listOf = (words: readonly string[]): string => words.join(', ')
/** `(?, ?)`: so many values. */
export const marks = (count: number): string => `(${listOf(Array<string>(count).fill('?'))})`
/** `(?, ?), (?, ?)`: so many rows, each of so many values. */
export const rowsOfMarks = (rows: number, width: number): string =>
  listOf(Array<string>(rows).fill(marks(width)))

/** One connection to a database. Octets come as Uint8Array, 64-bit integers as numbers. */
export interface Session {
  /**
   * Another number than before says that the last commits may be missing: the timeline of PostgreSQL, one up at each
   * promotion of a standby; 0 where there is none.
   */
  readonly generation: number
  get<Row>(statement: Statement<Row>, ...values: readonly SqlValue[]): Promise<Row | undefined>
  all<Row>(statement: Statement<Row>, ...values: readonly SqlValue[]): Promise<readonly Row[]>
  /** Number of rows changed. */
  run(statement: Statement<never>, ...values: readonly SqlValue[]): Promise<number>
}

/**
 * The database of one store. What it cannot do now is thrown as TemporaryFailure, after a few seconds at the most; what
 * `work` throws otherwise stays as it is. Where a connection breaks, `work` runs again from its start on another one: it
 * may have been done already.
 */
export interface Database {
  /** `work` on one connection, each statement of it durable by itself. */
  session<Result>(work: (session: Session) => Promise<Result>): Promise<Result>
  /** All of `work` or nothing of it, as if nobody else wrote meanwhile. */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result>
  /** `work` only reads, and sees one moment of the store. */
  snapshot<Result>(work: (session: Session) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

/** One table, for those who care for a store as a whole. */
export interface Table {
  readonly name: string
  readonly columns: readonly string[]
  /** The columns of its primary key. */
  readonly key: readonly string[]
  /** The column that is sealed, and what the row is called there; the table has a column `version`. */
  readonly sealed?: { readonly column: string; readonly row: (key: readonly SqlValue[]) => string }
}

/** In the words of SQLite for both engines, or only for it: PostgreSQL stays as it is. */
export type Migration = string | { readonly sqlite: string }

/** The tables of one entity's store. */
export interface StoreSchema {
  readonly entity: 'HSS' | 'BSF' | 'KMF'
  /** SQLite application_id: a store of one entity is not taken for that of another. */
  readonly applicationId: number
  /** The n-th makes version n out of version n - 1, in the words of SQLite; never changed once released. */
  readonly migrations: readonly Migration[]
  /** Those of the last version; one that refers to another stands after it. */
  readonly tables: readonly Table[]
}
