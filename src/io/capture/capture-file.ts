import { closeSync, fchmodSync, openSync, writeSync } from 'node:fs'
import { LocalFault } from '../../core/errors.ts'
import type { Tap } from '../../core/tap.ts'
import type { CapturedNode } from './addresses.ts'
import { Capture } from './capture.ts'
import { decryptionSecrets } from './pcapng.ts'

/** The file cannot be created or written. */
export class OutputUnwritable extends LocalFault {
  readonly code = 'ERR_OUTPUT_UNWRITABLE'
}

const ownerOnly = 0o600
const everybodyReads = 0o644

/**
 * A pcapng file of what the tap shows: `begin` once, then `tap` for every event, then `close`.
 *
 * With `unsafeRevealKeys` the file has mode 0600 and is written at `close`, since TLS secrets stand before the packets
 * that need them. Otherwise each packet is in the file when `tap` returns.
 */
export class CaptureFile {
  readonly #path: string
  readonly #descriptor: number
  readonly #keyLog: string[] | undefined
  #capture = new Capture([])
  readonly #held: Uint8Array[] = []
  #failure: OutputUnwritable | undefined

  /** Creates the file; throws OutputUnwritable. */
  constructor(path: string, unsafeRevealKeys: boolean) {
    this.#path = path
    this.#keyLog = unsafeRevealKeys ? [] : undefined
    try {
      this.#descriptor = openSync(path, 'w', unsafeRevealKeys ? ownerOnly : everybodyReads)
      if (unsafeRevealKeys) fchmodSync(this.#descriptor, ownerOnly)
    } catch (error) {
      throw unwritable(path, error)
    }
  }

  /** Names the nodes of the network. */
  begin(nodes: readonly CapturedNode[]): void {
    this.#capture = new Capture(nodes)
    this.#write(this.#capture.header())
    this.#put(this.#capture.interfaces())
  }

  /** Never throws: what could not be written is told by `close`. */
  readonly tap: Tap = (event) => {
    if (event.kind === 'secret') this.#keyLog?.push(event.text)
    for (const block of this.#capture.blocks(event)) this.#put(block)
  }

  /** Throws OutputUnwritable when something could not be written. */
  close(): void {
    if (this.#keyLog?.length) this.#write(decryptionSecrets(`${this.#keyLog.join('\n')}\n`))
    for (const block of this.#held.splice(0)) this.#write(block)
    closeSync(this.#descriptor)
    if (this.#failure) throw this.#failure
  }

  #put(block: Uint8Array): void {
    if (this.#keyLog) this.#held.push(block)
    else this.#write(block)
  }

  #write(block: Uint8Array): void {
    if (this.#failure) return
    try {
      writeSync(this.#descriptor, block)
    } catch (error) {
      this.#failure = unwritable(this.#path, error)
    }
  }
}

const unwritable = (path: string, cause: unknown): OutputUnwritable =>
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
