import { fromAscii, utf8 } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { extensionNames, extensionSetOf, extensionsIn } from '../../core/extension-set.ts'
import { BTid } from '../../core/identities/b-tid.ts'
import { nafFqdn, ProseNafId, type NafId } from '../../core/identities/naf-id.ts'
import { ProseUeId, RelayServiceCode, type Dksi } from '../../core/identities/prose.ts'
import { Imsi, maskedImsi } from '../../core/identities/subscriber.ts'
import type { Ue1Id } from '../../core/identities/ue1-id.ts'
import { projectValues } from '../../core/project-values.ts'
import { seconds, type Seconds } from '../../core/units.ts'
import type { EeaId } from '../../core/algorithm-ids.ts'
import { gpiForm, nafIdForm } from '../../wire/inside.ts'
import {
  enumerated,
  identifier24,
  mapped,
  nonZeroOctet,
  octets,
  u16,
  u32,
  u8,
  type FieldCodec,
} from '../../wire/tlv/field.ts'
import { rejectCauses, releaseReasons, securityModeRejectCauses } from './causes.ts'
import {
  algorithmName,
  capabilitiesOf,
  capabilityOctets,
  type ChosenAlgorithms,
  type SecurityCapabilities,
} from './security-capabilities.ts'

// Information elements of PC5 signalling. TS 24.334 12.5.1, clause by clause.

export const sequenceNumber = u16('Sequence Number')

/** TS 24.334 12.5.1.3. */
const userInfoTypes = {
  upperLayers: 1,
  prukId: 2,
  imsi: 3,
  bTid: projectValues.userInfoTypeBTid.value,
} as const

/** User Info of any type: spare (5 bits) and type (3), then contents. */
export interface UserInfo {
  /** 1 user info of upper layers, 2 PRUK ID, 3 IMSI, 4 B-TID. */
  readonly type: number
  readonly contents: Uint8Array
}

export const userInfo: FieldCodec<UserInfo> = {
  ...{ name: 'User Info', min: 2, max: 255 },
  form: {
    mask: 7,
    types: {
      [userInfoTypes.upperLayers]: ['user info of upper layers', 'hex'],
      [userInfoTypes.prukId]: ['PRUK ID', 'hex'],
      [userInfoTypes.imsi]: ['IMSI', 'imsi'],
      [userInfoTypes.bTid]: ['B-TID', 'text'],
    },
  },
  read: (value) => ({ type: (value[0] ?? 0) & 7, contents: value.subarray(1) }),
  write({ type, contents }, into) {
    into.uint(type, 1)
    into.octets(contents)
  },
  show: ({ type }) => `type ${type}`,
}

/** User Info that is UE-1 ID: type 4 a B-TID in ASCII, type 3 an IMSI in BCD; others are refused. */
export const ue1Id: FieldCodec<Ue1Id> = mapped(
  userInfo,
  ({ type, contents }): Ue1Id => {
    if (type === userInfoTypes.bTid) return { kind: 'b-tid', btid: BTid(fromAscii(contents)) }
    if (type === userInfoTypes.imsi) return { kind: 'imsi', imsi: imsiOfBcd(contents) }
    throw new InvalidValue('User Info', `type ${type} is neither B-TID nor IMSI`)
  },
  (id) =>
    id.kind === 'b-tid'
      ? { type: userInfoTypes.bTid, contents: utf8(id.btid) }
      : { type: userInfoTypes.imsi, contents: bcdOfImsi(id.imsi) },
  (id) => (id.kind === 'b-tid' ? id.btid : maskedImsi(id.imsi)),
)

/** First digit in bits 4-1, second in bits 8-5; after an odd number of digits bits 8-5 are 1111. */
export function bcdOfImsi(imsi: Imsi): Uint8Array {
  const nibbles = imsi.length % 2 === 0 ? imsi : `${imsi}f`
  return Uint8Array.from({ length: nibbles.length / 2 }, (_, at) =>
    Number.parseInt(`${nibbles.charAt(2 * at + 1)}${nibbles.charAt(2 * at)}`, 16),
  )
}

/** The reverse of `bcdOfImsi`; throws InvalidValue. */
export function imsiOfBcd(contents: Uint8Array): Imsi {
  let digits = ''
  for (const octet of contents) digits += (octet & 0xf).toString(16) + (octet >> 4).toString(16)
  return Imsi(digits.replace(/f$/, ''))
}

/** NAF-ID of the KMF of UE-1: FQDN and the Ua security protocol identifier of the PDK. */
export const nafId: FieldCodec<NafId> = mapped(
  octets('NAF-ID', 0, 255),
  ProseNafId,
  (value) => value,
  nafFqdn,
  nafIdForm,
)

/** TS 24.334 12.5.1.4. */
export const ipAddressConfig = enumerated('IP Address Config', {
  1: 'DHCPv4 server',
  2: 'IPv6 router',
  3: 'DHCPv4 server and IPv6 router',
  4: 'address allocation not supported',
})

export const linkLocalIpv6Address = octets('Link Local IPv6 Address', 16)
export const releaseReason = enumerated('Release Reason', releaseReasons)
export const rejectCause = enumerated('PC5 Signalling Protocol Cause Value', rejectCauses)
export const securityModeRejectCause = enumerated(
  'PC5 Signalling Protocol Cause Value',
  securityModeRejectCauses,
)
export const keepaliveCounter = u32('Keepalive Counter')

export const maximumInactivityPeriod: FieldCodec<Seconds> = mapped(
  u32('Maximum Inactivity Period'),
  seconds,
  (value) => value,
  (value) => `${value} s`,
  'seconds',
)

export const relayServiceCode = identifier24('Relay Service Code', RelayServiceCode)

const algorithmIds = [0, 1, 2, 3, 4, 5, 6, 7]

/** TS 24.334 12.5.1.22. */
export const ueSecurityCapabilities: FieldCodec<SecurityCapabilities> = mapped(
  octets('UE Security Capabilities', 2),
  capabilitiesOf,
  capabilityOctets,
  ({ eea, eia }) =>
    [...eea.map((id) => algorithmName('EEA', id)), ...eia.map((id) => algorithmName('EIA', id))].join(' '),
  { flags: (['EEA', 'EIA'] as const).flatMap((kind) => algorithmIds.map((id) => algorithmName(kind, id))) },
)

const pairName = ({ eea, eia }: ChosenAlgorithms): string =>
  `${algorithmName('EEA', eea)} ${algorithmName('EIA', eia)}`
const algorithmPairs = ([0, 1, 2, 3] as const).flatMap((eea) =>
  ([0, 1, 2, 3] as const).map((eia) => ({ eea, eia })),
)

/** Bits 7-5 the EEA, bits 3-1 the EIA, bits 8 and 4 spare; identities above 3 are reserved. TS 24.334 12.5.1.23. */
export const chosenAlgorithms: FieldCodec<ChosenAlgorithms> = mapped(
  u8('Chosen Algorithms'),
  (octet) => {
    const eea = (octet >> 4) & 7
    const eia = octet & 7
    if (eea > 3 || eia > 3) throw new InvalidValue('Chosen Algorithms', 'a reserved identity')
    return { eea: eea as EeaId, eia: eia as ChosenAlgorithms['eia'] }
  },
  ({ eea, eia }) => (eea << 4) | eia,
  pairName,
  { names: Object.fromEntries(algorithmPairs.map((pair) => [(pair.eea << 4) | pair.eia, pairName(pair)])) },
)

/** The DKSI of UE-1. TS 24.334 12.5.1.25. */
export const msbOfKdSessId = nonZeroOctet<Dksi>('MSB of KD-sess ID')
export const lsbOfKdSessId = nonZeroOctet<number>('LSB of KD-sess ID')
export const dksi = nonZeroOctet<Dksi>('DKSI')

/** 16 octets; zero and repetition are judged by the receiver (R17). */
export const nonce1 = octets('Nonce_1', 16)
export const nonce2 = octets('Nonce_2', 16)

/** UE-2 ID, its ProSe UE ID. */
export const ue2Id = identifier24('UE-2 ID', ProseUeId)

/** GBA push info of 3 to 255 octets, and of 256 to 1024. TS 33.223 5.3. */
export const gpi: FieldCodec<Uint8Array> = { ...octets('GPI', 3, 255), form: gpiForm }
export const longGpi: FieldCodec<Uint8Array> = { ...octets('GPI', 256, 1024), form: gpiForm }

export const kdId = octets('KD ID', 4)
export const msbOfKdId = octets('MSB of KD ID', 2)
export const lsbOfKdId = octets('LSB of KD ID', 2)
export const kdFreshness = octets('KD Freshness', 16)
export const prukId = octets('PRUK ID', 8)
export const rand = octets('RAND', 16)
export const auts = octets('AUTS', 14)
export const reauthFlag = enumerated('Re-auth Flag', { 1: 'KD is to be refreshed' })
/** ECCSI. RFC 6507. */
export const signature = octets('Signature', 129)
/** SAKKE; TLV-E, for 273 octets do not fit a TLV. RFC 6508. */
export const encryptedPayload = octets('Encrypted Payload', 1, 1024)
export const remoteUeInfoType = u8('Remote UE Info Type')
/** An identity of equipment: only its length is shown. */
export const imei: FieldCodec<Uint8Array> = {
  ...octets('IMEI', 8),
  form: 'hidden',
  show: (value) => `${value.length} octets`,
}

/** Sum of E1 = 1, E2 = 2, E3 = 4. */
export const extensionSet: FieldCodec<number> = mapped(
  u8('Extension set'),
  (value) => value,
  (value) => value,
  (value) => `${value} ${extensionsIn(value)}`.trim(),
  { bits: extensionNames.map((name) => [extensionSetOf([name]), name]) },
)
export const requestToken = octets('Request token', 16)
