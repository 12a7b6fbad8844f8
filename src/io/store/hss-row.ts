import { Amf } from '../../core/aka.ts'
import { concat } from '../../core/bytes.ts'
import { hexOf24, proseUeIdFromHex } from '../../core/identities/prose.ts'
import { Impi, Imsi } from '../../core/identities/subscriber.ts'
import { K, Opc, Topc, wipe } from '../../core/keys.ts'
import { seconds } from '../../core/units.ts'
import type { AkaSecrets, ProsePermission, Subscriber } from '../../entities/hss/ports.ts'
import { RecordNotAuthentic } from './errors.ts'
import type { RowIdentity, Seal } from './seal.ts'
import type { SqlValue } from './sql.ts'

/** Those of the table `subscriber`, in the order of `columnsOf`. */
export const subscriberColumns = ['imsi', 'impi', 'version', 'secrets', 'algorithm', 'keccak_iterations', 'amf', 'gba', 'ks_lifetime_seconds', 'prose_ue_ids', 'permissions', 'public_safety'] // prettier-ignore

/** Puts every column of the row that is there in place of what it was. */
export const replacingAll = subscriberColumns
  .slice(1)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')

/** A row of the table `subscriber`. */
export interface SubscriberRow {
  readonly imsi: string
  readonly impi: string
  readonly version: number
  readonly secrets: Uint8Array
  readonly algorithm: string
  readonly keccak_iterations: number | null
  readonly amf: Uint8Array
  readonly gba: string
  readonly ks_lifetime_seconds: number | null
  readonly prose_ue_ids: string | null
  readonly permissions: string
  readonly public_safety: number
}

const allPermissions: readonly ProsePermission[] = ['one-to-one', 'relay', 'remote-ue']
const identityOf = (imsi: string, version: number): RowIdentity => ({
  table: 'subscriber',
  row: imsi,
  version,
})

const octetsOf = (aka: AkaSecrets): Uint8Array =>
  aka.algorithm === 'MILENAGE' ? concat(aka.k, aka.opc) : concat(aka.k, aka.topc)

function akaOf(row: SubscriberRow, octets: Uint8Array): AkaSecrets {
  if (row.algorithm === 'MILENAGE')
    return { algorithm: 'MILENAGE', k: K(octets.subarray(0, -16)), opc: Opc(octets.subarray(-16)) }
  if (row.algorithm === 'TUAK' && row.keccak_iterations !== null)
    return {
      algorithm: 'TUAK',
      k: K(octets.subarray(0, -32)),
      topc: Topc(octets.subarray(-32)),
      keccakIterations: row.keccak_iterations,
    }
  throw new RecordNotAuthentic('a row of subscriber names no algorithm that was written')
}

function proseOf(row: SubscriberRow): Pick<Subscriber, 'prose'> {
  if (row.prose_ue_ids === null) return {}
  const words = row.permissions.split(' ')
  return {
    prose: {
      ueIds: row.prose_ue_ids.split(' ').map(proseUeIdFromHex),
      permissions: allPermissions.filter((permission) => words.includes(permission)),
      publicSafety: row.public_safety === 1,
    },
  }
}

export function subscriberOf(row: SubscriberRow, seal: Seal): Subscriber {
  return {
    imsi: Imsi(row.imsi),
    impi: Impi(row.impi),
    aka: akaOf(row, seal.open(identityOf(row.imsi, row.version), row.secrets)),
    amf: Amf(row.amf),
    gba: row.gba === 'GBA_U' ? 'GBA_U' : 'GBA_ME',
    ...(row.ks_lifetime_seconds === null ? {} : { ksLifetime: seconds(row.ks_lifetime_seconds) }),
    ...proseOf(row),
  }
}

/** The values of its row, in the order of the columns. */
export function columnsOf(subscriber: Subscriber, version: number, seal: Seal): readonly SqlValue[] {
  const { imsi, impi, aka, amf, gba, ksLifetime, prose } = subscriber
  const octets = octetsOf(aka)
  const secrets = seal.seal(identityOf(imsi, version), octets)
  wipe(octets)
  const keccakIterations = aka.algorithm === 'TUAK' ? aka.keccakIterations : null
  const ueIds = prose?.ueIds.map(hexOf24).join(' ') ?? null
  return [
    ...[imsi, impi, version, secrets, aka.algorithm, keccakIterations, amf, gba, ksLifetime ?? null, ueIds],
    ...[prose?.permissions.join(' ') ?? '', Number(prose?.publicSafety ?? false)],
  ]
}
