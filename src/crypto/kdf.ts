import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { isAllZero } from '../core/bytes.ts'
import { InvalidValue } from '../core/errors.ts'
import { KeyOctets } from '../core/keys.ts'
import { exactly } from './exact-length.ts'

const clause = 'TS 33.220 B.2'
const keyObjects = new WeakMap<KeyOctets, KeyObject>()
const scratch = new Uint8Array(1024)

/** FC and parameters of one call. */
export type KdfInput = readonly [fc: number, parameters: readonly Uint8Array[]]

/**
 * 32 octets: HMAC-SHA-256 under `key` of S = FC || P0 || L0 || P1 || L1 ..., Li being the length of Pi in 2 octets.
 * Throws InvalidValue for a key that is not of 32 octets or is wiped, and for an S of more than 1024 octets (R30).
 * A key object is kept per key, so a key is never changed but by `wipe`. TS 33.220 B.2.
 */
export function kdf(key: KeyOctets, fc: number, parameters: readonly Uint8Array[]): KeyOctets {
  const s = inputOf(fc, parameters)
  const { buffer, byteOffset, byteLength } = createHmac('sha256', keyObjectOf(key)).update(s).digest()
  // The very octets of the digest, so that no copy of the key is left.
  return new KeyOctets(buffer, byteOffset, byteLength)
}

/** S, in a buffer that the next call overwrites. Throws InvalidValue. */
export function inputOf(fc: number, parameters: readonly Uint8Array[]): Uint8Array {
  // FC values of two octets begin with 0xff; none is used.
  if (!Number.isInteger(fc) || fc < 0 || fc > 0xfe) throw new InvalidValue('FC', 'not 0 to 254', clause)
  let at = 0
  scratch[at++] = fc
  for (const parameter of parameters) {
    if (at + parameter.length + 2 > scratch.length)
      throw new InvalidValue('S', `more than ${scratch.length} octets`, clause)
    scratch.set(parameter, at)
    at += parameter.length
    scratch[at++] = parameter.length >>> 8
    scratch[at++] = parameter.length
  }
  return scratch.subarray(0, at)
}

function keyObjectOf(key: KeyOctets): KeyObject {
  exactly(32, 'key', key)
  if (isAllZero(key)) throw new InvalidValue('key', 'all octets are zero', clause)
  let object = keyObjects.get(key)
  if (!object) keyObjects.set(key, (object = createSecretKey(key)))
  return object
}
