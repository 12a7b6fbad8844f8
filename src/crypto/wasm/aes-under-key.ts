import type { Direction } from '../security-inputs.ts'
import { snow3gTables } from '../snow3g.ts'
import { roundKeysSize } from './aes.ts'
import { memoryMap } from './memory-map.ts'
import type { AlgorithmsModule } from './module.ts'

const { message } = memoryMap
const blockSize = 16

/** SubWord, in the four octets of a column. FIPS 197 5.2. */
function substituted(column: number): number {
  let out = 0
  for (let bits = 0; bits < 32; bits += 8) {
    const entry = snow3gTables.s1[(column >>> bits) & 255] ?? 0
    out |= (entry & 0xff) << bits
  }
  return out
}

/** 44 columns, the first octet of each the least significant. FIPS 197 5.2. */
function roundKeysOf(key: Uint8Array): Int32Array {
  const columns = new Int32Array(roundKeysSize / 4)
  const view = new DataView(key.buffer, key.byteOffset, key.length)
  for (let at = 0; at < 4; at++) columns[at] = view.getInt32(4 * at, true)
  let constant = 1
  for (let at = 4; at < columns.length; at++) {
    let column = columns[at - 1] ?? 0
    if (at % 4 === 0) {
      column = substituted((column >>> 8) | (column << 24)) ^ constant
      constant = constant & 0x80 ? 0x1b : constant << 1
    }
    columns[at] = (columns[at - 4] ?? 0) ^ column
  }
  return columns
}

/** Calling a cipher of node:crypto costs more than tables do for so many octets. */
export const longestByTables = 512

/**
 * AES-128 under one key, by tables: for short messages and keys that live no longer than a link, never for those of
 * subscribers, since caches may tell which entries were read.
 */
export class TableAes {
  readonly #module: AlgorithmsModule
  readonly #roundKeys: Int32Array

  /** A key of 16 octets. */
  constructor(module: AlgorithmsModule, key: Uint8Array) {
    this.#module = module
    this.#roundKeys = roundKeysOf(key)
  }

  /** 128-EEA2; what comes out stands in the module, as its message. */
  eea2(count: number, bearer: number, direction: Direction, octets: Uint8Array): void {
    const blocks = Math.ceil(octets.length / blockSize)
    if (blocks === 0) return
    const keys = this.#begin(blocks * blockSize)
    this.#module.octets.set(octets, message)
    this.#module.functions.eea2(message, keys, count, (bearer << 27) | (direction << 26), blocks)
  }

  /** Where `cbcMac` takes its message from, until the next call of whatever is in the module. */
  get room(): Uint8Array {
    return this.#module.octetsFromMessage
  }

  /** The first octets of the last block of CBC with an IV of zeros, of whole blocks that stand in the room: `size` octets. */
  cbcMac(size: number, length: number): Uint8Array {
    const keys = this.#begin(size)
    this.#module.functions.cbcMac(message, keys, size / blockSize)
    const first = this.#module.octets.slice(message, message + length)
    // The block of zeros gives what the subkeys of CMAC are made of.
    this.#module.octets.fill(0, message, message + blockSize)
    return first
  }

  /** Erases the key (R33). */
  forget(): void {
    this.#roundKeys.fill(0)
  }

  /** Makes room, and puts the round keys after a message of so many octets, in whole blocks; where they are. */
  #begin(size: number): number {
    const keys = message + size
    this.#module.room(keys + roundKeysSize)
    this.#module.words.set(this.#roundKeys, keys >>> 2)
    return keys
  }
}
