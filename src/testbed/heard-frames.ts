import type { Radio, SidelinkChannel } from '../core/environment.ts'
import { ProseError } from '../core/errors.ts'
import type { TapMessage } from '../core/tap.ts'
import { steps } from '../entities/ue/link/transmit.ts'
import type { NodeContext } from '../nodes/node.ts'
import { decodeDiscovery, describeDiscovery, discoveryName } from '../reference-points/pc5/discovery.ts'
import { decodeSdu, describe, messageName } from '../reference-points/pc5/messages.ts'
import {
  decodePdu,
  directionHeard,
  isCiphered,
  isUserData,
  lcids,
  type Lcid,
  type Pc5Profile,
} from '../reference-points/pc5/pdcp.ts'
import { decodeFrame, isFor } from '../reference-points/pc5/sl-sch.ts'
import type { Layer2Id } from '../core/identities/prose.ts'

/** Whose announcements are known to have been told; anybody can make up more, and then all are forgotten (R43). */
const mostAnnounced = 1024

type Told = Omit<TapMessage, 'kind' | 'time' | 'to' | 'masked' | 'bytes' | 'point'>

/**
 * A radio that also tells the tap what the UE hears, for a UE whose peers run in other processes and tell theirs. What is
 * ciphered is told as an observer sees it.
 */
export const tellingRadio =
  (name: string, own: Layer2Id, profile: Pc5Profile, context: Pick<NodeContext, 'tap' | 'clock' | 'names'>) =>
  (radio: Radio): Radio => {
    const { tap, clock, names } = context
    const announced = new Set<string>()
    const nameOf = (id: Layer2Id) => names.ofLayer2Id(id) ?? 'ue'
    const tell = (channel: SidelinkChannel, bytes: Uint8Array) => {
      const told =
        channel === 'SL-DCH' ? discovery(bytes, own, nameOf, announced) : frame(bytes, own, profile, nameOf)
      const shared = { kind: 'message', time: clock.now(), point: 'PC5', masked: [] } as const
      if (told) tap({ ...shared, ...told, to: name, bytes })
    }
    return {
      ...radio,
      onFrame: (hear) =>
        radio.onFrame((channel, bytes) => {
          tell(channel, bytes)
          hear(channel, bytes)
        }),
    }
  }

const orNothing = <Value>(read: () => Value): Value | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProseError) return undefined
    throw error
  }
}

function discovery(
  bytes: Uint8Array,
  own: Layer2Id,
  nameOf: (id: Layer2Id) => string,
  announced: Set<string>,
): Told | undefined {
  const message = orNothing(() => decodeDiscovery(bytes))
  if (!message) return undefined
  const from =
    'proseUeId' in message
      ? message.proseUeId
      : 'proseRelayUeId' in message
        ? message.proseRelayUeId
        : undefined
  if (from === undefined || from === own) return undefined
  const key = `${from} ${message.type}`
  const heartbeat = announced.has(key)
  if (announced.size >= mostAnnounced) announced.clear()
  announced.add(key)
  const fields = describeDiscovery(message)
  return {
    from: nameOf(from),
    name: discoveryName(message.type),
    step: '2',
    protection: 'clear',
    fields,
    heartbeat,
  }
}

function frame(
  bytes: Uint8Array,
  own: Layer2Id,
  profile: Pc5Profile,
  nameOf: (id: Layer2Id) => string,
): Told | undefined {
  const heard = orNothing(() => decodeFrame(bytes))
  if (!heard || !isFor(heard, own)) return undefined
  const { source, lcid, pdu } = heard
  return {
    from: nameOf(source),
    ...contentOf(lcid, pdu, profile),
    ...(profile === 'final' && { pc5Profile: profile }),
  }
}

function contentOf(
  lcid: Lcid,
  pdu: Uint8Array,
  profile: Pc5Profile,
): Pick<Told, 'name' | 'fields' | 'step' | 'protection'> {
  const ciphered = { protection: 'ciphered', fields: { octets: pdu.length } } as const
  if (isUserData(lcid)) return { name: 'USER_DATA', ...ciphered }
  const data = orNothing(() => decodePdu(lcid, pdu, profile).data)
  const isHidden = !data || isCiphered(lcid, directionHeard(lcid, data.length), profile)
  const message = isHidden ? undefined : orNothing(() => decodeSdu(data))
  if (!message) return { name: 'ciphered signalling', ...ciphered }
  const step = steps[message.type]
  const protection = lcid === lcids.unprotected ? 'clear' : 'integrity'
  return { name: messageName(message.type), fields: describe(message), protection, ...(step && { step }) }
}
