import { hexOf24 } from '../../core/identities/prose.ts'
import type { PushedGpi, PushedGpiStore } from '../../entities/kmf/ports.ts'
import { once } from './once.ts'
import { statement, type Database } from './sql.ts'

/** The columns of its key: RAND, UE-1 and UE-2 as step 6 names them. */
export const valuesOf = ({ rand, ue1Id, ue2Id }: PushedGpi) =>
  [rand, ue1Id.kind === 'imsi' ? ue1Id.imsi : ue1Id.btid, hexOf24(ue2Id)] as const

const add = statement(`insert into pushed_gpi (rand, ue1, ue2, expires) values (?, ?, ?, ?)
  on conflict (rand, ue1, ue2) do update set expires = excluded.expires`)
const take = statement('delete from pushed_gpi where rand = ? and ue1 = ? and ue2 = ? and expires >= ?')
const dropExpired = statement(`delete from pushed_gpi where (rand, ue1, ue2) in
  (select rand, ue1, ue2 from pushed_gpi where expires < ? limit ?)`)

/** The GPIs that any KMF on this store may be asked about with AUTS (R35). */
export const pushedGpisIn = (database: Database): PushedGpiStore => ({
  add: (gpi, expires) =>
    database.session(async (session) => {
      await session.run(add, ...valuesOf(gpi), expires)
    }),
  take: (gpi, now) => once(database, (session) => session.run(take, ...valuesOf(gpi), now)),
  forgetExpired: (now, limit) => database.session((session) => session.run(dropExpired, now, limit)),
})
