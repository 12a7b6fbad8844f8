import type { DecisionStore } from '../../entities/kmf/ports.ts'
import { ussListIn } from './documents.ts'
import { mayLinkAs } from './kmf-authorisations.ts'
import { joinedColumns, rowOf, type JoinedRow } from './kmf-naf-keys.ts'
import { statement } from './sql.ts'
import type { Store } from './store.ts'

type Permitted = { readonly may_link: number }

/** Values: PLMN, NAF_Id, B-TID. */
export const ue1Decision = statement<JoinedRow & Permitted>(
  `select ${joinedColumns}, ${mayLinkAs('r.imsi')} from naf_key_row r
    left join naf_key k on k.btid = r.btid and k.naf_id = ? where r.btid = ?`,
)
/** Values: IMSI, PLMN, B-TID. */
export const ue2Decision = statement<{ readonly uss_list: Uint8Array | null } & Permitted>(
  `select r.uss_list, ${mayLinkAs('?')} from (select 1 as one) here left join naf_key_row r on r.btid = ?`,
)

/** Each question is one statement: two on a connection cost a round trip more, and see two moments. */
export const decisionsIn = (store: Store): DecisionStore => ({
  ue1: (btid, now, nafId, plmn) =>
    store.database.session(async (session) => {
      const found = await session.get(ue1Decision, plmn, nafId, btid)
      const row = found && rowOf(store, [found], now)
      return row && { row, mayLink: found.may_link === 1 }
    }),
  ue2: ({ btid, imsi }, plmn) =>
    store.database.session(async (session) => {
      const found = await session.get(ue2Decision, imsi ?? null, plmn, btid)
      const ussList = found?.uss_list && ussListIn(found.uss_list)
      return { mayLink: found?.may_link === 1, ...(ussList && { ussList }) }
    }),
})
