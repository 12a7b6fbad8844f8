import { z } from 'zod'
import { projectValues } from '../../core/project-values.ts'
import { Amf } from '../../core/aka.ts'
import { fromHex, readUint } from '../../core/bytes.ts'
import { extensionNames } from '../../core/extension-set.ts'
import { InvalidValue } from '../../core/errors.ts'
import { Fqdn } from '../../core/identities/fqdn.ts'
import { ipv4Address, ipv6Prefix, type IpPrefix } from '../../core/ip-address.ts'
import { UaId } from '../../core/identities/naf-id.ts'
import { Plmn } from '../../core/identities/plmn.ts'
import {
  DiscoveryGroupId,
  proseUeIdFromHex,
  relayServiceCodeFromHex,
  UserInfoId,
} from '../../core/identities/prose.ts'
import { Impi, Imsi } from '../../core/identities/subscriber.ts'
import type { ProseUeIdRange } from '../../core/plmn-table.ts'
import { seconds } from '../../core/units.ts'
import { algorithmNames, tunName, type ListenAddress } from './network-config.ts'

/** A text that `parse` takes; its InvalidValue becomes the mistake. */
const text = <Value>(parse: (text: string) => Value) =>
  z.string().transform((value, context) => {
    try {
      return parse(value)
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  })

/** `127.0.0.1:3868`, `[::1]:3868`, `localhost:0`; throws InvalidValue. */
function parseAddress(value: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9.-]{1,250})):(\d{1,5})$/.exec(value)
  const port = Number(match?.[3])
  if (!match || port > 65535) throw new InvalidValue('address', 'host:port is needed, [host]:port for IPv6')
  return { host: match[1] ?? match[2] ?? '', port }
}

/** `000001-07ffff`, both ends included; throws InvalidValue. */
function parseRange(value: string): ProseUeIdRange {
  const [first = '', last = '', ...more] = value.split('-')
  const range = [proseUeIdFromHex(first), proseUeIdFromHex(last)] as const
  if (more.length > 0 || range[0] > range[1])
    throw new InvalidValue('ProSe UE ID range', 'lowest-highest is needed')
  return range
}

/** The name of a file. What looks like a key is refused: it would be shown wherever the name is (R31). */
function parseFileName(value: string): string {
  if (value === '' || value.includes('\0')) throw new InvalidValue('file', 'a name is needed')
  if (/^[0-9a-fA-F]{32,}$/.test(value))
    throw new InvalidValue('file', 'this looks like a key; name a file that holds it')
  return value
}

/** A GSID, 32 bits in decimal digits. TS 29.109 annex A. */
function parseGsid(value: string): string {
  if (!/^\d{1,10}$/.test(value) || Number(value) >= 2 ** 32)
    throw new InvalidValue('GSID', 'decimal digits in quotes are needed, 32 bits at the most')
  return value
}

/** Hex digits of the given number of octets. */
const hexText = <Value>(octets: number, parse: (octets: Uint8Array) => Value) =>
  text((value) => {
    if (value.length !== 2 * octets) throw new InvalidValue('hex', `${2 * octets} hex digits are needed`)
    return parse(fromHex(value))
  })

const day = 86400
const secondsUpToADay = z.int().min(1).max(day).transform(seconds)
const count = z.int().min(1).max(1_000_000)
const countOrUnlimited = z.union([count, z.literal('unlimited').transform(() => Infinity)])
const fqdn = text(Fqdn)
const plmn = text(Plmn)
const imsi = text(Imsi)
const ueId = text(proseUeIdFromHex)
const address = text(parseAddress)
const fileName = text(parseFileName)
const relayServiceCode = text(relayServiceCodeFromHex)
const gba = z.enum(['GBA_ME', 'GBA_U'])
const anyPort = '127.0.0.1:0'

const store = {
  store: z.enum(['sqlite', 'postgresql']).default('sqlite'),
  storeFile: fileName.optional(),
  storeUrlFile: fileName.optional(),
  storeKeyFile: fileName.optional(),
}

const diameter = z
  .strictObject({
    listen: address.prefault(anyPort),
    originHost: fqdn.optional(),
    certificateFile: fileName.optional(),
    certificateKeyFile: fileName.optional(),
  })
  .prefault({})

const hss = z.strictObject({ ...store, diameter }).prefault({})

const naf = z.strictObject({
  originHost: fqdn,
  realm: fqdn.optional(),
  fqdns: z.array(fqdn).min(1).max(64),
  uaIds: z.array(hexText(5, UaId)).min(1).max(64),
  gsids: z.array(text(parseGsid)).max(64).default([]),
  push: z.boolean().default(false),
})

const bsf = z
  .strictObject({
    fqdn: fqdn.optional(),
    ubListen: address.prefault(anyPort),
    ksLifetimeSeconds: secondsUpToADay.prefault(day),
    challengesPerMinute: countOrUnlimited.prefault(30),
    pushesPerMinute: countOrUnlimited.prefault(3),
    nafs: z.array(naf).max(1000).default([]),
    tmpi: z.boolean().default(true),
    ...store,
    diameter,
  })
  .prefault({})

const pc8 = z
  .strictObject({
    listen: address.prefault(anyPort),
    tls: z
      .array(z.enum(['1.3', '1.2']))
      .min(1)
      .default(['1.3', '1.2']),
  })
  .prefault({})

const kmf = z.strictObject({
  fqdn: fqdn.optional(),
  pc8,
  nafKeyMaxAgeSeconds: secondsUpToADay.prefault(day / 2),
  issue: z.strictObject({ pdkLifetimeSeconds: secondsUpToADay.prefault(3600) }).prefault({}),
  proseUeIds: z.array(text(parseRange)).min(1).max(64),
  pc6Peers: z.array(plmn).max(1000).default([]),
  limits: z
    .strictObject({
      keyRequestsPerUe2PerMinute: countOrUnlimited.prefault(60),
      keyRequestsPerUe1PerMinute: countOrUnlimited.prefault(10),
      keyRequestsPerPeerPerSecond: countOrUnlimited.prefault(1000),
      pushesPerImsiPerMinute: countOrUnlimited.prefault(3),
    })
    .prefault({}),
  ...store,
  diameter,
})

const aka = z.discriminatedUnion(
  'algorithm',
  [
    z.strictObject({
      algorithm: z.literal('MILENAGE'),
      kFile: fileName,
      opcFile: fileName.optional(),
      opFile: fileName.optional(),
      amf: hexText(2, Amf).prefault('0000'),
    }),
    z.strictObject({
      algorithm: z.literal('TUAK'),
      kFile: fileName,
      topcFile: fileName,
      keccakIterations: z.int().min(1).max(255).default(1),
      amf: hexText(2, Amf).prefault('0000'),
    }),
  ],
  { error: 'settings of algorithm MILENAGE or TUAK are needed' },
)

const prose = z.strictObject({
  ueId: ueId.optional(),
  ueIds: z.array(ueId).min(1).max(8).optional(),
  publicSafety: z.boolean().default(false),
  permissions: z.array(z.enum(['one-to-one', 'relay', 'remote-ue'])).default([]),
  mayLinkWith: z
    .array(z.union([z.literal('*'), plmn]))
    .max(1000)
    .default([]),
})

const subscriber = z.strictObject({
  imsi,
  impi: text(Impi).optional(),
  aka,
  gba: gba.default('GBA_ME'),
  ksLifetimeSeconds: secondsUpToADay.optional(),
  prose: prose.optional(),
})

/** One entry of `plmns`. */
export const plmnShape = z.strictObject({
  plmn,
  realm: fqdn.optional(),
  // By PLMN; a rule says which names may stand here.
  extensions: z.record(z.string(), z.array(z.enum(extensionNames))).default({}),
  hss,
  bsf,
  kmf,
  subscribers: z.array(subscriber).max(100_000).default([]),
})

const orderOfChoice = (lowest: number) => z.array(z.int().min(lowest).max(3)).min(1).max(4).default([2, 1, 3])

/** A /48 to /64; throws InvalidValue. */
function parseRelayPrefix(value: string): IpPrefix {
  const prefix = ipv6Prefix(value)
  if (prefix.length < 48 || prefix.length > 64)
    throw new InvalidValue('IPv6 prefix', 'a length of 48 to 64 is needed')
  return prefix
}

const ipv4 = text(ipv4Address)

/** IP over the links of a UE. */
const tun = z.strictObject({
  name: z.string().regex(tunName),
  remoteUePrefix: text(parseRelayPrefix).optional(),
  forwardBetweenLinks: z.boolean().default(false),
  // Addresses of peers by their Layer-2 ID.
  ipv4: z
    .strictObject({ own: ipv4, peers: z.record(z.string().regex(/^[0-9a-f]{6}$/), ipv4).default({}) })
    .optional(),
})

/** One entry of `ues`. */
export const ueShape = z.strictObject({
  imsi,
  gba: gba.default('GBA_ME'),
  eea: orderOfChoice(0),
  eia: orderOfChoice(1),
  allowEea0: z.boolean().default(false),
  disabledAlgorithms: z.array(z.enum(algorithmNames)).default([]),
  pc5Profile: z.enum(['seed', 'final']).default('seed'),
  imsiOverPc5: z.enum(['seed', 'never']).default('seed'),
  imsiOverPc5PerHour: countOrUnlimited.prefault(10),
  tmpi: z.boolean().default(true),
  openPc8: z.boolean().default(true),
  requireVerifiedPeer: z.boolean().default(false),
  discovery: z.enum(['none', 'model-a', 'model-b']).default('none'),
  discoveryGroup: hexText(3, (octets) => DiscoveryGroupId(readUint(octets, 0, 3))).prefault('000001'),
  userInfoId: hexText(6, UserInfoId).optional(),
  relayServiceCodes: z.array(relayServiceCode).max(8).default([]),
  wantedRelayServiceCode: relayServiceCode.optional(),
  tun: tun.optional(),
})

export const labShape = z.strictObject({
  directory: fileName,
  createMissingSecrets: z.boolean().default(true),
})

const pc5Bearer = z
  .strictObject({
    group: z.ipv4().default(projectValues.labGroup.value),
    port: z.int().min(1).max(65534).default(projectValues.labPort.value),
    interface: z.ipv4().default('127.0.0.1'),
    peers: z.array(address).max(64).default([]),
  })
  .prefault({})

/** The whole file. */
export const networkShape = z.strictObject({
  version: z.literal(1),
  lab: labShape.optional(),
  diameter: z
    .strictObject({
      trustedCaFile: fileName.default('ca/ca.pem'),
      unsafePlainTcp: z.boolean().default(false),
    })
    .prefault({}),
  plmns: z.array(plmnShape).min(1).max(1000),
  ues: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), ueShape).default({}),
  pc5Bearer,
})

export type NetworkShape = z.output<typeof networkShape>
export type PlmnShape = z.output<typeof plmnShape>
export type SubscriberShape = z.output<typeof subscriber>
export type UeShape = z.output<typeof ueShape>
