import type { Conflict } from '../../entities/hss/ports.ts'
import type { Range } from './hss-staging.ts'
import { statement, type Session } from './sql.ts'

const mine = 'a.batch = ? and a.nth >= ? and a.nth < ?'

interface Query extends Omit<Conflict, 'at'> {
  readonly text: string
}

/** What keeps subscribers out: the rows that each query gives. */
const always: readonly Query[] = [
  {
    ...{ field: 'imsi', reason: 'this IMSI stands before it already' },
    text: `select a.nth from staged_subscriber a where ${mine} and exists
      (select 1 from staged_subscriber b where b.batch = a.batch and b.imsi = a.imsi and b.nth < a.nth)`,
  },
  {
    ...{ field: 'impi', reason: 'this IMPI stands before it already' },
    text: `select a.nth from staged_subscriber a where ${mine} and exists
      (select 1 from staged_subscriber b where b.batch = a.batch and b.impi = a.impi and b.nth < a.nth)`,
  },
  {
    ...{ field: 'prose.ueIds', reason: 'this ProSe UE ID stands before it already' },
    text: `select distinct a.nth from staged_prose_ue_id a where ${mine} and exists
      (select 1 from staged_prose_ue_id b where b.batch = a.batch and b.id = a.id and b.nth < a.nth)`,
  },
  {
    ...{ field: 'impi', reason: 'another subscriber has this IMPI' },
    text: `select a.nth from staged_subscriber a join subscriber b on b.impi = a.impi
      where ${mine} and b.imsi <> a.imsi`,
  },
  {
    ...{ field: 'prose.ueIds', reason: 'another subscriber has this ProSe UE ID' },
    text: `select distinct a.nth from staged_prose_ue_id a join prose_ue_id b on b.id = a.id
      join staged_subscriber s on s.batch = a.batch and s.nth = a.nth where ${mine} and b.imsi <> s.imsi`,
  },
]

const unlessReplacing: Query = {
  ...{ field: 'imsi', reason: 'there is a subscriber with this IMSI already' },
  text: `select a.nth from staged_subscriber a join subscriber b on b.imsi = a.imsi where ${mine}`,
}

/** Why subscribers of this range cannot be put, in their order. */
export async function conflictsOf(
  session: Session,
  { batch, from, until }: Range,
  replace: boolean,
): Promise<readonly Conflict[]> {
  const conflicts: Conflict[] = []
  for (const { field, reason, text } of replace ? always : [...always, unlessReplacing])
    for (const { nth } of await session.all(statement<{ nth: number }>(text), batch, from, until))
      conflicts.push({ at: nth, field, reason })
  return conflicts.sort((a, b) => a.at - b.at)
}
