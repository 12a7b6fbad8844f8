import { hexOf24, type ProseUeId } from '../../core/identities/prose.ts'
import { freeUeIds, type ProseUeIdRange } from '../../core/plmn-table.ts'
import type { Conflict } from '../../entities/hss/ports.ts'
import { stageUeIds, type Range } from './hss-staging.ts'
import { marks, rowsOfMarks, statement, type Session } from './sql.ts'

/** Identities looked up at once. */
const slice = 500

const without = statement<{ nth: number; imsi: string }>(`select nth, imsi from staged_subscriber
  where batch = ? and nth >= ? and nth < ? and prose_ue_ids = '' order by nth`)
const own = (count: number) =>
  statement<{ imsi: string; prose_ue_ids: string }>(`select imsi, prose_ue_ids from subscriber
    where prose_ue_ids <> '' and imsi in ${marks(count)}`)
const taken = statement<{ id: string }>(`select id from prose_ue_id where id >= ? and id <= ?
  union select id from staged_prose_ue_id where batch = ? and id >= ? and id <= ?`)
const give = (rows: number) =>
  statement(`insert into staged_subscriber (batch, nth, prose_ue_ids) values ${rowsOfMarks(rows, 3)}
    on conflict (batch, nth) do update set prose_ue_ids = excluded.prose_ue_ids`)

/** Six hex digits each: identities of the ranges that nobody has and nobody of the batch is to have, lowest first. */
async function* freeIds(session: Session, batch: string, ranges: readonly ProseUeIdRange[]) {
  for (const ids of slicesOf(freeUeIds(ranges, () => false))) {
    const [first = '', last = first] = [ids[0], ids[ids.length - 1]]
    const rows = await session.all(taken, first, last, batch, first, last)
    const gone = new Set(rows.map(({ id }) => id))
    yield* ids.filter((id) => !gone.has(id))
  }
}

function* slicesOf(ids: Iterable<ProseUeId>): Generator<readonly string[], void> {
  let some: string[] = []
  for (const id of ids) {
    some.push(hexOf24(id))
    if (some.length < slice) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

/** Who is to have ProSe UE IDs and names none gets those it has, else the lowest free one; or what keeps it out. */
export async function chooseUeIds(
  session: Session,
  ranges: readonly Range[],
  from: readonly ProseUeIdRange[],
): Promise<Conflict | undefined> {
  const free = freeIds(session, ranges[0]?.batch ?? '', from)
  for (const range of ranges) {
    const rows = await session.all(without, range.batch, range.from, range.until)
    if (rows.length === 0) continue
    const imsis = rows.map(({ imsi }) => imsi)
    const kept = await session.all(own(imsis.length), ...imsis)
    const keptOf = new Map(kept.map((row) => [row.imsi, row.prose_ue_ids]))
    const chosen: (readonly [string, number, string])[] = []
    for (const { nth, imsi } of rows) {
      const ids = keptOf.get(imsi) ?? (await free.next()).value
      if (ids === undefined)
        return { at: nth, field: 'prose.ueIds', reason: 'no free ID is left in the ranges of this PLMN' }
      chosen.push([range.batch, nth, ids])
    }
    await session.run(give(chosen.length), ...chosen.flat())
    const single = chosen.flatMap(([batch, nth, ids]) => ids.split(' ').map((id) => [batch, nth, id]))
    await session.run(stageUeIds(single.length), ...single.flat())
  }
  return undefined
}
