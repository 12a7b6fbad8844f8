import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Random } from '../core/environment.ts'
import { fromUtf8 } from '../core/bytes.ts'
import { beginRotation, endRotation, storeKeysIn } from '../io/lab/store-key-file.ts'
import { readSecret } from '../io/lab/secret-file.ts'
import { copyRows, type Progress } from '../io/store/copy.ts'
import { StoreUnusable } from '../io/store/errors.ts'
import { sealAllAgain } from '../io/store/rotate.ts'
import { currentSchemaAt, schemaOf, versionAt } from '../io/store/schemas.ts'
import type { Database, StoreSchema } from '../io/store/sql.ts'
import { asOneFile } from '../io/store/sqlite-database.ts'
import { openDatabase, openStore, type StorePlace } from '../io/store/store.ts'
import { storeKeyFile, storePlace, type EntityKind } from './config/files.ts'
import type { NetworkConfig } from './config/network-config.ts'
import { configuredNodes, type ConfiguredNode } from './config/nodes.ts'

/** The store of one node of a configuration. */
export interface StoreOfNode {
  readonly config: NetworkConfig
  readonly node: ConfiguredNode & { readonly kind: EntityKind }
}

const isKeeper = (node: ConfiguredNode): node is StoreOfNode['node'] => node.kind !== 'ue'

/** Every node that keeps a store, in the order of the file. */
export const storesOf = (config: NetworkConfig): readonly StoreOfNode[] =>
  configuredNodes(config)
    .filter(isKeeper)
    .map((node) => ({ config, node }))

const placeOf = ({ config, node }: StoreOfNode): StorePlace => storePlace(config, node.plmn, node.kind)
const keyFileOf = ({ config, node }: StoreOfNode) => storeKeyFile(config, node.plmn, node.kind)
const keysOf = (of: StoreOfNode) => storeKeysIn(of.config.file, keyFileOf(of))
const schemaFor = ({ node }: StoreOfNode): StoreSchema => schemaOf[node.kind]

/** Brings the store to the version of this program, or creates it. Throws InvalidConfig, StoreUnusable, TemporaryFailure. */
export async function migrateStore(of: StoreOfNode): Promise<{ readonly from: number; readonly to: number }> {
  const from = (await versionAt(placeOf(of)))?.version ?? 0
  const { database } = await openStore(placeOf(of), keysOf(of), schemaFor(of))
  await database.close()
  return { from, to: schemaFor(of).migrations.length }
}

/** What `work` gives of an open store, which is closed then. */
async function closing<Result>(
  opening: Promise<Database>,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await opening
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** SQLite keeps what is not finished beside its file. */
const remove = (file: string): void =>
  ['', '-wal', '-shm'].forEach((end) => rmSync(`${file}${end}`, { force: true }))

/**
 * Writes one moment of the store into a new SQLite file, while nodes go on; sealed as the store is. Gives the number of rows.
 * Throws InvalidConfig, StoreUnusable, TemporaryFailure.
 */
export async function backupStore(of: StoreOfNode, file: string, progress: Progress): Promise<number> {
  if (existsSync(file)) throw new StoreUnusable(`${file} is there already, and a backup replaces nothing`)
  const unfinished = `${file}.unfinished`
  remove(unfinished)
  const schema = await currentSchemaAt(placeOf(of))
  const rows = await closing(openDatabase(placeOf(of), schema), (from) =>
    closing(openDatabase(unfinished, schema), async (to) => {
      const copied = await copyRows(from, to, { schema, goesOn: false, progress })
      await asOneFile(to)
      return copied
    }),
  )
  renameSync(unfinished, file)
  return rows
}

/**
 * Writes a backup into the store, which must be empty. Sequence numbers go on above all that were released since (R34).
 * Gives the number of rows. Throws InvalidConfig, StoreUnusable, TemporaryFailure.
 */
export async function restoreStore(of: StoreOfNode, file: string, progress: Progress): Promise<number> {
  const schema = await currentSchemaAt(file)
  if (schema !== schemaFor(of)) throw new StoreUnusable(`${file} is a store of the ${schema.entity}`)
  return withCopy(file, async (copy) => {
    const { database } = await openStore(copy, keysOf(of), schema)
    return closing(Promise.resolve(database), (from) =>
      closing(openDatabase(placeOf(of), schema), (to) =>
        copyRows(from, to, { schema, goesOn: true, progress }),
      ),
    )
  })
}

/** A store of an earlier version is brought to that of this program when it opens: the backup itself stays as it is. */
async function withCopy<Result>(file: string, work: (copy: string) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-restore-'))
  try {
    const copy = join(directory, 'store.db')
    copyFileSync(file, copy)
    return await work(copy)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const urlBegins = 'postgres'

/** `name` is an SQLite file, or a file with the URL of a store in PostgreSQL. Throws InvalidConfig. */
function placeIn(name: string): StorePlace {
  if (!existsSync(name) || !readFileSync(name).subarray(0, urlBegins.length).equals(Buffer.from(urlBegins)))
    return name
  const url = readSecret(name, { path: '', file: name, what: 'store URL', octets: [], form: 'line' })
  return fromUtf8(url).trim()
}

/**
 * All rows of one store into an empty one that takes its place, each named by an SQLite file or a file with a URL. Both have
 * the same key. Gives the number of rows. Throws InvalidConfig, StoreUnusable, TemporaryFailure.
 */
export async function copyStore(from: string, to: string, progress: Progress): Promise<number> {
  const source = placeIn(from)
  const schema = await currentSchemaAt(source)
  return closing(openDatabase(source, schema), (from) =>
    closing(openDatabase(placeIn(to), schema), (to) =>
      copyRows(from, to, { schema, goesOn: true, progress }),
    ),
  )
}

/** Milliseconds after which nobody writes any longer what was sealed before. */
const longestWrite = 5000

export interface Rotation {
  readonly random: Random
  readonly progress: Progress
  readonly pause: (milliseconds: number) => Promise<unknown>
}

async function resealed(of: StoreOfNode, { progress, pause }: Omit<Rotation, 'random'>): Promise<number> {
  const store = await openStore(placeOf(of), keysOf(of), schemaFor(of))
  try {
    const changed = await sealAllAgain(store, schemaFor(of), progress)
    await pause(longestWrite)
    return changed + (await sealAllAgain(store, schemaFor(of), progress))
  } finally {
    await store.database.close()
  }
}

/**
 * A new key for a store, with every row sealed again under it, while nodes go on. Interrupted, it goes on where it was.
 * Gives the number of rows that changed. Throws InvalidConfig, StoreUnusable, RecordNotAuthentic, TemporaryFailure.
 */
export async function rotateKey(of: StoreOfNode, { random, progress, pause }: Rotation): Promise<number> {
  const file = of.config.file
  beginRotation(file, keyFileOf(of), random)
  const changed = await resealed(of, { progress, pause })
  endRotation(file, keyFileOf(of))
  return changed
}
