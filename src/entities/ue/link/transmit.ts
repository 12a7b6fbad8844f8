import type { Protection, SecurityInputs, Step } from '../../../core/tap.ts'
import {
  decodeSdu,
  describe,
  messageName,
  typeOfSdu,
  type Pc5MessageType,
} from '../../../reference-points/pc5/messages.ts'
import {
  encodeClearPdu,
  lcids,
  pduSize,
  protectionOf,
  type Lcid,
} from '../../../reference-points/pc5/pdcp.ts'
import { algorithmName } from '../../../reference-points/pc5/security-capabilities.ts'
import {
  protect,
  type OutgoingSdu,
  type SecurityContext,
} from '../../../reference-points/pc5/security-context.ts'
import { frameOf, pduIn, roomForFrame } from '../../../reference-points/pc5/sl-sch.ts'
import type { LinkEffect, LinkState, OutgoingMessage, Secured } from './link.ts'

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

const outgoing = (
  sdu: Uint8Array,
  lcid: Lcid,
  frame: Uint8Array,
  protection: Protection,
  stepOf: typeof steps,
  security?: () => SecurityInputs,
): OutgoingMessage => {
  const type = typeOfSdu(sdu)
  return {
    kind: 'transmit',
    lcid,
    frame,
    sdu,
    name: messageName(type),
    step: stepOf[type],
    protection,
    fields: () => describe(decodeSdu(sdu)),
    heartbeat: heartbeats.includes(type),
    security,
  }
}

/** An SDU of a message that no key protects: REQUEST, REJECT, SECURITY MODE REJECT, re-negotiation request. */
export const transmitClear = (sdu: Uint8Array): OutgoingMessage =>
  outgoing(sdu, lcids.unprotected, frameOf(encodeClearPdu(sdu)), 'clear', steps)

/** A frame whose PDU is protected under the next SN; throws CounterExhausted. */
function protectedFrame(context: SecurityContext, outgoing: OutgoingSdu): Uint8Array {
  const frame = roomForFrame(pduSize(outgoing.lcid, outgoing.sdu.length, context.profile))
  protect(context, outgoing, pduIn(frame))
  return frame
}

type ProtectedLcid = typeof lcids.securityMode | typeof lcids.protected

/** An SDU of a protected message, under the next SN; throws CounterExhausted. */
export function transmitProtected(
  context: SecurityContext,
  lcid: ProtectedLcid,
  sdu: Uint8Array,
  stepOf = steps,
): OutgoingMessage {
  const security = context.inputsOfNext(lcid)
  const frame = protectedFrame(context, { lcid, sduType: 'pc5-signalling', sdu })
  const protection = protectionOf(lcid, context.sendDirection, context.profile)
  return outgoing(sdu, lcid, frame, protection, stepOf, security)
}

/** The same of a rekeying, whose messages are of no step. */
export const transmitRekeying = (
  context: SecurityContext,
  lcid: ProtectedLcid,
  sdu: Uint8Array,
): OutgoingMessage => transmitProtected(context, lcid, sdu, {})

/** User data on LCID 1, under the next SN; throws CounterExhausted. CR 33.303 6.X.3.2 step 14. */
export function transmitData(
  context: SecurityContext,
  sduType: 'ip' | 'non-ip',
  octets: Uint8Array,
): OutgoingMessage {
  const lcid = lcids.userData
  const security = context.inputsOfNext(lcid)
  return {
    kind: 'transmit',
    lcid,
    frame: protectedFrame(context, { lcid, sduType, sdu: octets }),
    sdu: octets,
    name: 'USER_DATA',
    protection: 'ciphered',
    fields: () => ({ sduType, octets: octets.length }),
    heartbeat: false,
    security,
  }
}

/** Names of the algorithms of a link, for reports. */
export const namesOf = ({ eea, eia }: SecurityContext['algorithms']) => ({
  eea: algorithmName('EEA', eea),
  eia: algorithmName('EIA', eia),
})

export const dropped = (why: string): LinkEffect => ({ kind: 'dropped', why })

/** The contexts that a state holds, live or provisional: two while a link is rekeyed. */
export function contextsOf(state: LinkState): readonly SecurityContext[] {
  if (!('facts' in state)) return []
  const pending = state.phase === 'secured' ? pendingContextOf(state) : undefined
  return pending ? [state.facts.context, pending] : [state.facts.context]
}

/** The one of that KD-sess ID. */
export function contextOf(state: LinkState, kdSessId: number): SecurityContext | undefined {
  if (!('facts' in state)) return undefined
  if (state.facts.context.kdSessId === kdSessId) return state.facts.context
  return contextsOf(state).find((one) => one.kdSessId === kdSessId)
}

/** The one that a rekeying will bring. */
export const pendingContextOf = ({ rekeying }: Secured): SecurityContext | undefined =>
  rekeying && 'context' in rekeying ? rekeying.context : undefined
