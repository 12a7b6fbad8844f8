import { Plmn } from '../../core/identities/plmn.ts'
import type { KeptPeerPlmn, PeerPlmnStore } from '../../entities/kmf/ports.ts'
import { statement, type Database, type Session, type Table } from './sql.ts'

interface Row {
  readonly plmn: string
  readonly record: string
}

/** The tables, for the migration of a store that has none. */
export const createPeerPlmns = `create table peer_plmn (
       plmn text primary key,
       record text not null         -- JSON
     ) strict;
     create table peer_plmn_revision (
       name text primary key,       -- its one row is called all
       revision integer not null
     ) strict;`

export const peerPlmnTables: readonly Table[] = [
  { name: 'peer_plmn', columns: ['plmn', 'record'], key: ['plmn'] },
  { name: 'peer_plmn_revision', columns: ['name', 'revision'], key: ['name'] },
]

const all = statement<Row>('select plmn, record from peer_plmn order by plmn')
const current = statement<{ revision: number }>("select revision from peer_plmn_revision where name = 'all'")
const write = statement(`insert into peer_plmn (plmn, record) values (?, ?)
  on conflict (plmn) do update set record = excluded.record`)
const drop = statement('delete from peer_plmn where plmn = ?')
const raise = statement(`insert into peer_plmn_revision (name, revision) values ('all', 1)
  on conflict (name) do update set revision = peer_plmn_revision.revision + 1`)

const allIn = async (session: Session): Promise<readonly KeptPeerPlmn[]> =>
  (await session.all(all)).map(({ plmn, record }) => ({ plmn: Plmn(plmn), record }))

const revisionIn = async (session: Session): Promise<number> => (await session.get(current))?.revision ?? 0

/** Peer PLMNs in the store of a KMF. */
export const peerPlmnsIn = (database: Database): PeerPlmnStore => ({
  revision: () => database.session(revisionIn),
  read: () =>
    database.snapshot(async (session) => ({
      ...{ revision: await revisionIn(session), peers: await allIn(session) },
    })),
  change: (decide) =>
    database.transaction(async (session) => {
      // First: two changes at once meet in this row, and the later one begins anew.
      await session.run(raise)
      const { put, remove } = decide(await allIn(session))
      for (const { plmn, record } of put) await session.run(write, plmn, record)
      for (const plmn of remove) await session.run(drop, plmn)
    }),
})
