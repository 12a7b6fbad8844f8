import type { Brand } from '../brand.ts'
import { InvalidValue } from '../errors.ts'

/** Lower-case host name: two labels or more of 1 to 63 letters, digits and hyphens, at most 250 characters. */
export type Fqdn = Brand<string, 'FQDN'>

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const fqdn = new RegExp(`^${label}(?:\\.${label})+$`)

/** Names that were good: a node meets few, each again and again. */
const known = new Set<string>()
const mostKnown = 64

export function Fqdn(text: string): Fqdn {
  if (known.has(text)) return text as Fqdn
  if (text.length > 250 || !fqdn.test(text))
    throw new InvalidValue(
      'FQDN',
      'lower-case labels of letters, digits and hyphens, joined by dots, are needed',
    )
  if (known.size >= mostKnown) known.clear()
  known.add(text)
  return text as Fqdn
}
