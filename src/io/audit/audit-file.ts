import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Audit, AuditEntry } from '../../core/audit.ts'
import type { Clock } from '../../core/environment.ts'
import { unwritable } from '../output.ts'
import { readEnd, type AuditEnd } from './audit-end.ts'
import { begun, hashOf, lineAfter, tornLine, type AuditPlace } from './audit-record.ts'

export interface AuditFileOptions {
  /** Made with mode 0600 when it is not there. Each node, and each replica of it, has a file of its own. */
  readonly file: string
  /** For example `kmf1`; the first record names it. */
  readonly node: string
  readonly clock: Clock
}

interface Waiting {
  readonly entries: readonly AuditEntry[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Opens a file for appending, and begins it when it is new; throws OutputUnwritable. */
export async function openAuditFile(options: AuditFileOptions): Promise<AuditFile> {
  const handle = await open(options.file, 'a+', 0o600).catch((error: unknown) => {
    throw unwritable(options.file, error)
  })
  const audit = new AuditFile(options, handle)
  try {
    await audit.begin()
    await syncFolder(dirname(options.file))
    return audit
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** One record a line, each with the hash of the line before. Entries that come together share one fsync. */
export class AuditFile implements Audit {
  readonly #options: AuditFileOptions
  readonly #handle: FileHandle
  #known: AuditEnd | undefined
  readonly #waiting: Waiting[] = []
  #writing: Promise<void> | undefined

  constructor(options: AuditFileOptions, handle: FileHandle) {
    this.#options = options
    this.#handle = handle
  }

  /** Writes the first record of a new file, and the record that tells of a torn line. */
  begin(): Promise<void> {
    return this.#enqueue([])
  }

  /** Throws OutputUnwritable when the record is not surely on the disk, InvalidValue when it is too long. */
  async record(entry: AuditEntry): Promise<void> {
    lineAfter(longestPlace, this.#options.clock.now(), entry)
    await this.#enqueue([entry])
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#handle.close()
  }

  #enqueue(entries: readonly AuditEntry[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, resolve, reject })
      this.#writing ??= this.#writeWaiting()
    })
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const together = this.#waiting.splice(0)
      try {
        await this.#append(together.flatMap(({ entries }) => entries))
        for (const { resolve } of together) resolve()
      } catch (error) {
        this.#known = undefined
        for (const { reject } of together) reject(unwritable(this.#options.file, error))
      }
    }
    this.#writing = undefined
  }

  async #append(entries: readonly AuditEntry[]): Promise<void> {
    const { node, clock } = this.#options
    const end = await this.#end()
    const now = clock.now()
    let { place } = end
    const pieces: Uint8Array[] = end.isLineEnded ? [] : [lineFeed]
    for (const entry of [...openingOf(end, node), ...entries]) {
      const line = lineAfter(place, now, entry)
      place = { seq: place.seq + 1, head: hashOf(line) }
      pieces.push(line, lineFeed)
    }
    const octets = Buffer.concat(pieces)
    if (octets.length === 0) return
    await this.#handle.appendFile(octets)
    await this.#handle.sync()
    this.#known = { place, size: end.size + octets.length, torn: 0, isLineEnded: true }
  }

  /** What is known of the end, unless a failed write or another writer, such as a command, has changed it. */
  async #end(): Promise<AuditEnd> {
    const { size } = await this.#handle.stat()
    return this.#known?.size === size ? this.#known : readEnd(this.#handle)
  }
}

const lineFeed = Uint8Array.of(0x0a)

/** Makes for the longest line. */
const longestPlace: AuditPlace = { seq: Number.MAX_SAFE_INTEGER - 1, head: '0'.repeat(64) }

/** What comes before everything else: the first record, or what a crash left. */
function openingOf({ torn, size }: AuditEnd, node: string): AuditEntry[] {
  if (size === 0) return [begun(node)]
  return torn > 0 ? [tornLine(node, torn)] : []
}

/** So that the name of a new file survives a loss of power too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
