import { StoreUnusable } from './errors.ts'
import type { Session, SqlValue, Statement, StoreSchema } from './sql.ts'

/** Whether this program may use a store of that version; it only ever goes forward. Throws StoreUnusable. */
export function checkVersion({ entity, migrations }: StoreSchema, isOwn: boolean, version: number): void {
  if (!isOwn) throw new StoreUnusable(`it is not a store of the ${entity}`)
  if (version > migrations.length)
    throw new StoreUnusable(`it has version ${version}, this program knows up to ${migrations.length}`)
}

/**
 * Writes a row as the version after the one that is there. `write` changes the row only then and says how many it changed;
 * who finds that somebody else wrote first tries the next version.
 */
export async function nextVersion(
  session: Session,
  versionOf: Statement<{ readonly version: number }>,
  key: readonly SqlValue[],
  write: (version: number) => Promise<number>,
): Promise<void> {
  let version = 1
  while ((await write(version)) === 0) version = ((await session.get(versionOf, ...key))?.version ?? 0) + 1
}
