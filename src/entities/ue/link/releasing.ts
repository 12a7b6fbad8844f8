import { hexOf24 } from '../../../core/identities/prose.ts'
import type { ReleaseReason } from '../../../reference-points/pc5/causes.ts'
import { encodeSdu } from '../../../reference-points/pc5/messages.ts'
import { decodeSignalling, lcids } from '../../../reference-points/pc5/pdcp.ts'
import { unprotect, type SecurityContext } from '../../../reference-points/pc5/security-context.ts'
import type { LinkEffect, LinkEnv, LinkEvent, LinkState, LinkStep, OutgoingMessage, Secured } from './link.ts'
import { sendingContext } from './rekeying.ts'
import { contextsOf, dropped, transmitProtected } from './transmit.ts'

type Releasing = Extract<LinkState, { phase: 'releasing' }>

const timersOfLiveLinks = ['T4101', 'T4102', 'T4108', 'T4109', 'T4110', 'T4111', 'renewal'] as const

/** RELEASE and T4103; the user gets nothing more from this link, and a rekeying under way ends. TS 24.334 10.4.4. */
export function release(state: Secured, reason: ReleaseReason, env: LinkEnv): LinkStep {
  const context = sendingContext(state)
  const sequenceNumber = env.nextSequenceNumber(state.facts.peer)
  const sdu = encodeSdu({ type: 'directCommunicationRelease', sequenceNumber, reason })
  const message = transmitProtected(context, lcids.protected, sdu)
  for (const other of contextsOf(state)) if (other !== context) other.wipe()
  return [
    {
      phase: 'releasing',
      facts: { ...state.facts, context },
      sdu,
      transmissions: 1,
      ...(state.request && { request: state.request }),
    },
    ...timersOfLiveLinks.map((timer) => ({ kind: 'stop', timer }) as const),
    message,
    { kind: 'start', timer: 'T4103', after: env.settings.timers.T4103.after },
  ]
}

/** What answers a RELEASE, under the context that it came under. */
export const released = (
  context: SecurityContext,
  peer: Secured['facts']['peer'],
  env: LinkEnv,
): OutgoingMessage =>
  transmitProtected(
    context,
    lcids.protected,
    encodeSdu({ type: 'directCommunicationReleaseAccept', sequenceNumber: env.nextSequenceNumber(peer) }),
  )

/** RELEASE was sent: an answer, or the peer's own RELEASE, ends it. TS 24.334 10.4.4. */
export function releasing(state: Releasing, event: LinkEvent, env: LinkEnv): LinkStep {
  if (event.kind === 'pdu') return receivedWhileReleasing(state, event, env)
  if (event.kind === 'expired') return expired(state, event.timer, env)
  if (event.kind === 'abandon') return closed(state)
  return [state, dropped(`${event.kind} while releasing`)]
}

function receivedWhileReleasing(
  state: Releasing,
  { lcid, pdu }: Extract<LinkEvent, { kind: 'pdu' }>,
  env: LinkEnv,
): LinkStep {
  const { context, peer } = state.facts
  const { sdu, sduType } = unprotect(context, lcid, pdu)
  if (sduType !== 'pc5-signalling') return [state, dropped('user data while releasing')]
  const message = decodeSignalling(lcid, sdu)
  if (message.type === 'directCommunicationReleaseAccept') return closed(state)
  if (message.type === 'directCommunicationRelease') return closed(state, released(context, peer, env))
  return [state, dropped(`${message.type} while releasing`)]
}

function expired(state: Releasing, timer: string, env: LinkEnv): LinkStep {
  const { after, retransmissions } = env.settings.timers.T4103
  if (timer === 'pdk-expiry') return closed(state)
  if (timer !== 'T4103') return [state, dropped('timer of another phase')]
  if (state.transmissions > retransmissions) return closed(state)
  return [
    { ...state, transmissions: state.transmissions + 1 },
    transmitProtected(state.facts.context, lcids.protected, state.sdu),
    { kind: 'start', timer: 'T4103', after },
  ]
}

/** Keys and counters of a link go together (R27, R33). */
export function closed(state: Secured | Releasing, ...effects: LinkEffect[]): LinkStep {
  const { peer, role } = state.facts
  for (const context of contextsOf(state)) context.wipe()
  return [
    { phase: 'closed' },
    ...effects,
    { kind: 'report', state: { what: 'released', fields: { peer: hexOf24(peer), role } } },
  ]
}
