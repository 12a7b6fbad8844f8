import { Amf } from '../../core/aka.ts'
import { concat } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { proseUeIdFromHex, hexOf24 } from '../../core/identities/prose.ts'
import { Impi, Imsi } from '../../core/identities/subscriber.ts'
import { K, Opc, Topc } from '../../core/keys.ts'
import { seconds } from '../../core/units.ts'
import type { AkaSecrets, ProsePermission, Subscriber, SubscriberStore } from '../../entities/hss/ports.ts'
import { RecordNotAuthentic } from './errors.ts'
import type { RowIdentity, StoreKeys } from './seal.ts'
import { sentRandsIn } from './hss-sent-rands.ts'
import { sequenceNumbersIn } from './hss-sequence-numbers.ts'
import { statement, type StoreSchema } from './sql.ts'
import { openStore, type Store, type StorePlace } from './store.ts'
import { nextVersion } from './versions.ts'

const subscriberColumns = ['imsi', 'impi', 'version', 'secrets', 'algorithm', 'keccak_iterations', 'amf', 'gba', 'ks_lifetime_seconds', 'prose_ue_ids', 'permissions', 'public_safety'] // prettier-ignore

export const hssSchema: StoreSchema = {
  entity: 'HSS',
  applicationId: 0x534c6873,
  migrations: [
    `create table subscriber (
       imsi text primary key,
       impi text not null unique,
       version integer not null,
       secrets blob not null,       -- sealed: K, then OPc or TOPc
       algorithm text not null,
       keccak_iterations integer,
       amf blob not null,
       gba text not null,
       ks_lifetime_seconds integer,
       prose_ue_ids text,           -- six hex digits each; null without ProSe
       permissions text not null,
       public_safety integer not null
     ) strict;
     create table sequence_number (imsi text primary key, sqn integer not null) strict;
     create table sent_rand (
       id integer primary key autoincrement,
       imsi text not null,
       rand blob not null,
       sent integer not null,
       unique (imsi, rand)
     ) strict;`,
    `alter table sequence_number add column generation integer not null default 0;
     drop table sent_rand;
     create table sent_rand (
       imsi text not null,
       rand blob not null,
       sent integer not null,       -- milliseconds since 1970
       place integer not null,      -- a later one is higher
       primary key (imsi, rand)
     ) strict;
     create index sent_rand_place on sent_rand (imsi, place);`,
  ],
  tables: [
    {
      name: 'subscriber',
      columns: subscriberColumns,
      key: ['imsi'],
      sealed: { column: 'secrets', row: ([imsi]) => String(imsi) },
    },
    { name: 'sequence_number', columns: ['imsi', 'sqn', 'generation'], key: ['imsi'] },
    { name: 'sent_rand', columns: ['imsi', 'rand', 'sent', 'place'], key: ['imsi', 'rand'] },
  ],
}

interface SubscriberRow {
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

export interface HssStore {
  readonly subscribers: SubscriberStore
  close(): Promise<void>
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

function subscriberOf(store: Store, row: SubscriberRow): Subscriber {
  return {
    imsi: Imsi(row.imsi),
    impi: Impi(row.impi),
    aka: akaOf(row, store.seal.open(identityOf(row.imsi, row.version), row.secrets)),
    amf: Amf(row.amf),
    gba: row.gba === 'GBA_U' ? 'GBA_U' : 'GBA_ME',
    ...(row.ks_lifetime_seconds === null ? {} : { ksLifetime: seconds(row.ks_lifetime_seconds) }),
    ...proseOf(row),
  }
}

const columns = subscriberColumns.join(', ')
const replaced = subscriberColumns.slice(1).map((column) => `${column} = excluded.${column}`) // prettier-ignore
const byImsi = statement<SubscriberRow>(`select ${columns} from subscriber where imsi = ?`)
const byImpi = statement<SubscriberRow>(`select ${columns} from subscriber where impi = ?`)
const all = statement<SubscriberRow>(`select ${columns} from subscriber order by imsi`)
const ownerOf = statement<{ imsi: string }>('select imsi from subscriber where impi = ?')
const versionOf = statement<{ version: number }>('select version from subscriber where imsi = ?')
const write = statement(`insert into subscriber (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (imsi) do update set ${replaced.join(', ')} where subscriber.version = excluded.version - 1`)
const drop = statement('delete from subscriber where imsi = ?')

function putIn({ database, seal }: Store): SubscriberStore['put'] {
  return ({ imsi, impi, aka, amf, gba, ksLifetime, prose }) =>
    database.transaction(async (session) => {
      if (((await session.get(ownerOf, impi))?.imsi ?? imsi) !== imsi)
        throw new InvalidValue('IMPI', 'another subscriber has this one')
      const keccakIterations = aka.algorithm === 'TUAK' ? aka.keccakIterations : null
      const ueIds = prose?.ueIds.map(hexOf24).join(' ') ?? null
      await nextVersion(session, versionOf, [imsi], (version) => {
        const secrets = seal.seal(identityOf(imsi, version), octetsOf(aka))
        return session.run(write, imsi, impi, version, secrets, aka.algorithm, keccakIterations, amf, gba, ksLifetime ?? null, ueIds, prose?.permissions.join(' ') ?? '', Number(prose?.publicSafety ?? false)) // prettier-ignore
      })
    })
}

function subscribersIn(store: Store): Omit<SubscriberStore, 'advanceSqn' | 'rememberRand' | 'takeRand'> {
  const { database } = store
  const find = (by: typeof byImsi, identity: string) =>
    database.session(async (session) => {
      const row = await session.get(by, identity)
      return row && subscriberOf(store, row)
    })
  return {
    put: putIn(store),
    findByImpi: (impi) => find(byImpi, impi),
    findByImsi: (imsi) => find(byImsi, imsi),
    list: () =>
      database.session(async (session) => (await session.all(all)).map((row) => subscriberOf(store, row))),
    // The sequence number stays: a card that is added again must not see an old one (R34).
    remove: (imsi) => database.session(async (session) => (await session.run(drop, imsi)) > 0),
  }
}

/** The durable store of an HSS. Throws StoreUnusable, TemporaryFailure. */
export async function openHssStore(place: StorePlace, keys: StoreKeys): Promise<HssStore> {
  const store = await openStore(place, keys, hssSchema)
  const { database } = store
  return {
    subscribers: { ...subscribersIn(store), ...sequenceNumbersIn(database), ...sentRandsIn(database) },
    close: () => database.close(),
  }
}
