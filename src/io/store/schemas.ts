import { bsfSchema } from './bsf-store.ts'
import { StoreUnusable } from './errors.ts'
import { hssSchema } from './hss-store.ts'
import { kmfSchema } from './kmf-store.ts'
import type { StoreSchema } from './sql.ts'
import { versionInSqlite } from './sqlite-database.ts'
import { isUrl, placeName, unusable, type StorePlace } from './store.ts'

const schemas: readonly StoreSchema[] = [hssSchema, bsfSchema, kmfSchema]

/** The tables of the store of that entity. */
export const schemaOf = { hss: hssSchema, bsf: bsfSchema, kmf: kmfSchema } as const

/** What is at a place: undefined where no store is. */
interface FoundStore {
  readonly schema: StoreSchema
  readonly version: number
}

async function lookAt(place: StorePlace): Promise<FoundStore | undefined> {
  if (isUrl(place)) {
    const found = await (await import('./postgresql-database.ts')).versionInPostgresql(place)
    const schema = schemas.find(({ entity }) => entity === found?.owner)
    return found && schema && { schema, version: found.version }
  }
  const found = await versionInSqlite(place)
  const schema = schemas.find(({ applicationId }) => applicationId === found?.applicationId)
  return found && schema && { schema, version: found.version }
}

/** Throws StoreUnusable, TemporaryFailure. */
export async function versionAt(place: StorePlace): Promise<FoundStore | undefined> {
  try {
    return await lookAt(place)
  } catch (cause) {
    throw unusable(place, cause)
  }
}

/** The tables of a store that is there and has the version of this program. Throws StoreUnusable, TemporaryFailure. */
export async function currentSchemaAt(place: StorePlace): Promise<StoreSchema> {
  const found = await versionAt(place)
  if (!found) throw new StoreUnusable(`there is no store at ${placeName(place)}`)
  const { schema, version } = found
  const known = schema.migrations.length
  if (version !== known)
    throw new StoreUnusable(
      `store ${placeName(place)} has version ${version}, not ${known}: sidelock store migrate first, or a program that knows it`,
    )
  return schema
}
