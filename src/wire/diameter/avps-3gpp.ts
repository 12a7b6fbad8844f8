import { BTid } from '../../core/identities/b-tid.ts'
import { NafId } from '../../core/identities/naf-id.ts'
import { PTid } from '../../core/identities/p-tid.ts'
import { ProseUeId, RelayServiceCode } from '../../core/identities/prose.ts'
import { KsNaf, Pdk, keyOctets } from '../../core/keys.ts'
import { plmnFromOctets, plmnOctets, type Plmn } from '../../core/identities/plmn.ts'
import { projectValues } from '../../core/project-values.ts'
import { readAgain } from '../../core/read-again.ts'
import { gpiForm, nafIdForm } from '../inside.ts'
import type { AvpDefinition, AvpType } from './avp.ts'
import { grouped, optional } from './grammar.ts'
import {
  enumerated,
  number24,
  octetString,
  octets,
  octetsOf,
  plainText,
  text,
  time,
  unsigned32,
} from './types.ts'
import { vendor3gpp } from './result.ts'

type More = Partial<Pick<AvpDefinition<string, unknown>, 'mandatory' | 'secret' | 'identity' | 'inside'>>

const rowOf =
  (vendorId: number) =>
  <const Name extends string, Value>(
    name: Name,
    code: number,
    type: AvpType<Value>,
    more?: More,
  ): AvpDefinition<Name, Value> => ({ name, code, vendorId, type, mandatory: true, ...more })
const gpp = rowOf(vendor3gpp)
const project = rowOf(projectValues.pc6VendorId.value)

const threeOctets = octets(3)
const plmnOf = readAgain(plmnFromOctets)
const plmn: AvpType<Plmn> = {
  ...threeOctets,
  encode: (value, into) => into.octets(plmnOctets(value)),
  decode: (avp) => plmnOf(threeOctets.decode(avp)),
}
/** Identity, or document with identities, in text or XML. */
const identity = { identity: true } as const
const key = { secret: 'always' } as const
const keyInAnswers = { secret: 'in answers' } as const

/** TS 29.109 6.3. */
export const gbaUserSecSettings = gpp('GBA-UserSecSettings', 400, octetString, identity)
export const transactionIdentifier = gpp('Transaction-Identifier', 401, text(BTid))
export const nafId = gpp('NAF-Id', 402, octetsOf(NafId), { inside: nafIdForm })
export const gaaServiceIdentifier = gpp('GAA-Service-Identifier', 403, plainText(32))
export const keyExpiryTime = gpp('Key-ExpiryTime', 404, time)
export const meKeyMaterial = gpp('ME-Key-Material', 405, octetsOf(KsNaf), key)
export const uiccKeyMaterial = gpp('UICC-Key-Material', 406, octetsOf(keyOctets), key)
export const gbaUAwarenessIndicator = gpp('GBA_U-Awareness-Indicator', 407, enumerated({ NO: 0, YES: 1 }))
export const bootstrapInfoCreationTime = gpp('BootstrapInfoCreationTime', 408, time)
export const gussTimestamp = gpp('GUSS-Timestamp', 409, time, { mandatory: false })
export const gbaType = gpp('GBA-Type', 410, enumerated({ '3G GBA': 0, '2G GBA': 1, GBA_Digest: 2 }))
export const ueId = gpp('UE-Id', 411, plainText(253), identity)
export const ueIdType = gpp('UE-Id-Type', 412, enumerated({ private: 0, public: 1 }))
export const uiccAppLabel = gpp('UICC-App-Label', 413, plainText(32))
export const uiccMe = gpp('UICC-ME', 414, enumerated({ GBA_ME: 0, GBA_U: 1 }))
export const requestedKeyLifetime = gpp('Requested-Key-Lifetime', 415, time)
export const privateIdentityRequest = gpp(
  'Private-Identity-Request',
  416,
  enumerated({ requested: 0, 'not requested': 1 }),
)
export const gbaPushInfo = gpp('GBA-Push-Info', 417, octetString, { inside: gpiForm })
export const nafSaIdentifier = gpp('NAF-SA-Identifier', 418, octetsOf(PTid))
export const securityFeatureRequest = gpp('Security-Feature-Request', 419, octetString)
export const securityFeatureResponse = gpp('Security-Feature-Response', 420, octetString)

/** TS 29.229 6.3. */
export const publicIdentity = gpp('Public-Identity', 601, plainText(255), identity)
export const sipAuthenticationScheme = gpp('SIP-Authentication-Scheme', 608, plainText(64))
export const sipAuthenticate = gpp('SIP-Authenticate', 609, octetString)
/** RAND || AUTS in requests, XRES in answers. */
export const sipAuthorization = gpp('SIP-Authorization', 610, octetString, keyInAnswers)
export const sipItemNumber = gpp('SIP-Item-Number', 613, unsigned32)
export const confidentialityKey = gpp('Confidentiality-Key', 625, octetString, keyInAnswers)
export const integrityKey = gpp('Integrity-Key', 626, octetString, keyInAnswers)
export const sipAuthDataItem = gpp(
  'SIP-Auth-Data-Item',
  612,
  grouped(
    optional(sipItemNumber),
    optional(sipAuthenticationScheme),
    optional(sipAuthenticate),
    optional(sipAuthorization),
    optional(confidentialityKey),
    optional(integrityKey),
  ),
)
export const featureListId = gpp('Feature-List-ID', 629, unsigned32, { mandatory: false })
export const featureList = gpp('Feature-List', 630, unsigned32, { mandatory: false })
export const supportedFeatures = gpp(
  'Supported-Features',
  628,
  grouped(optional(featureListId), optional(featureList)),
  { mandatory: false },
)

/** TS 29.272 7.3.9 and TS 32.299 7.2, as PC6 uses them. */
export const visitedPlmnId = gpp('Visited-PLMN-Id', 1407, plmn)
export const proseUeId = gpp('ProSe-UE-ID', 3453, number24(ProseUeId))

/** AVPs of the key request on PC6, for which no code is allocated. */
export const proseDirectKey = project('ProSe-Direct-Key', 1, octetsOf(Pdk), key)
export const ue1ProseUeId = project('UE1-ProSe-UE-ID', 2, number24(ProseUeId))
export const nonce1 = project('Nonce-1', 3, octets(16))
export const requestToken = project('Request-Token', 4, octets(16))
export const extensions = project('Extensions', 5, unsigned32)
export const pc5RelayServiceCode = project('PC5-Relay-Service-Code', 6, number24(RelayServiceCode))
/** W3C traceparent; on any of our commands. */
export const traceParent = project('Trace-Parent', 7, plainText(255), { mandatory: false })

export const gppAvps = [
  gbaUserSecSettings,
  transactionIdentifier,
  nafId,
  gaaServiceIdentifier,
  keyExpiryTime,
  meKeyMaterial,
  uiccKeyMaterial,
  gbaUAwarenessIndicator,
  bootstrapInfoCreationTime,
  gussTimestamp,
  gbaType,
  ueId,
  ueIdType,
  uiccAppLabel,
  uiccMe,
  requestedKeyLifetime,
  privateIdentityRequest,
  gbaPushInfo,
  nafSaIdentifier,
  securityFeatureRequest,
  securityFeatureResponse,
  publicIdentity,
  sipAuthenticationScheme,
  sipAuthenticate,
  sipAuthorization,
  sipAuthDataItem,
  sipItemNumber,
  confidentialityKey,
  integrityKey,
  supportedFeatures,
  featureListId,
  featureList,
  visitedPlmnId,
  proseUeId,
  proseDirectKey,
  ue1ProseUeId,
  nonce1,
  requestToken,
  extensions,
  pc5RelayServiceCode,
  traceParent,
] as const
