import { LocalFault } from '../core/errors.ts'

/** A file cannot be created or written. */
export class OutputUnwritable extends LocalFault {
  readonly code = 'ERR_OUTPUT_UNWRITABLE'
}

/** The error for what the operating system said of a file. */
export const unwritable = (path: string, cause: unknown): OutputUnwritable =>
  new OutputUnwritable(`${path} cannot be written: ${reasonOf(cause)}`, undefined, { cause })

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return reasons[code] ?? (cause instanceof Error ? cause.message : String(cause))
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
}
