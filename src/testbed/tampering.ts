import type { Radio } from '../core/environment.ts'
import { MalformedMessage } from '../core/errors.ts'
import {
  decodeSdu,
  encodeSdu,
  type DirectCommunicationRequest,
  type Pc5Message,
} from '../reference-points/pc5/messages.ts'
import type { Layer2Id } from '../core/identities/prose.ts'
import type { SentPc5Message } from '../entities/ue/ue.ts'
import { decodePdu, encodeClearPdu } from '../reference-points/pc5/pdcp.ts'
import { decodeFrame, encodeFrame } from '../reference-points/pc5/sl-sch.ts'
import type { Cast, Part } from './cast.ts'

/** Layer-2 IDs of those who play. */
export type Layer2Ids = Readonly<Record<Part, Layer2Id | undefined>>

/** What becomes of a frame; undefined when it is lost. */
type Change = (frame: Uint8Array, ids: Layer2Ids) => Uint8Array | undefined

/** What becomes of the frames on SL-SCH that a UE sends or hears. */
export interface Tampering {
  readonly sent?: Change
  readonly heard?: Change
}

export const layer2IdsOf = ({ ue1, ue2, ue3 }: Cast): Layer2Ids => ({
  ue1: ue1.proseUeIds[0],
  ue2: ue2.proseUeIds[0],
  ue3: ue3?.proseUeIds[0],
})

/** What somebody on the sidelink makes of what a UE sends. */
export const onAirBy =
  ({ sent }: Tampering, ids: Layer2Ids) =>
  ({ channel, frame }: SentPc5Message): Uint8Array | 'lost' | undefined => {
    if (channel !== 'SL-SCH' || !sent) return undefined
    const left = sent(frame, ids) ?? 'lost'
    return left === frame ? undefined : left
  }

/** The sidelink of a UE with somebody on it who changes what it hears. */
export const tamperedRadio = (radio: Radio, { heard }: Tampering, ids: Layer2Ids): Radio => ({
  send: (channel, frame) => radio.send(channel, frame),
  onFrame: (hear) =>
    radio.onFrame((channel, frame) => {
      const left = channel === 'SL-SCH' && heard ? heard(frame, ids) : frame
      if (left) hear(channel, left)
    }),
  close: () => radio.close(),
})

/** What `decode` gives; undefined for a frame that it cannot read. */
function read<Value>(decode: () => Value): Value | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined
    throw error
  }
}

/** The message of a frame that is not ciphered; undefined for any other. */
const messageIn = (frame: Uint8Array): Pc5Message | undefined =>
  read(() => {
    const { lcid, pdu } = decodeFrame(frame)
    return decodeSdu(decodePdu(lcid, pdu).data)
  })

/** Another REQUEST goes out than the UE made. */
const changedRequest = (
  change: (request: DirectCommunicationRequest) => DirectCommunicationRequest,
): Tampering => ({
  sent(frame) {
    const message = messageIn(frame)
    if (message?.type !== 'directCommunicationRequest') return frame
    const { source, destination, lcid } = decodeFrame(frame)
    return encodeFrame({ source, destination, lcid, pdu: encodeClearPdu(encodeSdu(change(message))) })
  },
})

/** 128-EEA2 and 128-EIA2 are no longer among the capabilities of the REQUEST (bidding down). */
export const clearAlgorithm2 = changedRequest((request) => {
  const { eea, eia } = request.ueSecurityCapabilities
  const without = (ids: readonly number[]) => ids.filter((id) => id !== 2)
  const ueSecurityCapabilities = { ...request.ueSecurityCapabilities, eea: without(eea), eia: without(eia) }
  return { ...request, ueSecurityCapabilities }
})

/** The identity of UE-1 in a REQUEST that UE-1 did not make: the token, if there is one, is for another Nonce_1. */
export const forgeNonce1 = changedRequest((request) => ({
  ...request,
  nonce1: request.nonce1.map((octet) => octet ^ 0xff),
}))

/** One bit of the MAC-I, which ends the frame, is another. */
export const changeMacOfCommand: Tampering = {
  sent(frame) {
    if (messageIn(frame)?.type !== 'directSecurityModeCommand') return frame
    const changed = frame.slice()
    const last = changed.length - 1
    changed[last] = (changed[last] ?? 0) ^ 1
    return changed
  },
}

/** On SL-SCH the UE hears nobody and is heard by nobody. */
export const silence: Tampering = { sent: () => undefined, heard: () => undefined }

/** UE-3 hears what is for UE-2 as if it were for itself, and sends as UE-2. */
export const passForUe2: Tampering = {
  heard: (frame, { ue2, ue3 }) => readdressed(frame, 'destination', ue2, ue3),
  sent: (frame, { ue2, ue3 }) => readdressed(frame, 'source', ue3, ue2),
}

function readdressed(
  frame: Uint8Array,
  end: 'source' | 'destination',
  from: Layer2Id | undefined,
  to: Layer2Id | undefined,
): Uint8Array {
  const parts = read(() => decodeFrame(frame))
  return parts && to !== undefined && parts[end] === from ? encodeFrame({ ...parts, [end]: to }) : frame
}
