import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory for what is measured; it is gone when the process ends, whatever ends it. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-bench-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  process.once('exit', remove)
  return {
    directory,
    remove() {
      process.off('exit', remove)
      remove()
    },
  }
}
