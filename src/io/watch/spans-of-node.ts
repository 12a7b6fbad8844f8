import { AgedMap } from '../../core/aged-map.ts'
import type { Fields, TapEvent, TapSpan, TapState } from '../../core/tap.ts'
import { spanOf, ue2Context } from '../../core/traceparent.ts'
import { SetUps, type SetUp } from './set-ups.ts'

/** A decision within a span. Fingerprints of keys stay out. */
export interface Decided {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly what: string
  readonly fields: Fields
}

/** One span of a trace, complete. Times in milliseconds since 1970, with fractions. */
export interface TracedSpan {
  readonly trace: string
  readonly id: string
  /** Absent for the attempt of UE-1, with which a trace begins. */
  readonly parent?: string
  readonly side: 'client' | 'server' | 'internal'
  readonly name: string
  readonly began: number
  readonly ended: number
  readonly cause?: string
  readonly decided: readonly Decided[]
}

/** Spans with decisions that are not over, and decisions of one; beyond that the oldest are forgotten (R43). */
const capacity = { spans: 1_000, decisions: 64 } as const

/** Makes the spans of one node from its events: exchanges, and at a UE its attempts. */
export class SpansOfNode {
  readonly #setUps: SetUps | undefined
  readonly #decided = new AgedMap<string, Decided[]>()

  constructor(role: 'hss' | 'bsf' | 'kmf' | 'ue') {
    this.#setUps = role === 'ue' ? new SetUps() : undefined
  }

  /** The spans that are over with this event. */
  take(event: TapEvent): readonly TracedSpan[] {
    if (event.kind === 'state') this.#decide(event)
    const setUp = this.#setUps?.take(event)
    return [...(event.kind === 'span' ? this.#exchange(event) : []), ...(setUp ? [this.#attempt(setUp)] : [])]
  }

  #decide({ time, what, fields, span }: TapState): void {
    if (span === undefined) return
    const decided = this.#decided.get(span) ?? []
    if (decided.length < capacity.decisions) decided.push({ time, what, fields })
    this.#decided.set(span, decided)
    this.#decided.deleteWhile(() => this.#decided.size > capacity.spans)
  }

  #decidedIn(span: string): readonly Decided[] {
    const decided = this.#decided.get(span) ?? []
    this.#decided.delete(span)
    return decided
  }

  /** Only what belongs to a set-up. */
  #exchange({ time, side, point, name, ms, cause, context, span, parent }: TapSpan): TracedSpan[] {
    if (side === 'store' || context === undefined || span === undefined) return []
    return [
      {
        ...{ trace: context, id: span, side, name: `${point ?? ''} ${name}`, began: time - ms, ended: time },
        ...(parent === undefined ? {} : { parent }),
        ...(cause === undefined ? {} : { cause }),
        decided: this.#decidedIn(span),
      },
    ]
  }

  /** What a UE decides outside of exchanges bears the id of the whole attempt. */
  #attempt({ context: trace, role, began, ended, outcome, cause }: SetUp): TracedSpan {
    const whole = spanOf(trace)
    const id = role === 'ue-1' ? whole : spanOf(ue2Context(trace))
    return {
      ...{ trace, id, side: 'internal', name: `set-up, ${role.toUpperCase()}`, began, ended },
      ...(role === 'ue-1' ? {} : { parent: whole }),
      ...(outcome === 'refused' ? { cause: cause ?? outcome } : {}),
      decided: [...new Set([whole, id])].flatMap((span) => this.#decidedIn(span)),
    }
  }
}
