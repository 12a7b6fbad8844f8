import { closeSync, fchmodSync, openSync, writeSync } from 'node:fs'
import type { Tap } from '../../core/tap.ts'
import { unwritable, type OutputUnwritable } from '../output.ts'
import type { CapturedNode } from './addresses.ts'
import { Capture } from './capture.ts'
import { decryptionSecrets } from './pcapng.ts'

const ownerOnly = 0o600
const everybodyReads = 0o644

/**
 * A pcapng file of what the tap shows: for each network a section that `begin` opens, then `tap` for every event of it,
 * after the last one `close`.
 *
 * With `unsafeRevealKeys` the file has mode 0600 and a section is written at its end, since TLS secrets stand before the
 * packets that need them. Otherwise each packet is in the file when `tap` returns.
 */
export class CaptureFile {
  readonly #path: string
  readonly #descriptor: number
  readonly #keyLog: string[] | undefined
  #capture: Capture | undefined
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

  /** Opens a section for these nodes, with the name of what they do. */
  begin(title: string, nodes: readonly CapturedNode[]): void {
    this.#endSection()
    this.#capture = new Capture(nodes, this.#capture)
    this.#write(this.#capture.header(title))
    this.#put(this.#capture.interfaces())
  }

  /** Never throws: what could not be written is told by `close`. */
  readonly tap: Tap = (event) => {
    if (event.kind === 'secret') this.#keyLog?.push(event.text)
    for (const block of this.#capture?.blocks(event) ?? []) this.#put(block)
  }

  /** Throws OutputUnwritable when something could not be written. */
  close(): void {
    this.#endSection()
    closeSync(this.#descriptor)
    if (this.#failure) throw this.#failure
  }

  #endSection(): void {
    const keyLog = this.#keyLog?.splice(0) ?? []
    if (keyLog.length > 0) this.#write(decryptionSecrets(`${keyLog.join('\n')}\n`))
    for (const block of this.#held.splice(0)) this.#write(block)
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
