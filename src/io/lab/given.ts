import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { utf8 } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'

/**
 * What a setting `...File` may name instead of a file: a variable of the environment, or a credential that the service
 * manager put into $CREDENTIALS_DIRECTORY (systemd's LoadCredential=, a secret of Kubernetes).
 */
const elsewhere = /^(env|credential):(.*)$/s

export const isInFile = (name: string): boolean => !elsewhere.test(name)
export const isInEnvironment = (name: string): boolean => name.startsWith('env:')

/** Throws InvalidValue when the name after `env:` or `credential:` cannot be one. */
export function checkGivenName(name: string): void {
  const [, kind, rest = ''] = elsewhere.exec(name) ?? []
  if (kind === 'env' && !/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(rest))
    throw new InvalidValue('variable', 'letters, digits and _ are needed after env:')
  if (kind === 'credential' && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(rest))
    throw new InvalidValue('credential', 'letters, digits and _.- are needed after credential:')
}

/** Who may read it: anybody, or this process alone (R32). */
export type Access = 'public' | 'private'

/** The octets that a setting names, `largest` at most. Throws InvalidValue, or what the operating system says of the file. */
export function readGiven(name: string, access: Access, largest = 65_536): Uint8Array {
  const [, kind, rest = ''] = elsewhere.exec(name) ?? []
  if (kind === 'env') return variable(rest)
  const isCredential = kind === 'credential'
  const descriptor = openSync(isCredential ? join(credentialsDirectory(), rest) : name, 'r')
  try {
    const stats = fstatSync(descriptor)
    checkKind(stats)
    if (access === 'private') (isCredential ? checkCredential : checkOwner)(stats)
    if (stats.size > largest) throw new InvalidValue('file', `it has more than ${largest} octets`)
    const content = new Uint8Array(stats.size)
    return content.subarray(0, readSync(descriptor, content))
  } finally {
    closeSync(descriptor)
  }
}

function variable(name: string): Uint8Array {
  const value = process.env[name] ?? ''
  if (value === '') throw new InvalidValue('variable', 'it is not set')
  return utf8(value)
}

function credentialsDirectory(): string {
  const directory = process.env['CREDENTIALS_DIRECTORY']
  if (directory === undefined)
    throw new InvalidValue('credential', 'CREDENTIALS_DIRECTORY is not set: the service manager sets it')
  return directory
}

function checkKind(stats: Stats): void {
  if (!stats.isFile()) throw new InvalidValue('file', 'it is not a regular file')
  if (stats.size === 0) throw new InvalidValue('file', 'it is empty')
}

const mode = (stats: Stats) => (stats.mode & 0o777).toString(8)

/** A file with something in it that its owner alone may read; throws InvalidValue (R32). */
export function checkPrivateFile(stats: Stats): void {
  checkKind(stats)
  checkOwner(stats)
}

/** Only the owner may read it, and the owner is the user of this process (R32). */
function checkOwner(stats: Stats): void {
  const user = process.getuid?.()
  if (user === undefined) return
  if (stats.uid !== user) throw new InvalidValue('file', 'it belongs to another user')
  if ((stats.mode & 0o077) !== 0)
    throw new InvalidValue('file', `others may read it (mode ${mode(stats)}): chmod 600`)
}

/** A service manager lets this process in by its group or an ACL, which shows as the group; all others stay out (R32). */
function checkCredential(stats: Stats): void {
  const user = process.getuid?.()
  if (user === undefined) return
  if (stats.uid !== user && stats.uid !== 0)
    throw new InvalidValue('credential', 'it belongs to another user')
  if ((stats.mode & (stats.uid === 0 ? 0o037 : 0o077)) !== 0)
    throw new InvalidValue('credential', `others may read it (mode ${mode(stats)})`)
}
