import type { Amf, Rand, Sqn } from '../core/aka.ts'
import type { Ck, Ik, Res } from '../core/keys.ts'

/** What RAND alone gives. AK has 6 octets. */
export interface ResponseAndKeys {
  readonly res: Res
  readonly ck: Ck
  readonly ik: Ik
  readonly ak: Uint8Array
}

/** The authentication and key generation functions of one subscriber. TS 33.102 6.3.2. */
export interface AkaFunctions {
  /** MAC-A, 8 octets. */
  f1(rand: Rand, sqn: Sqn, amf: Amf): Uint8Array
  /** MAC-S, 8 octets. */
  f1Star(rand: Rand, sqn: Sqn, amf: Amf): Uint8Array
  f2345(rand: Rand): ResponseAndKeys
  /** AK of a resynchronisation, 6 octets. */
  f5Star(rand: Rand): Uint8Array
  /** f1 and f2345 at once, for a vector. */
  f12345(rand: Rand, sqn: Sqn, amf: Amf): ResponseAndKeys & { readonly mac: Uint8Array }
}
