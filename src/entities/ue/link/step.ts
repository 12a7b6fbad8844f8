import { ProseError } from '../../../core/errors.ts'
import { CounterExhausted } from '../../../reference-points/pc5/errors.ts'
import { secured } from './established.ts'
import { commanding } from './commanding.ts'
import { completing } from './completing.ts'
import { idle, requesting } from './initiator.ts'
import type { LinkEnv, LinkEvent, LinkState, LinkStep } from './link.ts'
import { releasing } from './releasing.ts'
import { answered, requested, retrievingKey } from './responder.ts'
import { contextsOf, dropped } from './transmit.ts'

/**
 * The PC5 link of one UE to another, in either role. Timers are effects; time and nonces come from `env`; whatever does
 * not verify changes nothing (R11, R26). The one thing that changes in place is the security context inside a state: its
 * counters may never go back (R27).
 */
export function step(state: LinkState, event: LinkEvent, env: LinkEnv): LinkStep {
  try {
    return stepOf(state, event, env)
  } catch (error) {
    if (error instanceof CounterExhausted) return exhausted(state, error)
    if (error instanceof ProseError) return [state, dropped(error.code)]
    throw error
  }
}

function stepOf(state: LinkState, event: LinkEvent, env: LinkEnv): LinkStep {
  switch (state.phase) {
    case 'idle':
      return event.kind === 'request' ? requested(event.accepted, env) : idle(state, event, env)
    case 'requesting':
      return requesting(state, event, env)
    case 'completing':
      return completing(state, event, env)
    case 'retrieving-key':
      return retrievingKey(state, event, env)
    case 'commanding':
      return commanding(state, event, env)
    case 'answered':
      return answered(state, event)
    case 'secured':
      return secured(state, event, env)
    case 'releasing':
      return releasing(state, event, env)
    case 'closed':
      return [state, dropped(`${event.kind} after the end`)]
  }
}

/** No SN is left, so not even RELEASE can be said: the context goes (R27). */
function exhausted(state: LinkState, error: ProseError): LinkStep {
  for (const context of contextsOf(state)) context.wipe()
  const report = { what: 'released', fields: { reason: error.code } }
  const end = { outcome: 'ended', error, endedAt: '14' } as const
  return [
    { phase: 'closed' },
    { kind: 'report', state: report },
    ...(state.phase === 'completing' ? [{ kind: 'attempt-ended', end } as const] : []),
  ]
}
