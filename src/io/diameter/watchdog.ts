import type { Random } from '../../core/environment.ts'
import { readUint } from '../../core/bytes.ts'
import { milliseconds, type Milliseconds } from '../../core/units.ts'

/** Whether an open connection is alive. RFC 3539 3.4.1. */
export interface Watchdog {
  /** Only `okay` takes new requests; `reopen` follows a connection that was given up for silence. */
  readonly status: 'okay' | 'suspect' | 'reopen'
  /** A DWR is not answered yet. */
  readonly pending: boolean
  /** DWAs in `reopen`; -1 after one was missed. */
  readonly answers: number
}

export type WatchdogEvent = 'dwa' | 'message' | 'timeout'
export type WatchdogAction = 'send-dwr' | 'failover' | 'failback' | 'close'

const answersToTrust = 3

export const watchdogOf = (lastOneFellSilent: boolean): [Watchdog, ...WatchdogAction[]] =>
  lastOneFellSilent
    ? [{ status: 'reopen', pending: true, answers: 0 }, 'failover', 'send-dwr']
    : [{ status: 'okay', pending: false, answers: 0 }]

/** RFC 3539 3.4.1; the caller sets the timer anew after each event. */
export function watch(state: Watchdog, event: WatchdogEvent): [Watchdog, ...WatchdogAction[]] {
  switch (state.status) {
    case 'okay':
      if (event === 'dwa') return [{ ...state, pending: false }]
      if (event === 'message') return [state]
      if (!state.pending) return [{ ...state, pending: true }, 'send-dwr']
      return [{ ...state, status: 'suspect' }, 'failover']
    case 'suspect':
      if (event === 'timeout') return [state, 'close']
      return [{ status: 'okay', pending: event === 'message' && state.pending, answers: 0 }, 'failback']
    case 'reopen':
      return reopen(state, event)
  }
}

// RFC 3539 lets Tw pass between the three DWRs. Ours follow each other: a node that answers three is alive now.
function reopen(state: Watchdog, event: WatchdogEvent): [Watchdog, ...WatchdogAction[]] {
  if (event === 'message') return [state]
  if (event === 'timeout') return state.answers < 0 ? [state, 'close'] : [{ ...state, answers: -1 }]
  const answers = Math.max(0, state.answers) + 1
  if (answers >= answersToTrust) return [{ status: 'okay', pending: false, answers: 0 }, 'failback']
  return [{ status: 'reopen', pending: true, answers }, 'send-dwr']
}

const jitter = 2000

/** Tw with its jitter of up to 2 s either way. RFC 3539 3.4.1. */
export function watchdogDelay(tw: Milliseconds, random: Random): Milliseconds {
  const share = readUint(random.octets(2), 0, 2) / 0xffff
  return milliseconds(Math.round(tw + (2 * share - 1) * Math.min(jitter, tw / 2)))
}
