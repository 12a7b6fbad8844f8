import { Plmn } from '../../core/identities/plmn.ts'
import { Imsi } from '../../core/identities/subscriber.ts'
import type { AuthorisationStore } from '../../entities/kmf/ports.ts'
import { statement, type Database } from './sql.ts'

interface MayLinkRow {
  readonly imsi: string
  readonly plmn: string
}

const add = statement('insert into may_link (imsi, plmn) values (?, ?) on conflict (imsi, plmn) do nothing')
const drop = statement('delete from may_link where imsi = ? and plmn = ?')
const look = statement<{ found: number }>(
  `select 1 as found from may_link where imsi = ? and plmn in (?, '*') limit 1`,
)
const all = statement<MayLinkRow>('select imsi, plmn from may_link order by imsi, plmn')
const ofOne = statement<MayLinkRow>('select imsi, plmn from may_link where imsi = ? order by plmn')

/** Rows (IMSI, PLMN or `*`) in the store of a KMF. */
export const authorisationsIn = (database: Database): AuthorisationStore => ({
  grant: (imsi, plmn) =>
    database.session(async (session) => {
      await session.run(add, imsi, plmn)
    }),
  revoke: (imsi, plmn) => database.session(async (session) => (await session.run(drop, imsi, plmn)) > 0),
  mayLink: (imsi, plmn) =>
    database.session(async (session) => (await session.get(look, imsi, plmn)) !== undefined),
  list: (imsi) =>
    database.session(async (session) => {
      const rows = await (imsi === undefined ? session.all(all) : session.all(ofOne, imsi))
      return rows.map((row) => ({ imsi: Imsi(row.imsi), plmn: row.plmn === '*' ? '*' : Plmn(row.plmn) }))
    }),
})
