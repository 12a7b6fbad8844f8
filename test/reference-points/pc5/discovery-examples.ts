import { fromHex } from '../../../src/core/bytes.ts'
import {
  DiscoveryGroupId,
  ProseUeId,
  RelayServiceCode,
  UserInfoId,
} from '../../../src/core/identities/prose.ts'
import type { DiscoveryMessage } from '../../../src/reference-points/pc5/discovery.ts'

const userInfoId = UserInfoId(fromHex('a1a2a3a4a5a6'))
const target = UserInfoId(fromHex('b1b2b3b4b5b6'))
export const groupMember = { discoveryGroupId: DiscoveryGroupId(0x00beef), userInfoId, mic: 0, counterLsb: 7 }
const relay = { relayServiceCode: RelayServiceCode(0x000123), userInfoId, mic: 0xdeadbeef, counterLsb: 7 }
const proseUeId = ProseUeId(0x0a0b0c)
const spare = (octets: number) => '00'.repeat(octets)

/** Every form of a discovery message with its octets. TS 24.334 11.2.5. */
export const discoveryExamples: [DiscoveryMessage, string][] = [
  [
    { type: 'groupMemberAnnouncement', ...groupMember, proseUeId },
    `9900beefa1a2a3a4a5a60a0b0c${spare(11)}0000000007`,
  ],
  [
    { type: 'groupMemberResponse', ...groupMember, proseUeId },
    `9a00beefa1a2a3a4a5a60a0b0c${spare(11)}0000000007`,
  ],
  [{ type: 'groupMemberSolicitation', ...groupMember }, `9e00beefa1a2a3a4a5a600${spare(13)}0000000007`],
  [
    { type: 'groupMemberSolicitation', ...groupMember, target },
    `9e00beefa1a2a3a4a5a601b1b2b3b4b5b6${spare(7)}0000000007`,
  ],
  [
    { type: 'relayAnnouncement', ...relay, proseRelayUeId: proseUeId, resourcesAvailable: true },
    `91000123a1a2a3a4a5a60a0b0c80${spare(10)}deadbeef07`,
  ],
  [
    { type: 'relayResponse', ...relay, proseRelayUeId: proseUeId, resourcesAvailable: false },
    `92000123a1a2a3a4a5a60a0b0c00${spare(10)}deadbeef07`,
  ],
  [{ type: 'relaySolicitation', ...relay }, `96000123a1a2a3a4a5a600${spare(13)}deadbeef07`],
  [
    { type: 'relaySolicitation', ...relay, target: proseUeId },
    `96000123a1a2a3a4a5a6010a0b0c${spare(10)}deadbeef07`,
  ],
]
