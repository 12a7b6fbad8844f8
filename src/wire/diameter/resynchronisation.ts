import { Auts, Rand, type Resynchronisation } from '../../core/aka.ts'
import { concat } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { sipAuthorization } from './avps-3gpp.ts'
import { missingAvp, narrowed } from './grammar.ts'

const lengths = { rand: 16, auts: 14 } as const

/** SIP-Authorization of a request: RAND || AUTS, 30 octets. TS 29.109 6.3, TS 29.229 6.3.11. */
export const resynchronisationAvps = (resynchronisation: Resynchronisation) => ({
  'SIP-Authorization': concat(resynchronisation.rand, resynchronisation.auts),
})

/** RAND and AUTS of SIP-Authorization; throws MalformedDiameter with 5005 or 5004. */
export function resynchronisationOf(item: {
  readonly 'SIP-Authorization'?: Uint8Array | undefined
}): Resynchronisation {
  const octets = item['SIP-Authorization']
  if (!octets) throw missingAvp(sipAuthorization)
  return narrowed(sipAuthorization, octets, () => {
    if (octets.length !== lengths.rand + lengths.auts)
      throw new InvalidValue('SIP-Authorization', 'RAND and AUTS are 30 octets')
    return { rand: Rand(octets.slice(0, lengths.rand)), auts: Auts(octets.slice(lengths.rand)) }
  })
}
