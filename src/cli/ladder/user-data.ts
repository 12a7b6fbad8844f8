import type { TapMessage } from '../../core/tap.ts'
import { counted, grouped } from '../../ladder/names.ts'
import type { Row } from '../../ladder/row.ts'

/** User data of one link, told in one row however many packets it has. */
export class UserData {
  readonly #first: TapMessage
  readonly #sent = new Map<string, number>()

  constructor(first: TapMessage) {
    this.#first = first
    this.add(first)
  }

  static isPartOf({ point, name }: TapMessage): boolean {
    return point === 'PC5' && name === 'USER_DATA'
  }

  /** False for user data of another link. */
  add({ from, to, name }: TapMessage): boolean {
    const ends = [this.#first.from, this.#first.to]
    if (!ends.includes(from) || !ends.includes(to) || name !== this.#first.name) return false
    this.#sent.set(from, (this.#sent.get(from) ?? 0) + 1)
    return true
  }

  row(): Row {
    const { from, to, protection, point, name, step } = this.#first
    const counts = [this.#sent.get(from) ?? 0, this.#sent.get(to) ?? 0] as const
    const [there, back] = counts
    const amount =
      there === back
        ? `${counted(there, 'packet')} each way`
        : `${grouped(there)} ${back === 0 ? '' : `and ${grouped(back)} `}packets`
    const arrow = { from, to, protection, bothWays: back > 0 }
    return {
      kind: 'message',
      step: step ?? '',
      point,
      arrows: [arrow],
      failed: false,
      title: `${name}, ${amount}`,
      facts: [],
    }
  }
}
