import type { TapEvent, TapState } from '../../core/tap.ts'
import type { Instant } from '../../core/units.ts'

/** One attempt at a link, as one UE saw it. */
export interface SetUp {
  /** Trace id. */
  readonly context: string
  readonly role: 'ue-1' | 'ue-2'
  readonly began: Instant
  readonly ended: Instant
  readonly outcome: 'secured' | 'refused' | 're-negotiated'
  /** The code of a refusal. */
  readonly cause?: string
}

interface Begun {
  began: Instant
  role: SetUp['role']
  /** What comes later belongs to the link. */
  isOver: boolean
}

/** Attempts that are remembered; beyond that the oldest is forgotten (R43). */
const capacity = 1_000

const outcomes: Readonly<Record<string, SetUp['outcome']>> = {
  secured: 'secured',
  refused: 'refused',
  renegotiation: 're-negotiated',
}

/** Finds in the events of one UE where attempts begin and end. */
export class SetUps {
  readonly #begun = new Map<string, Begun>()

  /** The attempt that is over with this event. */
  take(event: TapEvent): SetUp | undefined {
    if (!('context' in event) || event.context === undefined) return undefined
    const { context, time } = event
    const begun = this.#begunIn(context, event)
    const outcome = event.kind === 'state' ? outcomes[event.what] : undefined
    if (event.kind !== 'state' || outcome === undefined || begun.isOver) return undefined
    begun.isOver = true
    return { context, role: begun.role, began: begun.began, ended: time, outcome, ...causeOf(event) }
  }

  #begunIn(context: string, event: TapEvent): Begun {
    const { time } = event
    const began = (event.kind === 'span' ? time - event.ms : time) as Instant
    const begun = this.#begun.get(context) ?? { began, role: 'ue-2', isOver: false }
    begun.began = Math.min(begun.began, began) as Instant
    if (isOfUe1(event)) begun.role = 'ue-1'
    this.#begun.set(context, begun)
    const [oldest] = this.#begun.keys()
    if (this.#begun.size > capacity && oldest !== undefined) this.#begun.delete(oldest)
    return begun
  }
}

/** UE-1 identifies itself, and names the attempt by Nonce_1. CR 33.303 6.X.3.2 step 3. */
const isOfUe1 = (event: TapEvent): boolean =>
  (event.kind === 'state' && event.what === 'identity') ||
  (event.kind === 'message' && event.name === 'DIRECT_COMMUNICATION_REQUEST')

const causeOf = ({ fields }: TapState) =>
  typeof fields['code'] === 'string' ? { cause: fields['code'] } : {}
