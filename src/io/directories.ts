import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

/**
 * A directory and those above it. With `recursive` Node would try for ever where a file system takes no new name and says
 * that none is there, as that of /proc does. Throws the error of the system.
 */
export function makeDirectories(path: string, mode?: number): void {
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && statSync(path).isDirectory()) return
    const above = dirname(path)
    if (codeOf(error) !== 'ENOENT' || existsSync(above)) throw error
    makeDirectories(above, mode)
    makeDirectories(path, mode)
  }
}
