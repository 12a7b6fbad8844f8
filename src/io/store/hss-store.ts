import { Sqn, type Rand } from '../../core/aka.ts'
import { InvalidValue } from '../../core/errors.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import { inMilliseconds, type Instant } from '../../core/units.ts'
import type { Subscriber, SubscriberStore } from '../../entities/hss/ports.ts'
import { putAllIn } from './hss-import.ts'
import { columnsOf, subscriberOf, type SubscriberRow } from './hss-row.ts'
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
    `create table prose_ue_id (
       id text primary key,         -- six hex digits
       imsi text not null references subscriber on delete cascade
     ) strict;
     create index prose_ue_id_imsi on prose_ue_id (imsi);
     insert or ignore into prose_ue_id
       select substr(prose_ue_ids, 1 + 7 * nth.column1, 6), imsi from subscriber
       join (values (0), (1), (2), (3), (4), (5), (6), (7)) nth on 7 * nth.column1 < length(prose_ue_ids)`,
  ],
}

export interface HssStore {
  readonly subscribers: SubscriberStore
  close(): Promise<void>
}

function subscribersIn(store: StoreFile): Omit<SubscriberStore, 'advanceSqn' | 'rememberRand' | 'takeRand'> {
  const byImsi = store.query<SubscriberRow>('select * from subscriber where imsi = ?')
  const byImpi = store.query<SubscriberRow>('select * from subscriber where impi = ?')
  const next = store.query<SubscriberRow>('select * from subscriber where imsi > ? order by imsi limit ?')
  const write = store.query(`insert or replace into subscriber values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const drop = store.query('delete from subscriber where imsi = ?')
  const hasUeId = store.query<{ imsi: string }>('select imsi from prose_ue_id where id = ?')
  const addUeId = store.query('insert into prose_ue_id (id, imsi) values (?, ?)')
  const read = (row: SubscriberRow | undefined) => row && subscriberOf(row, store.seal)

  function put(subscriber: Subscriber): void {
    const { imsi, impi } = subscriber
    const ueIds = subscriber.prose?.ueIds.map(hexOf24) ?? []
    if ((byImpi.get(impi)?.imsi ?? imsi) !== imsi)
      throw new InvalidValue('IMPI', 'another subscriber has this one')
    if (ueIds.some((id) => (hasUeId.get(id)?.imsi ?? imsi) !== imsi))
      throw new InvalidValue('ProSe UE ID', 'another subscriber has this one')
    const version = (byImsi.get(imsi)?.version ?? 0) + 1
    write.run(...columnsOf(subscriber, version, store.seal))
    for (const id of ueIds) addUeId.run(id, imsi)
  }

  return {
    put: (subscriber) => store.answer(() => store.transaction(() => put(subscriber))),
    putAll: putAllIn(store),
    findByImpi: (impi) => store.answer(() => read(byImpi.get(impi))),
    findByImsi: (imsi) => store.answer(() => read(byImsi.get(imsi))),
    page: (after, limit) =>
      store.answer(() => next.all(after ?? '', limit).map((row) => subscriberOf(row, store.seal))),
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
