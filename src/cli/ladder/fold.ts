import type { ReferencePoint, TapMessage, TapOctets, TapState } from '../../core/tap.ts'
import { factsOf, keyFacts } from './facts.ts'
import { displayName } from './names.ts'
import type { Arrow, Row } from './row.ts'

/** What happens behind an exchange of a UE and is told with it: Zh while it bootstraps, Zn while it opens PC8. */
const behind: Readonly<Record<string, ReferencePoint>> = { Ub: 'Zh', PC8: 'Zn' }

/** One exchange of steps 0 and 1 that becomes a single row. */
export class Fold {
  /** The UE that began it; undefined for an exchange between servers. */
  readonly ue: string | undefined
  readonly point: ReferencePoint
  readonly #server: string
  readonly #step: string
  readonly #counts = new Map<ReferencePoint, number>()
  readonly #arrows = new Map<string, Arrow>()
  #tls = ''
  #lastName = ''
  #lastOctetsFrom = ''
  #facts: readonly string[] = []

  constructor(first: TapMessage | TapOctets, ue: string | undefined, step: string) {
    this.ue = ue
    this.#server = first.from === ue ? first.to : first.from
    this.point = first.point
    this.#step = step
  }

  takes(event: TapMessage | TapOctets): boolean {
    const ends = [event.from, event.to]
    const between = (other: string | undefined) => other !== undefined && ends.includes(other)
    if (event.point === this.point)
      return between(this.#server) && (this.ue === undefined || between(this.ue))
    return event.kind === 'message' && event.point === behind[this.point] && between(this.#server)
  }

  add(event: TapMessage | TapOctets): void {
    if (event.kind === 'octets') this.#addFlight(event)
    else this.#addMessage(event)
  }

  #addMessage({ point, from, to, protection, fields, name }: TapMessage): void {
    this.#count(point)
    this.#connect({ from, to, protection, bothWays: true })
    if (typeof fields['tls'] === 'string') this.#tls = fields['tls']
    if (point === this.point) this.#lastName = name
  }

  /** The messages of a TLS handshake are its flights. */
  #addFlight({ point, from, to }: TapOctets): void {
    if (from !== this.#lastOctetsFrom) this.#count(point)
    this.#lastOctetsFrom = from
    this.#connect({ from, to, protection: 'ciphered', bothWays: true })
  }

  #count(point: ReferencePoint): void {
    this.#counts.set(point, (this.#counts.get(point) ?? 0) + 1)
  }

  #connect(arrow: Arrow): void {
    this.#arrows.set([arrow.from, arrow.to].sort().join(' '), arrow)
  }

  /** What the UE says came of it. */
  note(state: TapState): void {
    this.#facts = [...factsOf(state.fields, state.time), ...keyFacts(state.keys)]
    if (typeof state.fields['tls'] === 'string') this.#tls = state.fields['tls']
  }

  row(): Row {
    const failed = /^(4(?!01)|5)\d\d /.test(this.#lastName)
    const counts = Array.from(this.#counts, ([point, count]) => `${count} ${point}`)
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
    return {
      kind: 'message',
      step: this.#step,
      point: this.point,
      arrows: [...this.#arrows.values()],
      failed,
      title: failed ? `${displayName(this.ue ?? '')}: ${this.#lastName}` : this.#title(),
      folded: `${counts.join(', ')} message${total === 1 ? '' : 's'}`,
      facts: this.#facts,
    }
  }

  #title(): string {
    if (this.ue === undefined) return `${displayName(this.#server)} asks`
    if (this.point === 'Ub') return `${displayName(this.ue)} bootstraps`
    return `TLS${this.#tls === '' ? '' : ` ${this.#tls}`}, PSK by B-TID`
  }
}
