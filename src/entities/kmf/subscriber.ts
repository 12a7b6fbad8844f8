import { InvalidValue } from '../../core/errors.ts'
import { proseUeIdFromHex, type ProseUeId } from '../../core/identities/prose.ts'
import { Imsi, imsiOfImpi, type Impi } from '../../core/identities/subscriber.ts'
import { projectValues } from '../../core/project-values.ts'
import type { Uss } from '../../wire/user-security-settings.ts'
import { fromStore } from './from-store.ts'
import type { KmfPorts } from './ports.ts'

/** Who a B-TID belongs to, as far as the BSF told. */
export interface Owner {
  readonly imsi?: Imsi
  readonly ussList: readonly Uss[]
}

const proseUss = (ussList: readonly Uss[]): Uss | undefined =>
  ussList.find((uss) => uss.id === projectValues.proseGsid.value)

/**
 * The ProSe settings of a subscriber: those that the BSF gave, whatever they say; where it gave none, those of the KMF's
 * own table if it has one, read anew (R8). Undefined when nobody says anything.
 */
export function proseSettings(
  { imsi, ussList }: Owner,
  { ownProseUss }: Pick<KmfPorts, 'ownProseUss'>,
): Promise<Uss | undefined> | Uss | undefined {
  const given = proseUss(ussList)
  if (given || imsi === undefined || !ownProseUss) return given
  return fromStore(ownProseUss(imsi))
}

/** By the form of the IMPI, else by the `imsi:` uid of the USS, else unknown. */
export function imsiOf(impi: Impi | undefined, ussList: readonly Uss[]): Imsi | undefined {
  const byImpi = impi && imsiOfImpi(impi)
  return byImpi ?? uids(proseUss(ussList), 'imsi:', Imsi)[0]
}

/** The ProSe UE IDs that the home network gave to the subscriber, at most 8. */
export const proseUeIdsOf = (uss: Uss | undefined): readonly ProseUeId[] =>
  uids(uss, 'prose-ue-id:', proseUeIdFromHex).slice(0, 8)

/** Unknown and unreadable uids are passed over. */
const uids = <Value>(uss: Uss | undefined, prefix: string, read: (text: string) => Value): Value[] =>
  (uss?.uids ?? [])
    .filter((uid) => uid.startsWith(prefix))
    .flatMap((uid) => {
      try {
        return [read(uid.slice(prefix.length))]
      } catch (error) {
        if (error instanceof InvalidValue) return []
        throw error
      }
    })
