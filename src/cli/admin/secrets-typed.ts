import { readFileSync } from 'node:fs'
import { hex } from '../../core/bytes.ts'
import { wipe } from '../../core/keys.ts'
import { readSecret } from '../../io/lab/secret-file.ts'
import { WrongUsage } from '../errors.ts'

/** A flag that names the file with a key in hex digits, `-` for the next line of stdin (B74). */
export interface SecretFlag {
  readonly flag: string
  readonly file: string
  readonly what: string
  /** Lengths that are right, in octets. */
  readonly octets: readonly number[]
}

/** The hex digits of each key. Throws InvalidConfig, WrongUsage. */
export function readSecrets(flags: readonly SecretFlag[]): readonly string[] {
  const needsStdin = flags.some(({ file }) => file === '-')
  const lines = needsStdin ? readFileSync(0, 'latin1').split('\n') : []
  return flags.map((flag) => (flag.file === '-' ? fromLine(lines.shift(), flag) : fromFile(flag)))
}

function fromLine(line: string | undefined, { what, octets }: SecretFlag): string {
  const isHex = /^[0-9a-fA-F]*$/.test(line ?? '')
  if (isHex && octets.some((count) => line?.length === 2 * count)) return line ?? ''
  const digits = octets.map((count) => 2 * count).join(' or ')
  throw new WrongUsage(`a line of stdin with ${digits} hex digits is needed for ${what}`)
}

function fromFile({ flag, file, what, octets }: SecretFlag): string {
  const secret = readSecret(file, { path: flag, file, what, octets, form: 'hex' })
  const digits = hex(secret)
  wipe(secret)
  return digits
}
