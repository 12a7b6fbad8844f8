import { displayName } from '../../ladder/names.ts'
import type { NodeOfRun, StartLine } from './lines.ts'

/** One column of the ladder. */
export interface Lane {
  readonly node: string
  /** `KMF`, `UE-1`. */
  readonly label: string
  readonly plmn: string
}

const outside: readonly string[] = ['hss', 'bsf', 'kmf', 'naf', 'ue']

/** By PLMN, the UEs of the first two side by side in the middle. */
export function lanesOf(start: StartLine): readonly Lane[] {
  const nodes = start.network ?? guessed(start.nodes)
  const plmns = [...new Set(nodes.map(({ plmn }) => plmn))]
  return plmns.flatMap((plmn, at) => {
    const roles = at === 0 ? outside : [...outside].reverse()
    const rank = ({ role }: NodeOfRun) => roles.indexOf(role)
    const own = nodes.filter((node) => node.plmn === plmn)
    const roleCount = (role: string) => own.filter((node) => node.role === role).length
    return own
      .toSorted((a, b) => rank(a) - rank(b))
      .map(({ name, role }) => ({
        node: name,
        label: role === 'ue' || roleCount(role) > 1 ? displayName(name) : role.toUpperCase(),
        plmn,
      }))
  })
}

/** Where a file does not say it: by the number in the name, as the lab names its nodes. */
const guessed = (names: readonly string[]): NodeOfRun[] =>
  names.map((name) => {
    const [, role = 'other', number = ''] = /^([a-z]+)(\d*)/.exec(name) ?? []
    return { name, role, plmn: `network ${number}`.trim() }
  })
