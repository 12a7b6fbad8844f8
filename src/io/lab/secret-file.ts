import { fromAscii, fromHex } from '../../core/bytes.ts'
import { InvalidConfig, type ConfigMistake } from '../../core/invalid-config.ts'
import { keyFrom, keyOctets, wipe, type KeyOctets } from '../../core/keys.ts'
import { isInEnvironment, readGiven } from './given.ts'

/**
 * A file that holds one secret: its octets (store keys), their hex digits (keys and constants of subscribers) or a line of text
 * (URLs). A variable of the environment holds hex digits instead of octets.
 */
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

const fromHexFile = (content: Uint8Array): Uint8Array => fromHex(fromAscii(content.filter((octet) => octet !== 0x0a && octet !== 0x0d))) // prettier-ignore

/** The secret; throws InvalidValue or what the operating system says of the file. */
function read({ file, what, octets, form }: SecretFile): KeyOctets {
  const content = readGiven(file, 'private', largest)
  try {
    if (form === 'line') return keyOctets(content)
    return keyFrom(what, form === 'hex' || isInEnvironment(file) ? fromHexFile(content) : content, ...octets)
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
