import type { Brand } from './brand.ts'
import { isAllZero } from './bytes.ts'
import { InvalidValue } from './errors.ts'

/**
 * Octets that nobody may see: they print as `[key]`, also in JSON and in `inspect` (R31).
 * Views and slices of a key are keys too.
 */
export class KeyOctets extends Uint8Array {
  override toString(): string {
    return '[key]'
  }

  override toLocaleString(): string {
    return '[key]'
  }

  toJSON(): string {
    return '[key]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[key]'
  }
}

/** Long-term subscriber key, 16 octets (TUAK also 32). TS 33.102. */
export type K = Brand<KeyOctets, 'K'>
/** Operator constant of MILENAGE bound to K, 16 octets. TS 35.206. */
export type Opc = Brand<KeyOctets, 'OPc'>
/** Operator constant of TUAK bound to K, 32 octets. TS 35.231. */
export type Topc = Brand<KeyOctets, 'TOPc'>
/** What a subscriber and the home network share. TS 33.102 6.3. */
export type AkaSecrets =
  | { readonly algorithm: 'MILENAGE'; readonly k: K; readonly opc: Opc }
  | { readonly algorithm: 'TUAK'; readonly k: K; readonly topc: Topc; readonly keccakIterations: number }
/** Cipher key of AKA, 16 octets. TS 33.102. */
export type Ck = Brand<KeyOctets, 'CK'>
/** Integrity key of AKA, 16 octets. TS 33.102. */
export type Ik = Brand<KeyOctets, 'IK'>
/** Expected or given response of AKA, 4 to 16 octets. TS 33.102. */
export type Res = Brand<KeyOctets, 'RES'>
/** CK || IK, 32 octets. TS 33.220 4.5.2. */
export type Ks = Brand<KeyOctets, 'Ks'>
/** Ks_(ext)_NAF, 32 octets. TS 33.220 B.3. */
export type KsNaf = Brand<KeyOctets, 'Ks_NAF'>
/** ProSe Direct Key, 32 octets. Step 8. */
export type Pdk = Brand<KeyOctets, 'PDK'>
/** Root of one link's security context, 32 octets. TS 33.303 6.5.3. */
export type KdSess = Brand<KeyOctets, 'KD-sess'>
/** ProSe encryption key, 16 octets. TS 33.303 A.4. */
export type Pek = Brand<KeyOctets, 'PEK'>
/** ProSe integrity key, 16 octets. TS 33.303 A.4. */
export type Pik = Brand<KeyOctets, 'PIK'>

/** A copy of `octets` that cannot be shown by accident. */
export const keyOctets = (octets: Uint8Array): KeyOctets => new KeyOctets(octets)

/** A key of `name` from octets of a peer or a file: the exact length and not all zero (R30); throws InvalidValue. */
export function keyFrom(name: string, octets: Uint8Array, ...lengths: readonly number[]): KeyOctets {
  checkKey(name, octets, lengths)
  return keyOctets(octets)
}

function checkKey(name: string, octets: Uint8Array, lengths: readonly number[]): void {
  if (!lengths.includes(octets.length))
    throw new InvalidValue(name, `${lengths.join(' or ')} octets are needed, not ${octets.length}`)
  if (isAllZero(octets)) throw new InvalidValue(name, 'all octets are zero')
}

export const K = (octets: Uint8Array): K => keyFrom('K', octets, 16, 32) as K
export const Opc = (octets: Uint8Array): Opc => keyFrom('OPc', octets, 16) as Opc
export const Topc = (octets: Uint8Array): Topc => keyFrom('TOPc', octets, 32) as Topc
export const Ck = (octets: Uint8Array): Ck => keyFrom('CK', octets, 16) as Ck
export const Ik = (octets: Uint8Array): Ik => keyFrom('IK', octets, 16) as Ik
export const Res = (octets: Uint8Array): Res =>
  keyFrom('RES', octets, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16) as Res
export const Ks = (octets: Uint8Array): Ks => keyFrom('Ks', octets, 32) as Ks
export const KsNaf = (octets: Uint8Array): KsNaf => keyFrom('Ks_NAF', octets, 32) as KsNaf
/** The very octets, of which nobody else has hold; throws InvalidValue. */
export function asKsNaf(octets: KeyOctets): KsNaf {
  checkKey('Ks_NAF', octets, [32])
  return octets as KsNaf
}
export const Pdk = (octets: Uint8Array): Pdk => keyFrom('PDK', octets, 32) as Pdk

/** Overwrites a key whose context ended (R33). */
export function wipe(...keys: readonly Uint8Array[]): void {
  for (const key of keys) key.fill(0)
}

/** For who is given secrets that somebody else wipes. */
export const copyOfAka = (aka: AkaSecrets): AkaSecrets =>
  aka.algorithm === 'MILENAGE'
    ? { ...aka, k: K(aka.k), opc: Opc(aka.opc) }
    : { ...aka, k: K(aka.k), topc: Topc(aka.topc) }

export const wipeAka = (aka: AkaSecrets): void =>
  wipe(aka.k, aka.algorithm === 'MILENAGE' ? aka.opc : aka.topc)
