import type { Radio } from '../core/environment.ts'
import { MalformedMessage } from '../core/errors.ts'
import {
  decodeSdu,
  encodeSdu,
  type DirectCommunicationRequest,
  type Pc5Message,
} from '../reference-points/pc5/messages.ts'
import { decodePdu, encodeClearPdu } from '../reference-points/pc5/pdcp.ts'
import { decodeFrame, encodeFrame } from '../reference-points/pc5/sl-sch.ts'

/** What becomes of a frame on SL-SCH that UE-1 sends or hears. */
export interface Tampering {
  readonly sent?: (frame: Uint8Array) => Uint8Array
  readonly heard?: (frame: Uint8Array) => Uint8Array
}

/** The sidelink of a UE with somebody on it. */
export const tamperedRadio = (radio: Radio, { sent, heard }: Tampering): Radio => ({
  send: (channel, frame) => radio.send(channel, channel === 'SL-SCH' && sent ? sent(frame) : frame),
  onFrame: (hear) =>
    radio.onFrame((channel, frame) => hear(channel, channel === 'SL-SCH' && heard ? heard(frame) : frame)),
  close: () => radio.close(),
})

/** The message of a frame that is not ciphered; undefined for any other. */
function messageIn(frame: Uint8Array): Pc5Message | undefined {
  try {
    const { lcid, pdu } = decodeFrame(frame)
    return decodeSdu(decodePdu(lcid, pdu).data)
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined
    throw error
  }
}

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
export const clearStrongestAlgorithm = changedRequest((request) => {
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
  heard(frame) {
    if (messageIn(frame)?.type !== 'directSecurityModeCommand') return frame
    const changed = frame.slice()
    const last = changed.length - 1
    changed[last] = (changed[last] ?? 0) ^ 1
    return changed
  },
}
