import type { Step } from '../../../core/tap.ts'
import {
  decodeSdu,
  describe,
  messageName,
  type Pc5MessageType,
} from '../../../reference-points/pc5/messages.ts'
import { encodeClearPdu, isCiphered, lcids, type Lcid } from '../../../reference-points/pc5/pdcp.ts'
import { algorithmName } from '../../../reference-points/pc5/security-capabilities.ts'
import { protect, type SecurityContext } from '../../../reference-points/pc5/security-context.ts'
import type { LinkEffect, LinkState, OutgoingMessage } from './link.ts'

/** Steps of CR 33.303 6.X.3.2 and 6.X.3.3 in which PC5 messages go out. */
export const steps: Partial<Record<Pc5MessageType, Step>> = {
  directCommunicationRequest: '3',
  directSecurityModeCommand: '12',
  directSecurityModeReject: '13',
  directSecurityModeComplete: '14',
  bootstrappingRenegotiationRequest: 'RN4',
}

const heartbeats: readonly Pc5MessageType[] = [
  'directCommunicationKeepalive',
  'directCommunicationKeepaliveAck',
]

const outgoing = (sdu: Uint8Array, lcid: Lcid, pdu: Uint8Array): OutgoingMessage => {
  const message = decodeSdu(sdu)
  const step = steps[message.type]
  return {
    kind: 'transmit',
    lcid,
    pdu,
    sdu,
    name: messageName(message.type),
    ...(step && { step }),
    protection: lcid === lcids.unprotected ? 'clear' : isCiphered(lcid) ? 'ciphered' : 'integrity',
    fields: describe(message),
    heartbeat: heartbeats.includes(message.type),
  }
}

/** An SDU of a message that no key protects: REQUEST, REJECT, SECURITY MODE REJECT, re-negotiation request. */
export const transmitClear = (sdu: Uint8Array): OutgoingMessage =>
  outgoing(sdu, lcids.unprotected, encodeClearPdu(sdu))

/** An SDU of a protected message, under the next SN; throws CounterExhausted. */
export const transmitProtected = (
  context: SecurityContext,
  lcid: typeof lcids.securityMode | typeof lcids.protected,
  sdu: Uint8Array,
): OutgoingMessage => outgoing(sdu, lcid, protect(context, { lcid, sduType: 'pc5-signalling', sdu }))

/** User data on LCID 1, under the next SN; throws CounterExhausted. CR 33.303 6.X.3.2 step 14. */
export function transmitData(
  context: SecurityContext,
  sduType: 'ip' | 'non-ip',
  octets: Uint8Array,
): OutgoingMessage {
  const lcid = lcids.userData
  return {
    kind: 'transmit',
    lcid,
    pdu: protect(context, { lcid, sduType, sdu: octets }),
    sdu: octets,
    name: 'USER_DATA',
    protection: 'ciphered',
    fields: { sduType, octets: octets.length },
    heartbeat: false,
  }
}

/** Names of the algorithms of a link, for reports. */
export const namesOf = ({ eea, eia }: SecurityContext['algorithms']) => ({
  eea: algorithmName('EEA', eea),
  eia: algorithmName('EIA', eia),
})

export const dropped = (why: string): LinkEffect => ({ kind: 'dropped', why })

/** The context that a state holds, live or provisional. */
export const contextOf = (state: LinkState): SecurityContext | undefined =>
  'facts' in state ? state.facts.context : undefined
