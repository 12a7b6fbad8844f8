import { statSync } from 'node:fs'
import { wipe } from '../../core/keys.ts'
import type { StoreKeys } from '../store/seal.ts'
import { readSecret, type SecretFile } from './secret-file.ts'

const keyLength = 32

/** The keys in a file: 32 octets, or 64 while the second half is replaced by the first. `read` throws InvalidConfig. */
export function storeKeysIn(config: string, secret: SecretFile): StoreKeys {
  let stamp = ''
  return {
    read() {
      const octets = readSecret(config, secret)
      const keys = [octets.slice(0, keyLength), octets.slice(keyLength)].filter((key) => key.length > 0)
      wipe(octets)
      return keys
    },
    // Who has read the key goes on without the file.
    stamp() {
      const stats = statSync(secret.file, { throwIfNoEntry: false })
      if (stats) stamp = `${stats.ino} ${stats.mtimeMs} ${stats.size}`
      return stamp
    },
  }
}
