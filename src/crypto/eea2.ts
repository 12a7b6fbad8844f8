import { createCipheriv } from 'node:crypto'
import type { EeaUnderKey } from './eea.ts'
import type { Direction } from './security-inputs.ts'
import { longestByTables, TableAes } from './wasm/aes-under-key.ts'
import { algorithmsModule } from './wasm/module.ts'

const blockSize = 16

/** 128-EEA2: AES-128-CTR. TS 33.401 B.1.3. Short messages go by tables, all others by a cipher made for the first of them. */
export function eea2UnderKey(key: Uint8Array): EeaUnderKey {
  const module = algorithmsModule()
  const tables = module && new TableAes(module, key)
  let long: EeaUnderKey | undefined
  return {
    crypt(count, bearer, direction, octets) {
      if (octets.length === 0) return new Uint8Array()
      if (tables && octets.length <= longestByTables) return tables.eea2(count, bearer, direction, octets)
      long ??= eea2ByCipher(key)
      return long.crypt(count, bearer, direction, octets)
    },
    forget() {
      tables?.forget()
      long?.forget()
    },
  }
}

/** One ECB cipher makes the keystream of all messages: a cipher for each would cost more than ciphering 1400 octets does. */
function eea2ByCipher(key: Uint8Array): EeaUnderKey {
  const ecb = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  let room = roomFor(0)
  return {
    crypt(count, bearer, direction, octets) {
      const blocks = Math.ceil(octets.length / blockSize)
      if (blocks > room.blocks) room = roomFor(blocks)
      const { counters, message, words } = room
      begin(room, blocks, count, bearer, direction)
      message.set(octets)
      const keystream = ecb.update(new Uint8Array(counters.buffer, 0, blocks * blockSize))
      const out = new Uint32Array(keystream.buffer, keystream.byteOffset, 4 * blocks)
      xorBlocks(out, words)
      return new Uint8Array(out.buffer, out.byteOffset, octets.length)
    },
    forget() {
      ecb.final()
      room.message.fill(0)
    },
  }
}

/** `words` into `out`, a block of four words at a time. */
function xorBlocks(out: Uint32Array, words: Uint32Array): void {
  for (let at = 0; at < out.length; at += 4) {
    out[at] = (out[at] ?? 0) ^ (words[at] ?? 0)
    out[at + 1] = (out[at + 1] ?? 0) ^ (words[at + 1] ?? 0)
    out[at + 2] = (out[at + 2] ?? 0) ^ (words[at + 2] ?? 0)
    out[at + 3] = (out[at + 3] ?? 0) ^ (words[at + 3] ?? 0)
  }
}

/** What is used again from message to message: counter blocks, which count from 0, and the message, both also as words. */
function roomFor(blocks: number) {
  const counters = new DataView(new ArrayBuffer(blocks * blockSize))
  for (let block = 0; block < blocks; block++) counters.setUint32(block * blockSize + 12, block)
  const message = new Uint8Array(blocks * blockSize)
  const words = new Uint32Array(message.buffer)
  return { blocks, counters, counterWords: new Uint32Array(counters.buffer), message, words }
}

/** COUNT || BEARER || DIRECTION || 0(26) at the beginning of each block. */
function begin(
  { counters, counterWords }: ReturnType<typeof roomFor>,
  blocks: number,
  count: number,
  bearer: number,
  direction: Direction,
): void {
  if (blocks === 0) return
  counters.setUint32(0, count)
  counters.setUint32(4, ((bearer << 3) | (direction << 2)) << 24)
  const [first = 0, second = 0] = counterWords
  for (let at = 4; at < 4 * blocks; at += 4) {
    counterWords[at] = first
    counterWords[at + 1] = second
  }
}
