import { hexOf24 } from '../../../core/identities/prose.ts'
import { projectValues } from '../../../core/project-values.ts'
import { encodeSdu, type Pc5Message } from '../../../reference-points/pc5/messages.ts'
import { lcids } from '../../../reference-points/pc5/pdcp.ts'
import type { LinkEnv, LinkStep, Secured } from './link.ts'
import { sendingContext } from './rekeying.ts'
import { dropped, transmitProtected } from './transmit.ts'

/** A relay asks its remote UE who it is, for the report to the network; once, for nothing waits for the answer. */
export function askRemoteUe(state: Secured, env: LinkEnv): LinkStep {
  const { peer } = state.facts
  if (!isRelayed(state, 'responder')) return [state, dropped('REMOTE_UE_INFO_REQUEST to no remote UE')]
  const sdu = encodeSdu({
    type: 'remoteUeInfoRequest',
    sequenceNumber: env.nextSequenceNumber(peer),
    remoteUeInfoType: projectValues.remoteUeInfoType.value,
  })
  return [state, transmitProtected(sendingContext(state), lcids.protected, sdu)]
}

/**
 * Both messages of the procedure; undefined for any other. Open: the change request names no identity of equipment, so
 * the remote UE answers without its IMEI. TS 24.334 11.4.
 */
export function remoteUeReceived(state: Secured, message: Pc5Message, env: LinkEnv): LinkStep | undefined {
  const { peer } = state.facts
  if (message.type === 'remoteUeInfoRequest' && isRelayed(state, 'initiator')) {
    const sequenceNumber = env.nextSequenceNumber(peer)
    const sdu = encodeSdu({ type: 'remoteUeInfoResponse', sequenceNumber })
    return [state, transmitProtected(sendingContext(state), lcids.protected, sdu)]
  }
  if (message.type === 'remoteUeInfoResponse' && isRelayed(state, 'responder')) {
    const fields = { peer: hexOf24(peer), imei: message.imei !== undefined }
    return [state, { kind: 'report', state: { what: 'remote-ue-info', fields } }]
  }
  return undefined
}

/** The remote UE is the initiator of its link, the relay the responder. CR 33.303 6.Y.3. */
const isRelayed = ({ facts }: Secured, role: 'initiator' | 'responder'): boolean =>
  facts.role === role && facts.relayServiceCode !== undefined
