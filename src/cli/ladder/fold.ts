import type { ReferencePoint, TapMessage, TapOctets, TapState } from '../../core/tap.ts'
import { factsOf, keyFacts } from '../../ladder/facts.ts'
import { displayName } from '../../ladder/names.ts'
import type { Arrow, Row } from '../../ladder/row.ts'

/** What happens behind an exchange of a UE and is told with it: Zh while it bootstraps, Zn while it opens PC8. */
const behind: Readonly<Record<string, ReferencePoint>> = { Ub: 'Zh', PC8: 'Zn' }

/** One exchange of steps 0 and 1 that becomes a single row. */
export class Fold {
  /** The UE that began it; undefined for an exchange between servers. */
  readonly ue: string | undefined
  readonly point: ReferencePoint
  /** The BSF or KMF at the other end. */
  readonly server: string
  readonly step: string
  readonly #counts = new Map<ReferencePoint, number>()
  readonly #arrows = new Map<string, Arrow>()
  #tls = ''
  #lastName = ''
  #facts: readonly string[] = []

  constructor(first: TapMessage | TapOctets, ue: string | undefined, step: string) {
    this.ue = ue
    this.server = first.from === ue ? first.to : first.from
    this.point = first.point
    this.step = step
  }

  takes(event: TapMessage | TapOctets): boolean {
    const ends = [event.from, event.to]
    const between = (other: string | undefined) => other !== undefined && ends.includes(other)
    if (event.point === this.point) return between(this.server) && (this.ue === undefined || between(this.ue))
    return event.kind === 'message' && event.point === behind[this.point] && between(this.server)
  }

  add(event: TapMessage | TapOctets): void {
    if (event.kind === 'octets') this.#addHandshake(event)
    else this.#addMessage(event)
  }

  /** Takes over what KMF and BSF said before the octets of PC8 were seen. */
  absorb(behindIt: Fold): void {
    for (const [point, count] of behindIt.#counts) this.#counts.set(point, count)
    for (const [ends, arrow] of behindIt.#arrows) this.#arrows.set(ends, arrow)
    this.#tls = behindIt.#tls
  }

  isBehind(event: TapMessage | TapOctets): boolean {
    return (
      this.ue === undefined &&
      this.point === behind[event.point] &&
      [event.from, event.to].includes(this.server)
    )
  }

  #addMessage({ point, from, to, protection, name }: TapMessage): void {
    this.#count(point)
    this.#connect({ from, to, protection, bothWays: true })
    if (point === this.point) this.#lastName = name
  }

  /** A handshake of TLS, told by its octets alone. */
  #addHandshake({ from, to }: TapOctets): void {
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
  }

  /** The KMF says by its Ua security protocol which version of TLS it is. TS 33.222 5.4, TS 33.220 annex H. */
  noteUaId(uaId: string): void {
    this.#tls = uaId === '0100000007' ? '1.3' : '1.2'
  }

  row(): Row {
    const failed = /^(4(?!01)|5)\d\d /.test(this.#lastName)
    const counts = Array.from(this.#counts, ([point, count]) => `${count} ${point}`)
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
    const handshake = this.#counts.has(this.point) ? [] : ['handshake']
    const messages = total === 0 ? '' : ` message${total === 1 ? '' : 's'}`
    return {
      kind: 'message',
      step: this.step,
      point: this.point,
      arrows: [...this.#arrows.values()],
      failed,
      title: failed ? `${displayName(this.ue ?? '')}: ${this.#lastName}` : this.#title(),
      folded: [...handshake, ...counts].join(', ') + messages,
      facts: this.#facts,
    }
  }

  #title(): string {
    if (this.ue === undefined) return `${displayName(this.server)} asks`
    if (this.point === 'Ub') return `${displayName(this.ue)} bootstraps`
    return `TLS${this.#tls === '' ? '' : ` ${this.#tls}`}, PSK by B-TID`
  }
}
