import { createCipheriv, type Cipher } from 'node:crypto'
import { cutAfter } from './security-inputs.ts'

const blockSize = 16

/**
 * AES-CMAC under one key, for many messages. SP 800-38B. One CBC cipher serves them all: it goes on from the last block that
 * it made, so that block is taken out of the first of the next message again.
 */
export class Cmac {
  readonly #cbc: Cipher
  readonly #last = new Uint8Array(blockSize)
  readonly #k1: Uint8Array
  readonly #k2: Uint8Array
  /** Room for a message and its padding; it grows and is used again. */
  #room = new Uint8Array(blockSize)

  /** A key of 16 octets. */
  constructor(key: Uint8Array) {
    this.#cbc = createCipheriv('aes-128-cbc', key, this.#last).setAutoPadding(false)
    const l = this.#chained(new Uint8Array(blockSize))
    this.#k1 = doubled(l)
    this.#k2 = doubled(this.#k1)
  }

  /** 16 octets over the first `bits` bits of all parts, one after the other; the last is no longer than `bits` need. */
  tag(parts: readonly Uint8Array[], bits: number): Uint8Array {
    const size = Math.max(1, Math.ceil(bits / 8 / blockSize)) * blockSize
    if (size > this.#room.length) this.#room = new Uint8Array(size)
    const blocks = new Uint8Array(this.#room.buffer, 0, size)
    let at = 0
    for (const part of parts) {
      blocks.set(part, at)
      at += part.length
    }
    if (bits === 8 * size) xorInto(blocks, size - blockSize, this.#k1)
    else {
      cutAfter(blocks, bits)
      blocks[bits >>> 3] = (blocks[bits >>> 3] ?? 0) | (0x80 >> (bits & 7))
      xorInto(blocks, size - blockSize, this.#k2)
    }
    return this.#chained(blocks)
  }

  /** Erases the key from the cipher, which can be used no more. */
  forget(): void {
    this.#cbc.final()
    this.#room.fill(0)
    this.#k1.fill(0)
    this.#k2.fill(0)
  }

  /** The last block of CBC with an IV of zeros. */
  #chained(blocks: Uint8Array): Uint8Array {
    xorInto(blocks, 0, this.#last)
    const out = this.#cbc.update(blocks)
    const last = new Uint8Array(out.buffer, out.byteOffset + out.length - blockSize, blockSize)
    this.#last.set(last)
    return last
  }
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
