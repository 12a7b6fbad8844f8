import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { StoreKeys } from '../../../src/io/store/seal.ts'
import { octets } from '../../contracts/values.ts'

export const storeKey = octets(32, 77)

/** A store key that is never replaced. */
export const keysOf = (key: Uint8Array): StoreKeys => ({
  read: () => [Uint8Array.from(key)],
  stamp: () => '',
})
export const storeKeys = keysOf(storeKey)

/** A directory of this test only. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** What `open` gives, closed at the end of this test. */
export async function inTest<Store extends { close(): Promise<void> }>(
  opening: Promise<Store>,
): Promise<Store> {
  const store = await opening
  onTestFinished(() => store.close())
  return store
}
