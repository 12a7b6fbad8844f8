import { createCipheriv } from 'node:crypto'
import { cmac } from '@noble/ciphers/aes.js'
import { concat } from '../core/bytes.ts'
import { countBearerDirection, padded, type Mac } from './security-inputs.ts'

/** 128-EIA2: AES-CMAC. TS 33.401 B.2.3. */
export const eia2: Mac = (key, count, bearer, direction, octets, bits) => {
  const input = concat(countBearerDirection(count, bearer, direction), octets)
  return cmacOfBits(input, 64 + bits, key).subarray(0, 4)
}

/** CMAC over the first `bits` bits. The library knows whole octets only; other lengths are for published test sets. */
function cmacOfBits(input: Uint8Array, bits: number, key: Uint8Array): Uint8Array {
  if (bits % 8 === 0) return cmac(input.subarray(0, bits / 8), key)
  const blocks = padded(input, bits, 16)
  blocks[bits >>> 3] = (blocks[bits >>> 3] ?? 0) | (0x80 >> (bits & 7))
  // The library adds K1 to a whole last block; K2 is due to a padded one. SP 800-38B 6.2.
  const zeros = new Uint8Array(16)
  const k1 = doubled(createCipheriv('aes-128-ecb', key, null).update(zeros))
  const k2 = doubled(k1)
  const last = blocks.length - 16
  for (let at = 0; at < 16; at++) blocks[last + at] = (blocks[last + at] ?? 0) ^ (k1[at] ?? 0) ^ (k2[at] ?? 0)
  return cmac(blocks, key)
}

/** The product with x in GF(2^128). SP 800-38B 6.1. */
function doubled(block: Uint8Array): Uint8Array {
  const out = block.map((octet, at) => (octet << 1) | ((block[at + 1] ?? 0) >>> 7))
  out[15] = (out[15] ?? 0) ^ ((block[0] ?? 0) & 0x80 ? 0x87 : 0)
  return out
}
