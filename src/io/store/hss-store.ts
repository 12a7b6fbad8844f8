import { Amf, Sqn, type Rand } from '../../core/aka.ts'
import { concat } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { proseUeIdFromHex, hexOf24 } from '../../core/identities/prose.ts'
import { Impi, Imsi } from '../../core/identities/subscriber.ts'
import { K, Opc, Topc } from '../../core/keys.ts'
import { inMilliseconds, seconds, type Instant } from '../../core/units.ts'
import type { AkaSecrets, ProsePermission, Subscriber, SubscriberStore } from '../../entities/hss/ports.ts'
import { RecordNotAuthentic } from './errors.ts'
import type { RowIdentity } from './seal.ts'
import { sentRands } from './sent-rands.ts'
import { openStoreFile, type StoreFile, type StoreSchema } from './store-file.ts'

const schema: StoreSchema = {
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

function subscriberOf(store: StoreFile, row: SubscriberRow): Subscriber {
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

function subscribersIn(store: StoreFile): Omit<SubscriberStore, 'advanceSqn' | 'rememberRand' | 'takeRand'> {
  const byImsi = store.query<SubscriberRow>('select * from subscriber where imsi = ?')
  const byImpi = store.query<SubscriberRow>('select * from subscriber where impi = ?')
  const all = store.query<SubscriberRow>('select * from subscriber order by imsi')
  const write = store.query(`insert or replace into subscriber values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const drop = store.query('delete from subscriber where imsi = ?')
  const read = (row: SubscriberRow | undefined) => row && subscriberOf(store, row)

  function put(subscriber: Subscriber): void {
    const { imsi, impi, aka, amf, gba, ksLifetime, prose } = subscriber
    if ((byImpi.get(impi)?.imsi ?? imsi) !== imsi)
      throw new InvalidValue('IMPI', 'another subscriber has this one')
    const version = (byImsi.get(imsi)?.version ?? 0) + 1
    const secrets = store.seal.seal(identityOf(imsi, version), octetsOf(aka))
    const keccakIterations = aka.algorithm === 'TUAK' ? aka.keccakIterations : null
    const ueIds = prose?.ueIds.map(hexOf24).join(' ') ?? null
    write.run(imsi, impi, version, secrets, aka.algorithm, keccakIterations, amf, gba, ksLifetime ?? null, ueIds, prose?.permissions.join(' ') ?? '', Number(prose?.publicSafety ?? false)) // prettier-ignore
  }

  return {
    put: (subscriber) => store.answer(() => store.transaction(() => put(subscriber))),
    findByImpi: (impi) => store.answer(() => read(byImpi.get(impi))),
    findByImsi: (imsi) => store.answer(() => read(byImsi.get(imsi))),
    list: () => store.answer(() => all.all().map((row) => subscriberOf(store, row))),
    // The sequence number stays: a card that is added again must not see an old one (R34).
    remove: (imsi) => store.answer(() => drop.run(imsi) > 0),
  }
}

function sequenceNumbersIn(store: StoreFile): Pick<SubscriberStore, 'advanceSqn'> {
  const highest = store.query<{ sqn: number }>('select sqn from sequence_number where imsi = ?')
  const write = store.query('insert or replace into sequence_number (imsi, sqn) values (?, ?)')
  return {
    advanceSqn: (imsi, next) =>
      store.answer(() =>
        store.transaction(() => {
          const last = Sqn(highest.get(imsi)?.sqn ?? 0)
          const advanced = Sqn(next(last))
          if (advanced <= last) throw new InvalidValue('SQN', 'it must be higher than the last one')
          write.run(imsi, advanced)
          return advanced
        }),
      ),
  }
}

function sentRandsIn(store: StoreFile): Pick<SubscriberStore, 'rememberRand' | 'takeRand'> {
  const add = store.query('insert or replace into sent_rand (imsi, rand, sent) values (?, ?, ?)')
  const take = store.query('delete from sent_rand where imsi = ? and rand = ? and sent > ?')
  const dropOld = store.query(`delete from sent_rand where imsi = ? and (sent <= ? or id not in
    (select id from sent_rand where imsi = ? order by id desc limit ${sentRands.count}))`)
  const oldest = (now: Instant) => now - inMilliseconds(sentRands.lifetime)
  return {
    rememberRand: (imsi: Imsi, rand: Rand, now: Instant) =>
      store.answer(() =>
        store.transaction(() => {
          add.run(imsi, rand, now)
          dropOld.run(imsi, oldest(now), imsi)
        }),
      ),
    takeRand: (imsi, rand, now) => store.answer(() => take.run(imsi, rand, oldest(now)) > 0),
  }
}

/** The durable store of an HSS; `key` has 32 octets. Throws StoreUnusable. */
export async function openHssStore(path: string, key: Uint8Array): Promise<HssStore> {
  const store = await openStoreFile(path, key, schema)
  return {
    subscribers: { ...subscribersIn(store), ...sequenceNumbersIn(store), ...sentRandsIn(store) },
    close: () => store.close(),
  }
}
