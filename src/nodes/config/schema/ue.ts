import { z } from 'zod'
import { readUint } from '../../../core/bytes.ts'
import { InvalidValue } from '../../../core/errors.ts'
import { ipv4Address, ipv6Prefix, type IpPrefix } from '../../../core/ip-address.ts'
import { DiscoveryGroupId, relayServiceCodeFromHex, UserInfoId } from '../../../core/identities/prose.ts'
import { algorithmNames, tunName } from '../network-config.ts'
import { watch } from './entity.ts'
import { about, looksLike } from './about.ts'
import { countOrUnlimited, gba, hexText, imsi, text } from './forms.ts'

const relayServiceCode = text('6 hex digits', relayServiceCodeFromHex)
const orderOfChoice = (lowest: number) => z.array(z.int().min(lowest).max(3)).min(1).max(4).default([2, 1, 3])

/** A /48 to /64; throws InvalidValue. */
function parseRelayPrefix(value: string): IpPrefix {
  const prefix = ipv6Prefix(value)
  if (prefix.length < 48 || prefix.length > 64)
    throw new InvalidValue('IPv6 prefix', 'a length of 48 to 64 is needed')
  return prefix
}

const ipv4 = text('IPv4 address', ipv4Address)
const layer2Id = z.string().regex(/^[0-9a-f]{6}$/).meta(looksLike('UEID')) // prettier-ignore

/** IP over the links of a UE. */
const tun = z.strictObject({
  name: z.string().regex(tunName).meta(about('of the network device')),
  remoteUePrefix: text('IPv6 prefix', parseRelayPrefix)
    .optional()
    .meta(about('of a relay: from it each remote UE gets a /64', { clause: 'TS 23.303 5.4.4' })),
  forwardBetweenLinks: z.boolean().default(false).meta(about('packets of one link may go out on another')),
  ipv4: z
    .strictObject({
      own: ipv4.meta(about('address of this UE')),
      peers: z.record(layer2Id, ipv4).default({}).meta(about('addresses of peers by their Layer-2 ID')),
    })
    .optional()
    .meta(about('IPv4 over links, beside IPv6')),
})

/** One entry of `ues`. */
export const ueShape = z.strictObject({
  imsi: imsi.meta(about('must be a subscriber above')),
  gba: gba.default('GBA_ME').meta(about('as its subscriber entry', { clause: 'TS 33.220 5' })),
  eea: orderOfChoice(0).meta(about('ciphering algorithms in order of choice', { clause: 'TS 33.401 5.1.3' })),
  eia: orderOfChoice(1).meta(about('integrity algorithms in order of choice', { clause: 'TS 33.401 5.1.4' })),
  allowEea0: z
    .boolean()
    .default(false)
    .meta(about('null ciphering may be in eea', { clause: 'R20' })),
  disabledAlgorithms: z
    .array(z.enum(algorithmNames))
    .default([])
    .meta(about('never offered nor taken', { clause: 'R20' })),
  pc5Profile: z
    .enum(['seed', 'final'])
    .default('seed')
    .meta(about('final: docs/pc5-profiles.md; the same for UEs that talk')),
  imsiOverPc5: z
    .enum(['seed', 'never'])
    .default('seed')
    .meta(about('never: rather no link than an IMSI in clear', { clause: 'seed step 3' })),
  imsiOverPc5PerHour: countOrUnlimited
    .prefault(10)
    .meta(about('how often it may say its IMSI', { unit: '/h' })),
  tmpi: z
    .boolean()
    .default(true)
    .meta(about('names itself on Ub by a TMPI', { clause: 'TS 33.220 B.4' })),
  openPc8: z.boolean().default(true).meta(about('opens PC8 as soon as it has bootstrapped')),
  requireVerifiedPeer: z
    .boolean()
    .default(false)
    .meta(about('no link with a peer whose identity no KMF confirmed', { clause: 'R6' })),
  discovery: z
    .enum(['none', 'model-a', 'model-b'])
    .default('none')
    .meta(about('announces itself; model-b: answers who looks for it', { clause: 'TS 23.303 5.3' })),
  discoveryGroup: hexText(3, (octets) => DiscoveryGroupId(readUint(octets, 0, 3)))
    .prefault('000001')
    .meta(about('group that it discovers and is discovered in')),
  userInfoId: hexText(6, UserInfoId)
    .optional()
    .meta(about('told in discovery', { byDefault: 'made of the ProSe UE ID' })),
  relayServiceCodes: z.array(relayServiceCode).max(8).default([]).meta(about('serves these as a relay')),
  wantedRelayServiceCode: relayServiceCode.optional().meta(about('asks UE-2 for a link as its relay')),
  tun: tun.optional().meta(about('IP of this machine over its links, by a network device')),
  watch,
})
