import { createCipheriv } from 'node:crypto'
import { giveBack } from './given-back.ts'
import type { Direction } from './security-inputs.ts'

/** Octets and words of a block. */
const blockSize = 16
const blockWords = 4

/** A call of the cipher costs more than it enciphers: where messages follow each other it is for so many of them. */
const messagesAtOnce = 8

/** Of which messages there is keystream: `messages` from COUNT `count` on, up to `blocks` blocks of each. */
interface Ready {
  readonly count: number
  readonly bearer: number
  readonly direction: number
  readonly messages: number
  readonly blocks: number
}

const nothing: Ready = { count: 0, bearer: 0, direction: 0, messages: 0, blocks: 0 }

/** Whether the counter blocks of both are the same but for COUNT. */
const isAlike = (one: Ready, other: Ready): boolean =>
  one.bearer === other.bearer &&
  one.direction === other.direction &&
  one.messages === other.messages &&
  one.blocks === other.blocks

/** Keystream of AES-128-CTR as 128-EEA2 has it, from one ECB cipher: one for each message would cost more. TS 33.401 B.1.3. */
export class CounterMode {
  readonly #ecb
  #ready = nothing
  /** Those of the messages that are ready. */
  #counters = countersOf(0)
  /** Keystream of the messages that are ready, one after the other. */
  #words = new Uint32Array(0)

  /** A key of 16 octets. */
  constructor(key: Uint8Array) {
    this.#ecb = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  }

  /** Adds the keystream of one message to `message`, whole blocks of it as words in the order of their octets. */
  add(count: number, bearer: number, direction: Direction, message: Uint32Array): void {
    const blocks = message.length / blockWords
    const { isReady, follows } = this.#looked(count, bearer, direction, blocks)
    if (!isReady) this.#make({ count, bearer, direction, blocks, messages: follows ? messagesAtOnce : 1 })
    const keystream = this.#words
    let from = (count - this.#ready.count) * this.#ready.blocks * blockWords
    for (let at = 0; at < message.length; at += 4, from += 4) {
      message[at] = (message[at] ?? 0) ^ (keystream[from] ?? 0)
      message[at + 1] = (message[at + 1] ?? 0) ^ (keystream[from + 1] ?? 0)
      message[at + 2] = (message[at + 2] ?? 0) ^ (keystream[from + 2] ?? 0)
      message[at + 3] = (message[at + 3] ?? 0) ^ (keystream[from + 3] ?? 0)
    }
  }

  /** Erases keystream (R33); the cipher can be used no more. */
  forget(): void {
    this.#ecb.final()
    this.#words.fill(0)
    this.#ready = nothing
  }

  /** Whether there is keystream of a message, and whether it comes right after those that were ready. */
  #looked(count: number, bearer: number, direction: Direction, blocks: number) {
    const { count: first, messages, ...ready } = this.#ready
    const isSame = bearer === ready.bearer && direction === ready.direction && blocks <= ready.blocks
    const place = count - first
    return { isReady: isSame && place >= 0 && place < messages, follows: isSame && place === messages }
  }

  #make(ready: Ready): void {
    const size = ready.messages * ready.blocks * blockSize
    if (size > this.#counters.octets.length) this.#counters = countersOf(size)
    const { words } = this.#counters
    writeCounts(words, ready)
    if (!isAlike(ready, this.#ready)) writeRest(words, ready)
    const made = this.#ecb.update(this.#counters.octets.subarray(0, size))
    if (size > 4 * this.#words.length) this.#words = new Uint32Array(size / 4)
    new Uint8Array(this.#words.buffer).set(made)
    giveBack(made)
    this.#ready = ready
  }
}

/** Room for counter blocks that is used again and again. */
function countersOf(size: number) {
  const octets = new Uint8Array(size)
  return { octets, words: new Uint32Array(octets.buffer) }
}

/** A number of 32 bits, most significant octet first, as a word of a typed array: this runs where the least comes first. */
const bigEndian = (value: number): number =>
  (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)

/** COUNT at the beginning of each block. */
function writeCounts(words: Uint32Array, { count, messages, blocks }: Ready): void {
  for (let message = 0, at = 0; message < messages; message++) {
    const first = bigEndian(count + message)
    for (let block = 0; block < blocks; block++, at += blockWords) words[at] = first
  }
}

/** What follows it: BEARER || DIRECTION || 0(26) || 0(32) || number of the block in its message. */
function writeRest(words: Uint32Array, { bearer, direction, messages, blocks }: Ready): void {
  const second = (bearer << 3) | (direction << 2)
  for (let block = 0, at = 0; block < messages * blocks; block++, at += blockWords) {
    words[at + 1] = second
    words[at + 3] = bigEndian(block % blocks)
  }
}
