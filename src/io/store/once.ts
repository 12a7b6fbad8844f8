import { TemporaryFailure } from '../../core/errors.ts'
import type { Database, Session } from './sql.ts'

/**
 * Whether `take` took a row, which it does once. Throws TemporaryFailure where it took none and its connection broke before:
 * it may have taken the row then.
 */
export async function once(
  database: Pick<Database, 'session'>,
  take: (session: Session) => Promise<number>,
): Promise<boolean> {
  let attempts = 0
  const taken = await database.session((session) => {
    attempts++
    return take(session)
  })
  if (taken === 0 && attempts > 1) throw new TemporaryFailure('the connection to the store broke meanwhile')
  return taken > 0
}
