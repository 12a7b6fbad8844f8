import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { fromAscii, fromHex } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { InvalidConfig, type ConfigMistake } from '../../core/invalid-config.ts'
import { keyFrom, keyOctets, wipe, type KeyOctets } from '../../core/keys.ts'

/** A file that holds one secret: its octets (store keys), their hex digits (keys and constants of subscribers) or a line of text (URLs). */
export interface SecretFile {
  /** The setting that names it, for example `plmns[0].hss.storeKeyFile`. */
  readonly path: string
  readonly file: string
  readonly what: string
  /** Lengths that are right, in octets; of no meaning for a line. */
  readonly octets: readonly number[]
  readonly form: 'octets' | 'hex' | 'line'
}

const largest = 1024

/** Only the owner may read it, and the owner is the user of this process (R32); throws InvalidValue. */
export function checkAccess(stats: Stats): void {
  if (!stats.isFile()) throw new InvalidValue('file', 'it is not a regular file')
  const user = process.getuid?.()
  if (user !== undefined && stats.uid !== user) throw new InvalidValue('file', 'it belongs to another user')
  if (user !== undefined && (stats.mode & 0o077) !== 0)
    throw new InvalidValue('file', `others may read it (mode ${(stats.mode & 0o777).toString(8)}): chmod 600`)
  if (stats.size === 0) throw new InvalidValue('file', 'it is empty')
}

function octetsOf(file: string): Uint8Array {
  const descriptor = openSync(file, 'r')
  try {
    const stats = fstatSync(descriptor)
    checkAccess(stats)
    if (stats.size > largest) throw new InvalidValue('file', `it has more than ${largest} octets`)
    const content = new Uint8Array(largest)
    return content.subarray(0, readSync(descriptor, content))
  } finally {
    closeSync(descriptor)
  }
}

const fromHexFile = (content: Uint8Array): Uint8Array => fromHex(fromAscii(content.filter((octet) => octet !== 0x0a && octet !== 0x0d))) // prettier-ignore

/** The secret; throws InvalidValue or what the operating system says of the file. */
function read({ file, what, octets, form }: SecretFile): KeyOctets {
  const content = octetsOf(file)
  try {
    if (form === 'line') return keyOctets(content)
    return keyFrom(what, form === 'hex' ? fromHexFile(content) : content, ...octets)
  } finally {
    wipe(content)
  }
}

/** What is wrong with a file that a setting names. */
export function fileMistake(path: string, file: string, cause: unknown): ConfigMistake {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  return { file, path, message: missing ? 'the file is missing' : (cause as Error).message }
}

/** Undefined when the file can be used (B72). */
export function secretMistake(secret: SecretFile): ConfigMistake | undefined {
  try {
    wipe(read(secret))
    return undefined
  } catch (cause) {
    return fileMistake(secret.path, secret.file, cause)
  }
}

/** The secret in a file of the configuration `config`; throws InvalidConfig. */
export function readSecret(config: string, secret: SecretFile): KeyOctets {
  try {
    return read(secret)
  } catch (cause) {
    throw new InvalidConfig(config, [fileMistake(secret.path, secret.file, cause)], { cause })
  }
}
