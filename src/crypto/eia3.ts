import { concat, u32 } from '../core/bytes.ts'
import { countBearerDirection, padded, wordsOf, type Mac } from './security-inputs.ts'
import { zuc } from './zuc.ts'

/** 128-EIA3, plainly. TS 33.401 B.2.4, TS 35.221 4. */
export const eia3: Mac = (key, count, bearer, direction, octets, bits) => {
  const half = countBearerDirection(count, bearer, 0)
  const iv = concat(half, half)
  iv[8] = at(iv, 8) ^ (direction << 7)
  iv[14] = at(iv, 14) ^ (direction << 7)
  const z = zuc(key, iv, Math.ceil(bits / 32) + 2)
  const message = wordsOf(padded(octets, bits, 4))
  let sum = 0
  for (let index = 0; index < message.length; index++)
    sum ^= keystreamAtSetBits(at(message, index), at(z, index), at(z, index + 1))
  return u32(sum ^ keystreamAt(z, bits) ^ at(z, z.length - 1))
}

const at = (values: Int32Array | Uint8Array, index: number): number => values[index] ?? 0

/** Sum of the 32 bits of keystream that begin at each bit set in `message`; `z` begins at its first bit. */
function keystreamAtSetBits(message: number, z: number, nextZ: number): number {
  let sum = 0
  for (let bit = 0; bit < 32; bit++) {
    sum ^= z & (message >> 31)
    message <<= 1
    z = (z << 1) | (nextZ >>> 31)
    nextZ <<= 1
  }
  return sum
}

/** The 32 bits of keystream that begin at bit `bit`. */
function keystreamAt(z: Int32Array, bit: number): number {
  const [word, shift] = [bit >>> 5, bit & 31]
  return shift === 0 ? at(z, word) : (at(z, word) << shift) | (at(z, word + 1) >>> (32 - shift))
}
