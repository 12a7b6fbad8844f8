import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { InvalidValue, MalformedMessage } from '../../../src/core/errors.ts'
import {
  DiscoveryGroupId,
  ProseUeId,
  RelayServiceCode,
  UserInfoId,
} from '../../../src/core/identities/prose.ts'
import {
  decodeDiscovery,
  describeDiscovery,
  encodeDiscovery,
  explainDiscovery,
  type DiscoveryMessage,
} from '../../../src/reference-points/pc5/discovery.ts'

const userInfoId = UserInfoId(fromHex('a1a2a3a4a5a6'))
const target = UserInfoId(fromHex('b1b2b3b4b5b6'))
const group = { discoveryGroupId: DiscoveryGroupId(0x00beef), userInfoId, mic: 0, counterLsb: 7 }
const relay = { relayServiceCode: RelayServiceCode(0x000123), userInfoId, mic: 0xdeadbeef, counterLsb: 7 }
const proseUeId = ProseUeId(0x0a0b0c)
const spare = (octets: number) => '00'.repeat(octets)

const rows: [DiscoveryMessage, string][] = [
  [
    { type: 'groupMemberAnnouncement', ...group, proseUeId },
    `9900beefa1a2a3a4a5a60a0b0c${spare(11)}0000000007`,
  ],
  [{ type: 'groupMemberResponse', ...group, proseUeId }, `9a00beefa1a2a3a4a5a60a0b0c${spare(11)}0000000007`],
  [{ type: 'groupMemberSolicitation', ...group }, `9e00beefa1a2a3a4a5a600${spare(13)}0000000007`],
  [
    { type: 'groupMemberSolicitation', ...group, target },
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

describe.each(rows)('%o', (message, text) => {
  it('has 29 octets in the order of TS 24.334 11.2.5', () => {
    expect(fromHex(text)).toHaveLength(29)
    expect(hex(encodeDiscovery(message))).toBe(text)
    expect(decodeDiscovery(fromHex(text))).toEqual(message)
  })

  it('has every element named', () => {
    const { ranges, stopped } = explainDiscovery(fromHex(text))
    expect(stopped).toBeUndefined()
    expect(ranges.at(-2)).toMatchObject({ name: 'MIC', from: 24, to: 28 })
    expect(Object.keys(describeDiscovery(message))).toContain('userInfoId')
  })

  it('is refused with another length', () => {
    for (const wrong of [text.slice(2), `${text}00`, ''])
      expect(() => decodeDiscovery(fromHex(wrong))).toThrow(MalformedMessage)
  })
})

const good = rows[2]?.[1] ?? ''
it.each([
  ['an open announcement', `41${good.slice(2)}`],
  ['an unknown type', `ff${good.slice(2)}`],
  ['a reserved composition', `${good.slice(0, 20)}02${good.slice(22)}`],
  ['a ProSe UE ID of zero', (rows[0]?.[1] ?? '').replace('0a0b0c', '000000')],
])('%s is refused', (_, text) => {
  expect(() => decodeDiscovery(fromHex(text))).toThrow(MalformedMessage)
  expect(fromHex(text)).toHaveLength(29)
})

it('spare octets are not looked at', () => {
  const text = `${good.slice(0, 22)}${'ff'.repeat(13)}${good.slice(48)}`
  expect(text).not.toBe(good)
  expect(decodeDiscovery(fromHex(text))).toEqual(rows[2]?.[0])
})

it('does not write a MIC of more than 32 bits', () => {
  expect(() => encodeDiscovery({ type: 'groupMemberSolicitation', ...group, mic: 2 ** 32 })).toThrow(
    InvalidValue,
  )
})
