import { createCipheriv, type Cipher } from 'node:crypto'
import { wipe } from '../core/keys.ts'
import { giveBack } from './given-back.ts'
import { cutAfter, forgotten } from './security-inputs.ts'
import { longestByTables, TableAes } from './wasm/aes-under-key.ts'
import { algorithmsModule } from './wasm/module.ts'

const blockSize = 16
const nothing = new Uint8Array()

/**
 * AES-CMAC under one key, for many messages. SP 800-38B. Short ones go by tables. One CBC cipher serves all others: it goes
 * on from the last block that it made, so that block is taken out of the first of the next message again.
 */
export class Cmac {
  #key: Uint8Array | undefined
  readonly #tables: TableAes | undefined
  #cbc: Cipher | undefined
  readonly #last = new Uint8Array(blockSize)
  readonly #k1: Uint8Array
  readonly #k2: Uint8Array
  /** Room for a message and its padding; it grows and is used again. */
  #room: Uint8Array = new Uint8Array(blockSize)
  /** As much of the room as the message before took. */
  #message: Uint8Array = this.#room

  /** A key of 16 octets. */
  constructor(key: Uint8Array) {
    this.#key = key
    const module = algorithmsModule()
    this.#tables = module && new TableAes(module, key)
    this.#roomFor(blockSize).fill(0, 0, blockSize)
    const l = this.#chained(this.#roomFor(blockSize), blockSize, blockSize)
    this.#k1 = doubled(l)
    this.#k2 = doubled(this.#k1)
    wipe(l)
  }

  /**
   * The first `length` octets of the tag over the first `bits` bits of `start` and all parts, one after the other; the last
   * is no longer than `bits` need.
   */
  tag(parts: readonly Uint8Array[], bits: number, length = blockSize, start = nothing): Uint8Array {
    const size = Math.max(1, Math.ceil(bits / 8 / blockSize)) * blockSize
    const blocks = this.#roomFor(size)
    put(blocks, 0, start)
    let at = start.length
    for (const part of parts) {
      put(blocks, at, part)
      at += part.length
    }
    if (bits === 8 * size) xorInto(blocks, size - blockSize, this.#k1)
    else {
      for (; at < size; at++) blocks[at] = 0
      if (bits & 7) cutAfter(blocks.subarray(0, size), bits)
      blocks[bits >>> 3] = (blocks[bits >>> 3] ?? 0) | (0x80 >> (bits & 7))
      xorInto(blocks, size - blockSize, this.#k2)
    }
    return this.#chained(blocks, size, length)
  }

  /** Erases the key from what was made of it, which can be used no more. */
  forget(): void {
    this.#key = undefined
    this.#cbc?.final()
    this.#tables?.forget()
    wipe(this.#room, this.#k1, this.#k2)
  }

  /** Where a message of so many octets, padding included, is to stand. */
  #roomFor(size: number): Uint8Array {
    if (this.#tables && size <= longestByTables) return this.#tables.room
    if (size > this.#room.length) this.#message = this.#room = new Uint8Array(size)
    return this.#room
  }

  /** The first octets of the last block of CBC with an IV of zeros, of what stands in the room. */
  #chained(blocks: Uint8Array, size: number, length: number): Uint8Array {
    if (!this.#key) throw forgotten()
    if (this.#tables && size <= longestByTables) return this.#tables.cbcMac(size, length)
    this.#cbc ??= createCipheriv('aes-128-cbc', this.#key, this.#last).setAutoPadding(false)
    xorInto(blocks, 0, this.#last)
    if (this.#message.length !== size) this.#message = blocks.subarray(0, size)
    const out = this.#cbc.update(this.#message)
    for (let at = 0; at < blockSize; at++) this.#last[at] = out[size - blockSize + at] ?? 0
    giveBack(out)
    const first = new Uint8Array(length)
    for (let at = 0; at < length; at++) first[at] = this.#last[at] ?? 0
    return first
  }
}

/** `set` costs more than so few octets are worth. */
function put(octets: Uint8Array, from: number, part: Uint8Array): void {
  if (part.length > blockSize) octets.set(part, from)
  else for (let at = 0; at < part.length; at++) octets[from + at] = part[at] ?? 0
}

function xorInto(octets: Uint8Array, from: number, block: Uint8Array): void {
  for (let at = 0; at < blockSize; at++) octets[from + at] = (octets[from + at] ?? 0) ^ (block[at] ?? 0)
}

/** The product with x in GF(2^128). SP 800-38B 6.1. */
function doubled(block: Uint8Array): Uint8Array {
  const out = block.map((octet, at) => (octet << 1) | ((block[at + 1] ?? 0) >>> 7))
  out[15] = (out[15] ?? 0) ^ ((block[0] ?? 0) & 0x80 ? 0x87 : 0)
  return out
}
