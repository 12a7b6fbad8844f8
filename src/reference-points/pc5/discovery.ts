import { InvalidValue, MalformedMessage } from '../../core/errors.ts'
import {
  DiscoveryGroupId,
  ProseUeId,
  type RelayServiceCode,
  type UserInfoId,
} from '../../core/identities/prose.ts'
import { written } from '../../core/octet-writer.ts'
import type { Fields, JsonValue } from '../../core/tap.ts'
import { stoppedBy, textOf, type ByteRange, type Explanation } from '../../wire/explanation.ts'
import { enumerated, identifier24, mapped, octets, u32, u8, type FieldCodec } from '../../wire/tlv/field.ts'
import { relayServiceCode } from './information-elements.ts'

const proseUeId = (name: string): FieldCodec<ProseUeId> => identifier24(name, ProseUeId)
const userInfoId = (name: string): FieldCodec<UserInfoId> => octets(name, 6) as FieldCodec<UserInfoId>

const discoveryGroupId = identifier24('Discovery Group ID', DiscoveryGroupId)

/** Bit 8: resources for another remote UE are there; the rest is spare. */
const statusIndicator: FieldCodec<boolean> = mapped(
  u8('Status Indicator'),
  (octet) => octet >= 0x80,
  (value) => (value ? 0x80 : 0),
  (value) => value,
  { names: { 0x80: 'true', 0: 'false' } },
)
const composition = (name: string) => enumerated(name, { 0: 'no target', 1: 'target follows' })

export interface Layout {
  /** Octet 1: discovery type (2 bits), content type (4), model (2). TS 24.334 11.2. */
  readonly type: number
  readonly name: string
  readonly fields: Readonly<Record<string, FieldCodec<unknown>>>
  /** In a solicitation: the composition octet, and the element that follows when it is 1. */
  readonly target?: { readonly composition: FieldCodec<0 | 1>; readonly codec: FieldCodec<unknown> }
}

const relay = { relayServiceCode, userInfoId: userInfoId('User Info ID') }
const member = { discoveryGroupId, userInfoId: userInfoId('User Info ID') }
const relayUe = {
  ...relay,
  proseRelayUeId: proseUeId('ProSe Relay UE ID'),
  resourcesAvailable: statusIndicator,
}
const memberUe = { ...member, proseUeId: proseUeId('ProSe UE ID') }

/** PC5_DISCOVERY messages of group members and relays, Models A and B: always 29 octets. TS 24.334 11.2.5. */
export const discoveryLayouts = {
  relayAnnouncement: { type: 0x91, name: 'RELAY_DISCOVERY_ANNOUNCEMENT', fields: relayUe },
  relayResponse: { type: 0x92, name: 'RELAY_DISCOVERY_RESPONSE', fields: relayUe },
  relaySolicitation: {
    type: 0x96,
    name: 'RELAY_DISCOVERY_SOLICITATION',
    fields: relay,
    target: { composition: composition('URDS composition'), codec: proseUeId('Target ProSe Relay UE ID') },
  },
  groupMemberAnnouncement: { type: 0x99, name: 'GROUP_MEMBER_DISCOVERY_ANNOUNCEMENT', fields: memberUe },
  groupMemberResponse: { type: 0x9a, name: 'GROUP_MEMBER_DISCOVERY_RESPONSE', fields: memberUe },
  groupMemberSolicitation: {
    type: 0x9e,
    name: 'GROUP_MEMBER_DISCOVERY_SOLICITATION',
    fields: member,
    target: { composition: composition('GMDS composition'), codec: userInfoId('Target User Info ID') },
  },
} as const satisfies Record<string, Layout>

const layoutsByType: ReadonlyMap<number, readonly [string, Layout]> = new Map(
  Object.entries(discoveryLayouts).map(([name, layout]) => [layout.type, [name, layout]]),
)

interface Tail {
  /** Message integrity code, 32 bits; 0 and not checked without a discovery key. */
  readonly mic: number
  /** Low octet of the UTC-based counter; not checked. */
  readonly counterLsb: number
}

interface RelayCode {
  readonly relayServiceCode: RelayServiceCode
  readonly userInfoId: UserInfoId
}
interface RelayUe extends RelayCode {
  readonly proseRelayUeId: ProseUeId
  /** Whether the relay can serve another remote UE. */
  readonly resourcesAvailable: boolean
}
interface Member {
  readonly discoveryGroupId: DiscoveryGroupId
  readonly userInfoId: UserInfoId
}
interface MemberUe extends Member {
  readonly proseUeId: ProseUeId
}

/** What is announced (Model A), or asked and answered (Model B). A hint only: the link proves who it is. */
export type DiscoveryMessage = Tail &
  (
    | ({ readonly type: 'relayAnnouncement' | 'relayResponse' } & RelayUe)
    | ({ readonly type: 'relaySolicitation'; readonly target?: ProseUeId } & RelayCode)
    | ({ readonly type: 'groupMemberAnnouncement' | 'groupMemberResponse' } & MemberUe)
    | ({ readonly type: 'groupMemberSolicitation'; readonly target?: UserInfoId } & Member)
  )
export type DiscoveryMessageType = DiscoveryMessage['type']

export const discoverySize = 29
const mic = u32('MIC')
const counterLsb = u8('UTC-based Counter LSB')
const tailAt = discoverySize - mic.min - counterLsb.min

/** GROUP_MEMBER_DISCOVERY_ANNOUNCEMENT and so on. */
export const discoveryName = (type: DiscoveryMessageType): string => discoveryLayouts[type].name

/** An element of a message, `codec.min` octets from octet `from` on. */
export interface Part {
  readonly field: string
  readonly codec: FieldCodec<unknown>
  readonly from: number
}

/** The elements of a message in wire order with their places; `targeted` says whether the target is there. */
export function partsOf(layout: Layout, targeted: boolean): readonly Part[] {
  const known = targeted ? targetedParts : untargetedParts
  let parts = known.get(layout)
  if (!parts) known.set(layout, (parts = placed(layout, targeted)))
  return parts
}

const untargetedParts = new WeakMap<Layout, readonly Part[]>()
const targetedParts = new WeakMap<Layout, readonly Part[]>()

function placed(layout: Layout, targeted: boolean): readonly Part[] {
  const rows: [string, FieldCodec<unknown>][] = Object.entries(layout.fields)
  if (layout.target) rows.push(['composition', layout.target.composition])
  if (layout.target && targeted) rows.push(['target', layout.target.codec])
  let at = 1
  const parts = rows.map(([field, codec]) => {
    const from = at
    at += codec.min
    return { field, codec, from }
  })
  return [
    ...parts,
    { field: 'mic', codec: mic, from: tailAt },
    { field: 'counterLsb', codec: counterLsb, from: tailAt + mic.min },
  ]
}

/** 29 octets: type, elements, spare octets of zero, MIC (4), counter LSB (1). Throws InvalidValue. */
export function encodeDiscovery(message: DiscoveryMessage): Uint8Array {
  const values: Readonly<Record<string, unknown>> = {
    ...message,
    composition: 'target' in message ? 1 : 0,
  }
  const layout = discoveryLayouts[message.type]
  const whole = new Uint8Array(discoverySize)
  whole[0] = layout.type
  for (const { field, codec, from } of partsOf(layout, 'target' in message)) {
    const octets = written((into) => codec.write(values[field], into))
    whole.set(octets, from)
  }
  return whole
}

/** Throws MalformedMessage: another length, an unknown type, a reserved value. Spare octets are not looked at. */
export function decodeDiscovery(message: Uint8Array): DiscoveryMessage {
  const { type, parts } = takeApart(message)
  const values: Record<string, unknown> = { type }
  for (const part of parts) {
    const value = readPart(part, message)
    if (value instanceof InvalidValue)
      throw new MalformedMessage(part.codec.name, part.from, value.message, { cause: value })
    if (part.field !== 'composition') values[part.field] = value
  }
  return values as unknown as DiscoveryMessage
}

function takeApart(message: Uint8Array) {
  if (message.length !== discoverySize)
    throw new MalformedMessage('PC5_DISCOVERY', message.length, `${discoverySize} octets are needed`)
  const found = layoutsByType.get(message[0] ?? -1)
  if (!found) throw new MalformedMessage('message type', 0, 'unknown')
  const [type, layout] = found
  const untargeted = partsOf(layout, false)
  const flag = untargeted.find(({ field }) => field === 'composition')
  const parts = flag && message[flag.from] === 1 ? partsOf(layout, true) : untargeted
  return { type, name: layout.name, parts }
}

function readPart({ codec, from }: Part, message: Uint8Array): unknown {
  try {
    return codec.read(message.subarray(from, from + codec.min))
  } catch (error) {
    if (error instanceof InvalidValue) return error
    throw error
  }
}

/** Fields for the tap. */
export function describeDiscovery(message: DiscoveryMessage): Fields {
  const values: Readonly<Record<string, unknown>> = { ...message }
  const shown: Record<string, JsonValue> = {}
  for (const { field, codec } of partsOf(discoveryLayouts[message.type], 'target' in message))
    if (values[field] !== undefined) shown[field] = codec.show(values[field])
  return shown
}

/** What each octet says; never throws. */
export function explainDiscovery(message: Uint8Array): Explanation {
  try {
    const { name, parts } = takeApart(message)
    const ranges: ByteRange[] = parts.map((part) => {
      const value = readPart(part, message)
      const text =
        value instanceof InvalidValue ? `not valid: ${value.message}` : textOf(part.codec.show(value))
      const { from, codec } = part
      return { name: codec.name, from, valueFrom: from, to: from + codec.min, text }
    })
    return {
      name,
      clause: 'TS 24.334 11.2.5',
      ranges: [{ name: 'Message type', from: 0, valueFrom: 0, to: 1, text: name }, ...ranges],
    }
  } catch (error) {
    if (error instanceof MalformedMessage) return { name: 'unknown', ranges: [], ...stoppedBy(error) }
    throw error
  }
}
