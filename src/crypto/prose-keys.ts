import type { EeaId, EiaId } from '../core/algorithm-ids.ts'
import { utf8, writeUint } from '../core/bytes.ts'
import type { BTid } from '../core/identities/b-tid.ts'
import type { NafId } from '../core/identities/naf-id.ts'
import type { ProseUeId, RelayServiceCode } from '../core/identities/prose.ts'
import {
  keyOctets,
  type KdSess,
  type KeyOctets,
  type KsNaf,
  type Pdk,
  type Pek,
  type Pik,
} from '../core/keys.ts'
import { projectValues } from '../core/project-values.ts'
import { exactly } from './exact-length.ts'
import { kdf, type KdfInput } from './kdf.ts'

/** FC of PEK and PIK. TS 33.303 A.4. */
const fcPekPik = 0x4b

/** UE-2 ID; with E1 also Nonce_1. CR 33.303 6.X.3.2 step 8. */
export const pdkInput = (ue2Id: ProseUeId, nonce1?: Uint8Array): KdfInput => [
  projectValues.fcPdk.value,
  [writeUint(ue2Id, 3), ...(nonce1 ? [exactly(16, 'Nonce_1', nonce1)] : [])],
]

/** PDK = KDF(Ks_(ext)_NAF, UE-2 ID), 32 octets; with E1 KDF(Ks_(ext)_NAF, UE-2 ID, Nonce_1). CR 33.303 6.X.3.2 step 8. */
export const derivePdk = (ksNaf: KsNaf, ue2Id: ProseUeId, nonce1?: Uint8Array): Pdk =>
  kdf(ksNaf, ...pdkInput(ue2Id, nonce1)) as Pdk

/** The link that UE-1 asks for. */
export interface WantedLink {
  readonly btid: BTid
  readonly nafId: NafId
  /** 16 octets. */
  readonly nonce1: Uint8Array
  readonly ue2Id: ProseUeId
  readonly relayServiceCode?: RelayServiceCode | undefined
}

/** E2: the first 16 octets of KDF(Ks_(ext)_NAF, B-TID, NAF_Id, Nonce_1, UE-2 ID, Relay Service Code or nothing). */
export function deriveRequestToken(ksNaf: KsNaf, wanted: WantedLink): Uint8Array {
  const { btid, nafId, nonce1, ue2Id, relayServiceCode } = wanted
  const whole = kdf(ksNaf, projectValues.fcRequestToken.value, [
    utf8(btid),
    nafId,
    exactly(16, 'Nonce_1', nonce1),
    writeUint(ue2Id, 3),
    relayServiceCode === undefined ? new Uint8Array() : writeUint(relayServiceCode, 3),
  ])
  return Uint8Array.from(whole.subarray(0, 16))
}

/** The nonces, 16 octets each. TS 33.303 6.5.3. */
export const kdSessInput = (nonce1: Uint8Array, nonce2: Uint8Array): KdfInput => [
  projectValues.fcKdSess.value,
  [exactly(16, 'Nonce_1', nonce1), exactly(16, 'Nonce_2', nonce2)],
]

/** KD-sess = KDF(PDK, Nonce_1, Nonce_2), 32 octets. TS 33.303 6.5.3. */
export const deriveKdSess = (pdk: Pdk, nonce1: Uint8Array, nonce2: Uint8Array): KdSess =>
  kdf(pdk, ...kdSessInput(nonce1, nonce2)) as KdSess

/** 0x00 and the identity of the EEA. TS 33.303 A.4. */
export const pekInput = (eea: EeaId): KdfInput => [fcPekPik, [Uint8Array.of(0x00), Uint8Array.of(eea)]]

/** 0x01 and the identity of the EIA. TS 33.303 A.4. */
export const pikInput = (eia: EiaId): KdfInput => [fcPekPik, [Uint8Array.of(0x01), Uint8Array.of(eia)]]

/** PEK = last 16 octets of KDF(KD-sess, 0x00, identity of the EEA). TS 33.303 A.4. */
export const derivePek = (kdSess: KdSess, eea: EeaId): Pek => lastHalf(kdSess, pekInput(eea)) as Pek

/** PIK = last 16 octets of KDF(KD-sess, 0x01, identity of the EIA). TS 33.303 A.4. */
export const derivePik = (kdSess: KdSess, eia: EiaId): Pik => lastHalf(kdSess, pikInput(eia)) as Pik

const lastHalf = (kdSess: KdSess, input: KdfInput): KeyOctets => keyOctets(kdf(kdSess, ...input).subarray(16))
