import { hash } from 'node:crypto'

const blockLength = 64
const digestLength = 32
/** Longest text; longer ones are for `createHmac`. */
const longest = 1024

const inner = Buffer.alloc(blockLength + longest)
const outer = Buffer.alloc(blockLength + digestLength)

/**
 * HMAC-SHA-256 of a short text under a key of at most 64 octets: 32 octets of their own. By two calls of the hash, which make no
 * object, where `createHmac` makes two that live longer than the computation. Nothing of the key stays behind. RFC 2104 2.
 */
export function hmacSha256(key: Uint8Array, text: Uint8Array): Uint8Array<ArrayBuffer> {
  if (key.length > blockLength || text.length > longest) throw new RangeError('key or text too long')
  inner.fill(0x36, 0, blockLength)
  outer.fill(0x5c, 0, blockLength)
  for (let at = 0; at < key.length; at++) {
    const octet = key[at] ?? 0
    inner[at] = octet ^ 0x36
    outer[at] = octet ^ 0x5c
  }
  inner.set(text, blockLength)
  outer.write(hash('sha256', inner.subarray(0, blockLength + text.length), 'binary'), blockLength, 'latin1')
  const mac = hash('sha256', outer, 'buffer')
  inner.fill(0, 0, blockLength + text.length)
  outer.fill(0)
  return mac
}
