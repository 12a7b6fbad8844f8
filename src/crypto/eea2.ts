import { createCipheriv } from 'node:crypto'
import type { EeaUnderKey } from './eea.ts'
import type { Direction } from './security-inputs.ts'

const blockSize = 16

/**
 * 128-EEA2: AES-128-CTR. TS 33.401 B.1.3. One ECB cipher makes the keystream of all messages of a key: a cipher for each
 * would cost more than ciphering 1400 octets does.
 */
export function eea2UnderKey(key: Uint8Array): EeaUnderKey {
  const ecb = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  let room = roomFor(0)
  return {
    crypt(count, bearer, direction, octets) {
      const blocks = Math.ceil(octets.length / blockSize)
      if (blocks > room.blocks) room = roomFor(blocks)
      const { counters, message, words } = room
      begin(counters, blocks, count, bearer, direction)
      message.set(octets)
      const keystream = ecb.update(new Uint8Array(counters.buffer, 0, blocks * blockSize))
      const out = new Uint32Array(keystream.buffer, keystream.byteOffset, 4 * blocks)
      for (let at = 0; at < out.length; at++) out[at] = (out[at] ?? 0) ^ (words[at] ?? 0)
      return new Uint8Array(out.buffer, out.byteOffset, octets.length)
    },
    forget() {
      ecb.final()
      room.message.fill(0)
    },
  }
}

/** What is used again from message to message: counter blocks, which count from 0, and the message, also as words. */
function roomFor(blocks: number) {
  const counters = new DataView(new ArrayBuffer(blocks * blockSize))
  for (let block = 0; block < blocks; block++) counters.setUint32(block * blockSize + 12, block)
  const message = new Uint8Array(blocks * blockSize)
  return { blocks, counters, message, words: new Uint32Array(message.buffer) }
}

/** COUNT || BEARER || DIRECTION || 0(26) at the beginning of each block. */
function begin(
  counters: DataView,
  blocks: number,
  count: number,
  bearer: number,
  direction: Direction,
): void {
  const second = ((bearer << 3) | (direction << 2)) << 24
  for (let at = 0; at < blocks * blockSize; at += blockSize) {
    counters.setUint32(at, count)
    counters.setUint32(at + 4, second)
  }
}
