import type {
  AuthorisationStore,
  DecisionStore,
  NafKeyStore,
  PeerPlmnStore,
  PushedGpiStore,
} from '../../entities/kmf/ports.ts'
import { authorisationsIn } from './kmf-authorisations.ts'
import { decisionsIn } from './kmf-decisions.ts'
import { keyName, nafKeysIn } from './kmf-naf-keys.ts'
import { documentsInJson } from './documents.ts'
import { createPeerPlmns, peerPlmnsIn, peerPlmnTables } from './kmf-peer-plmns.ts'
import { pushedGpisIn } from './kmf-pushed-gpis.ts'
import type { StoreKeys } from './seal.ts'
import type { StoreSchema } from './sql.ts'
import { openStore, type StorePlace } from './store.ts'

/** Columns of two tables that are made anew in a later version, never changed once released. */
const nafKey = `(
       btid text not null references naf_key_row on delete cascade,
       naf_id blob not null,
       version integer not null,
       key blob not null,           -- sealed
       primary key (btid, naf_id)
     )`
const mayLink = `(
       imsi text not null,
       plmn text not null,          -- or *
       primary key (imsi, plmn)
     )`

export const kmfSchema: StoreSchema = {
  entity: 'KMF',
  applicationId: 0x534c6b6d,
  migrations: [
    `create table naf_key_row (
       btid text primary key,
       impi text,
       imsi text,
       created integer not null,    -- milliseconds since 1970
       expires integer not null,
       erased integer not null,     -- 1 once the keys are gone, 2 while they go
       uss_list blob not null       -- the document of Zn
     ) strict;
     create index naf_key_row_expires on naf_key_row (erased, expires);
     create index naf_key_row_imsi on naf_key_row (imsi);
     create table naf_key ${nafKey} strict;
     create table may_link ${mayLink} strict;`,
    'delete from naf_key_row where erased = 1 and imsi is null',
    'create table gba_u (imsi text primary key) strict', // whose cards work in GBA_U
    `create table pushed_gpi (
       rand blob not null,
       ue1 text not null,           -- IMSI or B-TID
       ue2 text not null,           -- ProSe UE ID, six hex digits
       expires integer not null,
       primary key (rand, ue1, ue2)
     ) strict;
     create index pushed_gpi_expires on pushed_gpi (expires);`,
    createPeerPlmns,
    documentsInJson,
    {
      // Of a key request in a large store most of the time goes to finding pages: a row in its index has one place less.
      sqlite: `alter table naf_key rename to naf_key_before;
     create table naf_key ${nafKey} strict, without rowid;
     insert into naf_key select btid, naf_id, version, key from naf_key_before;
     drop table naf_key_before;
     alter table may_link rename to may_link_before;
     create table may_link ${mayLink} strict, without rowid;
     insert into may_link select imsi, plmn from may_link_before;
     drop table may_link_before;`,
    },
  ],
  tables: [
    {
      name: 'naf_key_row',
      columns: ['btid', 'impi', 'imsi', 'created', 'expires', 'erased', 'uss_list'],
      key: ['btid'],
    },
    {
      name: 'naf_key',
      columns: ['btid', 'naf_id', 'version', 'key'],
      key: ['btid', 'naf_id'],
      sealed: { column: 'key', row: ([btid, nafId]) => keyName(String(btid), nafId as Uint8Array) },
    },
    { name: 'may_link', columns: ['imsi', 'plmn'], key: ['imsi', 'plmn'] },
    { name: 'gba_u', columns: ['imsi'], key: ['imsi'] },
    { name: 'pushed_gpi', columns: ['rand', 'ue1', 'ue2', 'expires'], key: ['rand', 'ue1', 'ue2'] },
    ...peerPlmnTables,
  ],
}

export interface KmfStore {
  readonly keys: NafKeyStore
  readonly authorisations: AuthorisationStore
  readonly decisions: DecisionStore
  readonly pushedGpis: PushedGpiStore
  readonly peers: PeerPlmnStore
  close(): Promise<void>
}

/** The durable store of a KMF. Throws StoreUnusable, TemporaryFailure. */
export async function openKmfStore(place: StorePlace, keys: StoreKeys): Promise<KmfStore> {
  const store = await openStore(place, keys, kmfSchema)
  const { database } = store
  return {
    ...{ keys: nafKeysIn(store), authorisations: authorisationsIn(database), decisions: decisionsIn(store) },
    ...{ pushedGpis: pushedGpisIn(database), peers: peerPlmnsIn(database) },
    close: () => database.close(),
  }
}
