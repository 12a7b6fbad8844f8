import { equalOctets } from '../../core/bytes.ts'
import { KeyRequestFailed } from '../../core/errors.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { NafId } from '../../core/identities/naf-id.ts'
import { wipe, type KsNaf } from '../../core/keys.ts'
import { projectValues } from '../../core/project-values.ts'
import type { BootstrappingInfoAnswer } from '../../reference-points/zn/exchange.ts'
import { fromStore } from './from-store.ts'
import type { BsfCall, KmfPorts, NafKeyRow } from './ports.ts'
import { imsiOf } from './subscriber.ts'

export const keyUnder = (row: NafKeyRow, nafId: NafId): KsNaf | undefined =>
  row.keys.find((kept) => equalOctets(kept.nafId, nafId))?.key

/** Erases the keys of a row that the store gave (R33). */
export const wipeRow = (row: NafKeyRow | undefined): void => wipe(...(row?.keys ?? []).map(({ key }) => key))

/** Asks the BSF for one key and keeps what it tells. Throws BTidUnknown only for a 5403 (R14). TS 29.109 5.2. */
export async function fetchNafKey(
  btid: BTid,
  nafId: NafId,
  ports: Pick<KmfPorts, 'zn' | 'keys' | 'clock'>,
  call: BsfCall,
): Promise<NafKeyRow & { readonly fetched: KsNaf }> {
  const answer = await ports.zn.bootstrappingInfo(
    { btid, nafId, gsids: [projectValues.proseGsid.value] },
    call,
  )
  try {
    return await keep(btid, nafId, answer, ports)
  } catch (error) {
    wipe(answer.meKeyMaterial)
    throw error
  }
}

async function keep(
  btid: BTid,
  nafId: NafId,
  answer: BootstrappingInfoAnswer,
  ports: Pick<KmfPorts, 'keys' | 'clock'>,
): Promise<NafKeyRow & { readonly fetched: KsNaf }> {
  if (answer.keyExpiry <= ports.clock.now()) throw new KeyRequestFailed('the BSF gave a key that has expired')
  const imsi = imsiOf(answer.impi, answer.ussList)
  const row: NafKeyRow = {
    ...{ btid, created: answer.creation, expires: answer.keyExpiry, ussList: answer.ussList },
    ...(answer.impi !== undefined && { impi: answer.impi }),
    ...(imsi !== undefined && { imsi }),
    keys: [{ nafId, key: answer.meKeyMaterial }],
  }
  await fromStore(ports.keys.put(row))
  return { ...row, fetched: answer.meKeyMaterial }
}
