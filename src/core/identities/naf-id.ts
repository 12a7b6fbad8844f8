import type { Brand } from '../brand.ts'
import { concat, fromAscii, fromHex, hex, utf8 } from '../bytes.ts'
import { InvalidValue } from '../errors.ts'
import { projectValues } from '../project-values.ts'
import { readAgain } from '../read-again.ts'
import { Fqdn } from './fqdn.ts'

/** Ua security protocol identifier, 5 octets. TS 33.220 annex H. */
export type UaId = Brand<Uint8Array, 'Ua security protocol identifier'>
/** NAF FQDN in ASCII followed by the 5 octets of the Ua security protocol identifier. TS 33.220 B.3. */
export type NafId = Brand<Uint8Array, 'NAF_Id'>

const uaIdOf = (text: string) => UaId(fromHex(text))

export function UaId(octets: Uint8Array): UaId {
  if (octets.length !== 5) throw new InvalidValue('Ua security protocol identifier', '5 octets are needed')
  return octets as UaId
}

/** Ua security protocol identifiers; `kmfPolicy` says which of them a ProSe KMF may use (R5). TS 33.220 H.3. */
export const uaIds = {
  /** Root of the PDK. */
  prose: uaIdOf(projectValues.uaIdProse.value),
  /** HTTP Digest without TLS. TS 33.222 5.3. */
  httpDigest: uaIdOf('0100000002'),
  /** Shared-key TLS 1.3. TS 33.222 5.4.0.2. */
  tls13: uaIdOf('0100000007'),
  /** Shared-key TLS 1.2 with TLS_DHE_PSK_WITH_AES_128_GCM_SHA256 (00 AA). TS 33.222 5.4. */
  tls12DhePsk: uaIdOf('01000100aa'),
  /** Protection of the GPI. */
  gpi: uaIdOf(projectValues.uaIdGpi.value),
} as const

/** Of the key that a TMPI is made of: UE and BSF alone have it. TS 33.220 H.3. */
export const uaIdTmpi = uaIdOf('0100000100')

export const nafIdOf = (fqdn: Fqdn, uaId: UaId): NafId => concat(utf8(fqdn), uaId) as NafId

export function NafId(octets: Uint8Array): NafId {
  if (octets.length < 8 || octets.length > 255) throw new InvalidValue('NAF-Id', '8 to 255 octets are needed')
  fqdnIn(octets)
  return octets as NafId
}

const readFqdn = readAgain((octets) => Fqdn(fromAscii(octets)))
const fqdnIn = (octets: Uint8Array): Fqdn => readFqdn(octets.subarray(0, -5))

export const nafFqdn = (nafId: NafId): Fqdn => fqdnIn(nafId)
export const nafUaId = (nafId: NafId): UaId => nafId.subarray(-5) as UaId
export const isProseNafId = (nafId: NafId): boolean => hex(nafUaId(nafId)) === projectValues.uaIdProse.value

/** The NAF_Id under which the root of the PDK is derived, the only one that steps 3 and 4 may name; throws InvalidValue. */
export function ProseNafId(octets: Uint8Array): NafId {
  const nafId = NafId(octets)
  if (!isProseNafId(nafId)) throw new InvalidValue('NAF-ID', 'not the Ua identifier of ProSe')
  return nafId
}
