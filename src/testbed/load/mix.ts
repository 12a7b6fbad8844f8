import { LocalFault } from '../../core/errors.ts'
import type { SeededRandom } from '../simulation/seeded-random.ts'

/** What a load cannot be made of. */
export class WrongLoad extends LocalFault {
  readonly code = 'ERR_USAGE'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** Shares of kinds of transactions; they need not make a hundred. */
export type Mix<Kind extends string> = ReadonlyMap<Kind, number>

/** `7a=70,7c-found=30`, or a kind alone. Throws WrongLoad. */
export function mixOf<Kind extends string>(text: string, kinds: readonly Kind[]): Mix<Kind> {
  const mix = new Map<Kind, number>()
  for (const part of text.split(',')) {
    const [, name = '', share = '1'] = /^([a-z0-9-]+)(?:=(\d{1,6}(?:\.\d{1,6})?))?$/.exec(part) ?? []
    const kind = kinds.find((one) => one === name)
    if (kind === undefined || Number(share) <= 0)
      throw new WrongLoad(`${part} is no share of a mix`, `for example --mix ${kinds[0]}=1; there are ${kinds.join(', ')}`) // prettier-ignore
    if (mix.has(kind)) throw new WrongLoad(`${kind} stands twice in the mix`)
    mix.set(kind, Number(share))
  }
  return mix
}

/** Draws kinds by their shares. */
export function drawing<Kind extends string>(mix: Mix<Kind>, random: SeededRandom): () => Kind {
  const shares = [...mix]
  const [only] = shares
  if (!only) throw new WrongLoad('a mix needs a kind')
  const whole = shares.reduce((sum, [, share]) => sum + share, 0)
  return () => {
    let left = random.fraction() * whole
    for (const [kind, share] of shares) {
      left -= share
      if (left < 0) return kind
    }
    return only[0]
  }
}

/** `count` things divided by the shares of a mix, at least one for each kind. Throws WrongLoad when there are fewer. */
export function divided<Kind extends string>(
  count: number,
  mix: Mix<Kind>,
): ReadonlyMap<Kind, readonly [first: number, count: number]> {
  if (count < mix.size) throw new WrongLoad(`${mix.size} kinds of transactions need as many UEs`)
  const whole = [...mix.values()].reduce((sum, share) => sum + share, 0)
  const free = count - mix.size
  let first = 0
  let seen = 0
  return new Map(
    [...mix].map(([kind, share], at) => {
      seen += share
      const end = at + 1 + Math.round((free * seen) / whole)
      const part = [first, end - first] as const
      first = end
      return [kind, part]
    }),
  )
}
