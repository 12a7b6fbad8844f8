import { Amf, Autn, Auts, Sqn, type AuthenticationVector, type Rand } from '../core/aka.ts'
import { concat, readUint, writeUint } from '../core/bytes.ts'
import type { AkaSecrets, Ck, Ik, Res } from '../core/keys.ts'
import type { AkaFunctions } from './aka-functions.ts'
import { equalInConstantTime } from './constant-time.ts'
import { milenage } from './milenage.ts'
import { tuak } from './tuak.ts'

/** AMF of a resynchronisation. TS 33.102 6.3.3. */
const amfOfAuts = Amf(new Uint8Array(2))

export const akaFunctions = (secrets: AkaSecrets): AkaFunctions =>
  secrets.algorithm === 'MILENAGE'
    ? milenage(secrets.k, secrets.opc)
    : tuak(secrets.k, secrets.topc, secrets.keccakIterations)

/** What the HSS sends for one authentication. TS 33.102 6.3.2. */
export function generateVector(
  functions: AkaFunctions,
  rand: Rand,
  sqn: Sqn,
  amf: Amf,
): AuthenticationVector {
  const { mac, ak, res, ck, ik } = functions.f12345(rand, sqn, amf)
  return { rand, autn: Autn(concat(concealed(sqn, ak), amf, mac)), xres: res, ck, ik }
}

export interface VerifiedAutn {
  /** Not yet checked for freshness. */
  readonly sqn: Sqn
  readonly amf: Amf
  readonly res: Res
  readonly ck: Ck
  readonly ik: Ik
}

/** What the USIM learns from RAND and AUTN once MAC-A is right; freshness of SQN is the caller's check. TS 33.102 6.3.3. */
export function verifyAutn(functions: AkaFunctions, rand: Rand, autn: Autn): VerifiedAutn | 'mac-failure' {
  const { ak, res, ck, ik } = functions.f2345(rand)
  const sqn = revealed(autn, ak)
  const amf = Amf(autn.slice(6, 8))
  if (!equalInConstantTime(functions.f1(rand, sqn, amf), autn.subarray(8))) return 'mac-failure'
  return { sqn, amf, res, ck, ik }
}

/** AUTS = (SQN_MS xor AK*) || MAC-S. TS 33.102 6.3.3. */
export const makeAuts = (functions: AkaFunctions, rand: Rand, sqnMs: Sqn): Auts =>
  Auts(concat(concealed(sqnMs, functions.f5Star(rand)), functions.f1Star(rand, sqnMs, amfOfAuts)))

/** SQN_MS of an AUTS whose MAC-S is right for this RAND (R35). TS 33.102 6.3.5. */
export function verifyAuts(functions: AkaFunctions, rand: Rand, auts: Auts): Sqn | 'mac-failure' {
  const sqnMs = revealed(auts, functions.f5Star(rand))
  return equalInConstantTime(functions.f1Star(rand, sqnMs, amfOfAuts), auts.subarray(6))
    ? sqnMs
    : 'mac-failure'
}

/** SQN xor AK, 6 octets. */
const concealed = (sqn: Sqn, ak: Uint8Array): Uint8Array => xorOctets(writeUint(sqn, 6), ak)

/** The SQN in the first 6 octets of AUTN or AUTS. */
const revealed = (token: Uint8Array, ak: Uint8Array): Sqn => Sqn(readUint(xorOctets(ak, token), 0, 6))

function xorOctets(octets: Uint8Array, mask: Uint8Array): Uint8Array {
  const out = new Uint8Array(octets.length)
  for (let at = 0; at < out.length; at++) out[at] = (octets[at] ?? 0) ^ (mask[at] ?? 0)
  return out
}
