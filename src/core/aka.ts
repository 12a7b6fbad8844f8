import type { Brand } from './brand.ts'
import { InvalidValue } from './errors.ts'
import type { Ck, Ik, Res } from './keys.ts'

/** Random challenge of AKA, 16 octets. TS 33.102 6.3. */
export type Rand = Brand<Uint8Array, 'RAND'>
/** (SQN xor AK) || AMF || MAC-A, 6 + 2 + 8 octets. TS 33.102 6.3.2. */
export type Autn = Brand<Uint8Array, 'AUTN'>
/** (SQN_MS xor AK*) || MAC-S, 6 + 8 octets. TS 33.102 6.3.3. */
export type Auts = Brand<Uint8Array, 'AUTS'>
/** Authentication management field, 2 octets; its first bit is 0 for GBA. TS 33.102 annex H. */
export type Amf = Brand<Uint8Array, 'AMF'>
/** Sequence number of AKA, 48 bits: SEQ (43) || IND (5). TS 33.102 C.1. */
export type Sqn = Brand<number, 'SQN'>

function octetsOf(name: string, length: number, octets: Uint8Array): Uint8Array {
  if (octets.length !== length)
    throw new InvalidValue(name, `${length} octets are needed, not ${octets.length}`, 'TS 33.102 6.3')
  return octets
}

export const Rand = (octets: Uint8Array): Rand => octetsOf('RAND', 16, octets) as Rand
export const Autn = (octets: Uint8Array): Autn => octetsOf('AUTN', 16, octets) as Autn
export const Auts = (octets: Uint8Array): Auts => octetsOf('AUTS', 14, octets) as Auts
export const Amf = (octets: Uint8Array): Amf => octetsOf('AMF', 2, octets) as Amf

export function Sqn(value: number): Sqn {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 48)
    throw new InvalidValue('SQN', 'a whole number below 2^48 is needed', 'TS 33.102 C.1')
  return value as Sqn
}

/** What the HSS gives for one authentication. TS 33.102 6.3.2. */
export interface AuthenticationVector {
  readonly rand: Rand
  readonly autn: Autn
  readonly xres: Res
  readonly ck: Ck
  readonly ik: Ik
}

/** Proof of the USIM that SQN is out of its range, with the challenge it answers. TS 33.102 6.3.3. */
export interface Resynchronisation {
  readonly rand: Rand
  readonly auts: Auts
}
