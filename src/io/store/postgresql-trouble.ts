import pg from 'pg'

/** What passes by itself, or on another connection: SQLSTATE of PostgreSQL. */
const passing: ReadonlySet<string> = new Set([
  '23505', // unique_violation: somebody else was first
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '25006', // read_only_sql_transaction: a standby, or a primary that became one
  '53300', // too_many_connections
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
])

/** Those after which the connection is of no use. */
const ofConnection = /^(25006|57P0.|08...)$/

/** What PostgreSQL or the way to it said; what else is thrown in a session is of whoever used it. */
export class Trouble extends Error {
  /** Nothing of PostgreSQL's: refused, reset, timed out, ended. */
  readonly #isOfNetwork: boolean
  readonly #state: string

  constructor(cause: unknown) {
    super('PostgreSQL', { cause })
    this.#isOfNetwork = !(cause instanceof pg.DatabaseError)
    this.#state = cause instanceof pg.DatabaseError ? (cause.code ?? '') : ''
  }

  /** Worth another attempt. */
  get passes(): boolean {
    return this.endsConnection || passing.has(this.#state)
  }

  get endsConnection(): boolean {
    return this.#isOfNetwork || ofConnection.test(this.#state)
  }

  get isUnknownTable(): boolean {
    return this.#state === '42P01'
  }

  /** undefined_function, insufficient_privilege, feature_not_supported. */
  get isUnknownFunction(): boolean {
    return ['42883', '42501', '0A000'].includes(this.#state)
  }
}

/** What `work` gives; its rejection is Trouble. */
export async function troubled<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (cause) {
    throw new Trouble(cause)
  }
}
