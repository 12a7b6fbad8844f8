import { statSync } from 'node:fs'
import type { Random } from '../../core/environment.ts'
import { concat } from '../../core/bytes.ts'
import { InvalidConfig } from '../../core/invalid-config.ts'
import { wipe } from '../../core/keys.ts'
import type { StoreKeys } from '../store/seal.ts'
import { replace } from './files.ts'
import { isInFile } from './given.ts'
import { readSecret, type SecretFile } from './secret-file.ts'

const keyLength = 32

function keysIn(config: string, secret: SecretFile): readonly Uint8Array[] {
  const octets = readSecret(config, secret)
  const keys = [octets.slice(0, keyLength), octets.slice(keyLength)].filter((key) => key.length > 0)
  wipe(octets)
  return keys
}

/** The keys in a file: 32 octets, or 64 while the second half is replaced by the first. `read` throws InvalidConfig. */
export function storeKeysIn(config: string, secret: SecretFile): StoreKeys {
  let stamp = ''
  return {
    read: () => keysIn(config, secret),
    // Who has read the key goes on without the file.
    stamp() {
      const stats = statSync(secret.file, { throwIfNoEntry: false })
      if (stats) stamp = `${stats.ino} ${stats.mtimeMs} ${stats.size}`
      return stamp
    },
  }
}

/** Where the key of before a rotation is kept, for backups made under it. */
export const formerKeyFile = (file: string): string => `${file}.before`

/** Puts a new key before the one in the file, unless a rotation had begun already. Throws InvalidConfig or what the system says. */
export function beginRotation(config: string, secret: SecretFile, random: Random): void {
  if (!isInFile(secret.file)) {
    const message = `${secret.file} is no file that can be replaced: name its file, in a configuration for this command`
    throw new InvalidConfig(config, [{ file: secret.file, path: secret.path, message }])
  }
  const [key, former] = keysIn(config, secret)
  if (!key || former) return
  const fresh = random.octets(keyLength)
  const both = concat(fresh, key)
  replace(formerKeyFile(secret.file), key)
  replace(secret.file, both)
  wipe(key, fresh, both)
}

/** Leaves only the newest key in the file. */
export function endRotation(config: string, secret: SecretFile): void {
  const [key, former] = keysIn(config, secret)
  if (!key || !former || !isInFile(secret.file)) return
  replace(secret.file, key)
  wipe(key, former)
}
