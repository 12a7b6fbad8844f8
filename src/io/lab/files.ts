import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { hex } from '../../core/bytes.ts'
import { makeDirectories } from '../directories.ts'
import { systemRandom } from '../system.ts'

/** A directory and those above it, for the owner only. */
export const ensureDirectory = (path: string): void => makeDirectories(path, 0o700)

/** All octets on disk under a name of their own, mode 0600. */
function writeBeside(file: string, content: Uint8Array): string {
  ensureDirectory(dirname(file))
  const beside = `${file}.${hex(systemRandom.octets(6))}`
  const descriptor = openSync(beside, 'wx', 0o600)
  try {
    writeSync(descriptor, content)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  return beside
}

const exists = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EEXIST'

/** Writes the file unless it exists; whole or not at all, and of several processes one wins (R48). */
export function writeOnce(file: string, content: Uint8Array): void {
  const beside = writeBeside(file, content)
  try {
    linkSync(beside, file)
  } catch (error) {
    if (!exists(error)) throw error
  } finally {
    rmSync(beside)
  }
}

/** Replaces the file, whole or not at all (R48). */
export function replace(file: string, content: Uint8Array): void {
  renameSync(writeBeside(file, content), file)
}
