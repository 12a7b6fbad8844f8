import { InvalidValue } from '../../core/errors.ts'
import { proseUeIdFromHex, type ProseUeId } from '../../core/identities/prose.ts'
import { Imsi, imsiOfImpi, type Impi } from '../../core/identities/subscriber.ts'
import { projectValues } from '../../core/project-values.ts'
import type { Uss } from '../../wire/user-security-settings.ts'

/** Who a B-TID belongs to, as far as the BSF told. */
export interface Owner {
  readonly imsi?: Imsi
  readonly ussList: readonly Uss[]
}

export const proseUss = (ussList: readonly Uss[]): Uss | undefined =>
  ussList.find((uss) => uss.id === projectValues.proseGsid.value)

/** By the form of the IMPI, else by the `imsi:` uid of the USS, else unknown. */
export function imsiOf(impi: Impi | undefined, ussList: readonly Uss[]): Imsi | undefined {
  const byImpi = impi && imsiOfImpi(impi)
  return byImpi ?? uids(ussList, 'imsi:', Imsi)[0]
}

/** The ProSe UE IDs that the home network gave to the subscriber, at most 8. */
export const proseUeIdsOf = (ussList: readonly Uss[]): readonly ProseUeId[] =>
  uids(ussList, 'prose-ue-id:', proseUeIdFromHex).slice(0, 8)

/** Unknown and unreadable uids are passed over. */
const uids = <Value>(ussList: readonly Uss[], prefix: string, read: (text: string) => Value): Value[] =>
  (proseUss(ussList)?.uids ?? [])
    .filter((uid) => uid.startsWith(prefix))
    .flatMap((uid) => {
      try {
        return [read(uid.slice(prefix.length))]
      } catch (error) {
        if (error instanceof InvalidValue) return []
        throw error
      }
    })
