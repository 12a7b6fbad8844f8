import { tell } from '../../core/tap.ts'
import { BTidUnknown, NotAuthorised, ProseError } from '../../core/errors.ts'
import { hex } from '../../core/bytes.ts'
import { shortBTid, type BTid } from '../../core/identities/b-tid.ts'
import { nafIdOf, uaIds, type NafId } from '../../core/identities/naf-id.ts'
import { later } from '../../core/units.ts'
import { KsNaf, wipe } from '../../core/keys.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { bTidOfPskIdentity } from '../../reference-points/pc8/psk-identity.ts'
import { fromStore } from './from-store.ts'
import type { Kmf } from './kmf.ts'
import { fetchNafKey, keyUnder, wipeRow } from './naf-key.ts'
import { bsfPatience } from './procedure.ts'
import type { BsfCall, NafKeyRow, Pc8Offer, Pc8Subscriber } from './ports.ts'

/** The key that secures PC8, looked up while the handshake waits. TS 33.220 4.5.3, TS 33.222 5.4. */
export async function associate(kmf: Kmf, { identity, uaId }: Pc8Offer): Promise<Pc8Subscriber | undefined> {
  const { ports, own } = kmf
  const btid = bTidOfPskIdentity(identity)
  const [name] = own.kmfNames
  if (!btid || ports.plmns.homeOfBTid(btid) !== own || name === undefined) {
    refused(kmf, 'no B-TID of this network')
    return undefined
  }
  try {
    const call = { until: later(ports.clock.now(), bsfPatience) }
    const kept = await fromStore(ports.keys.find(btid, ports.clock.now()))
    try {
      const [row] = await Promise.all([
        keptOrFetched(kmf, kept, btid, nafIdOf(name, uaId), call),
        fetchPdkKeyBeside(kmf, kept, btid, name, call),
      ])
      return associated(kmf, row, hex(uaId))
    } finally {
      wipeRow(kept)
    }
  } catch (error) {
    if (!(error instanceof BTidUnknown || error instanceof NotAuthorised)) throw error
    refused(kmf, error.message)
    return undefined
  }
}

type KeyRow = NafKeyRow & { readonly fetched: KsNaf }

async function keptOrFetched(
  kmf: Kmf,
  kept: NafKeyRow | undefined,
  btid: BTid,
  nafId: NafId,
  call: BsfCall,
): Promise<KeyRow> {
  const key = kept && keyUnder(kept, nafId)
  return kept && key ? { ...kept, fetched: KsNaf(key) } : fetchNafKey(btid, nafId, kmf.ports, call)
}

/** Makes 7a possible should this UE be UE-1 later; the UE does not notice when it fails. */
async function fetchPdkKeyBeside(
  kmf: Kmf,
  kept: NafKeyRow | undefined,
  btid: BTid,
  name: Fqdn,
  call: BsfCall,
): Promise<void> {
  try {
    const { fetched } = await keptOrFetched(kmf, kept, btid, nafIdOf(name, uaIds.prose), call)
    wipe(fetched) // the store has its own
  } catch (error) {
    if (!(error instanceof ProseError)) throw error
    kmf.ports.count(`kmf-pdk-key-${error.code}`)
  }
}

function associated(kmf: Kmf, row: KeyRow, uaId: string): Pc8Subscriber {
  tell(kmf.ports.report, () => ({
    what: 'pc8-associated',
    fields: { btid: shortBTid(row.btid), uaId },
    keys: { Ks_NAF: fingerprint(row.fetched) },
  }))
  const { btid, expires, ussList, imsi } = row
  return { btid, expires, ussList, key: row.fetched, ...(imsi !== undefined && { imsi }) }
}

function refused(kmf: Kmf, reason: string): void {
  kmf.ports.count('kmf-psk-identity-unknown')
  kmf.ports.report({ what: 'pc8-identity-refused', fields: { reason } })
}
