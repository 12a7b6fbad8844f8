import { readFileSync } from 'node:fs'

interface NafKeys extends Readonly<
  Record<'Ks_NAF' | 'Ks_ext_NAF' | 'Ks_int_NAF', { readonly value: string } | undefined>
> {
  readonly NAF_Id: string
}

/** What the case of a key chain says of AKA, Ub and Zh. Octets in hex. */
export interface ChainCase {
  readonly kind: string
  readonly inputs: Readonly<Record<'K' | 'OPc' | 'AMF' | 'IMSI' | 'MCC' | 'MNC' | 'uicc', string>> & {
    readonly 'UE-1 ProSe UE ID': string
  }
  readonly names: { readonly 'BSF FQDN': string; readonly 'KMF-1 FQDN': string; readonly IMPI: string }
  readonly aka: Readonly<Record<'RAND' | 'SQN' | 'AUTN' | 'XRES' | 'CK' | 'IK' | 'Ks', string>> & {
    readonly 'AUTN*'?: string
    readonly 'XRES flipped'?: string
  }
  readonly resynchronisation: Readonly<
    Record<'SQN_MS' | 'AUTS' | 'auts base64' | 'HA1 (empty password)' | 'response', string>
  >
  readonly Ub: Readonly<
    Record<
      | 'username'
      | 'realm'
      | 'nonce'
      | 'cnonce'
      | 'opaque'
      | 'response'
      | 'password (octets)'
      | 'answer body'
      | 'rspauth'
      | 'B-TID'
      | 'creation'
      | 'lifetime',
      string
    >
  >
  readonly TMPI: { readonly TMPI: string }
  readonly 'NAF keys': Readonly<Record<'PC8 TLS 1.3' | 'PDK base', NafKeys>>
  readonly diameter: Readonly<Record<string, { readonly avps: readonly (readonly [string, unknown])[] }>>
}

const file = new URL('../vectors/chain.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly ChainCase[] }

/** The two cases that bootstrap over Ub; the third has GBA push only. */
export const ubCases = cases.filter((entry) => 'Ub' in entry)
export const allCases = cases

/** The value of an AVP, or undefined; AVPs inside groups are found too. */
export function avpOf(chain: ChainCase, command: string, ...path: readonly string[]): unknown {
  let value: unknown = chain.diameter[command]?.avps
  for (const name of path)
    value = (value as readonly (readonly [string, unknown])[]).find(([key]) => key === name)?.[1]
  return value
}
