import { randomUUID } from 'node:crypto'
import { TemporaryFailure } from '../../core/errors.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import { copyOfAka, wipeAka } from '../../core/keys.ts'
import type { Conflict, PutAllOptions, Subscriber, SubscriberStore } from '../../entities/hss/ports.ts'
import { chooseUeIds } from './hss-import-ue-ids.ts'
import { WrittenMeanwhile } from './errors.ts'
import { conflictsOf } from './hss-import-conflicts.ts'
import { stageUeIds, type Range } from './hss-staging.ts'
import { columnsOf, replacingAll, subscriberColumns } from './hss-row.ts'
import { listOf, marks, rowsOfMarks, statement, type Session } from './sql.ts'
import type { Store } from './store.ts'

/** Subscribers read, sealed and written at once. */
const slice = 500
const conflictsTold = 50

const columns = listOf(subscriberColumns)
const versionsOf = (count: number) =>
  statement<{ imsi: string; version: number }>(
    `select imsi, version from subscriber where imsi in ${marks(count)}`,
  )
const stageRows = (rows: number) =>
  statement(`insert into staged_subscriber (batch, nth, ${columns})
    values ${rowsOfMarks(rows, 2 + subscriberColumns.length)} on conflict (batch, nth) do nothing`)

/** What was sealed is bound to the version that it makes. */
const stale = statement<{ imsi: string }>(`select a.imsi from staged_subscriber a
  left join subscriber b on b.imsi = a.imsi
  where a.batch = ? and a.nth >= ? and a.nth < ? and a.version <> coalesce(b.version, 0) + 1 limit 1`)
const write = statement(`insert into subscriber (${columns}) select ${columns} from staged_subscriber
  where batch = ? and nth >= ? and nth < ? on conflict (imsi) do update set ${replacingAll}`)
const dropUeIds = statement(`delete from prose_ue_id where imsi in
  (select imsi from staged_subscriber where batch = ? and nth >= ? and nth < ?)`)
const writeUeIds = statement(`insert into prose_ue_id (id, imsi) select i.id, s.imsi
  from staged_prose_ue_id i join staged_subscriber s on s.batch = i.batch and s.nth = i.nth
  where i.batch = ? and i.nth >= ? and i.nth < ?`)

/** `subscribers` in slices, with keys of their own, which are wiped when the next slice is asked for. */
async function* slicesOf(
  subscribers: AsyncIterable<Subscriber> | Iterable<Subscriber>,
): AsyncGenerator<readonly Subscriber[], void> {
  let kept: Subscriber[] = []
  const wipe = () => {
    for (const { aka } of kept) wipeAka(aka)
    kept = []
  }
  try {
    for await (const subscriber of subscribers) {
      kept.push({ ...subscriber, aka: copyOfAka(subscriber.aka) })
      if (kept.length < slice) continue
      yield kept
      wipe()
    }
    if (kept.length > 0) yield kept
  } finally {
    wipe()
  }
}

function stage(
  { database, seal }: Store,
  batch: string,
  first: number,
  subscribers: readonly Subscriber[],
): Promise<void> {
  return database.transaction(async (session) => {
    const imsis = subscribers.map(({ imsi }) => imsi)
    const kept = new Map(
      (await session.all(versionsOf(imsis.length), ...imsis)).map(({ imsi, version }) => [imsi, version]),
    )
    const rows = subscribers.flatMap((subscriber, at) => [
      ...[batch, first + at],
      ...columnsOf(subscriber, (kept.get(subscriber.imsi) ?? 0) + 1, seal),
    ])
    await session.run(stageRows(subscribers.length), ...rows)
    const ueIds = subscribers.flatMap(({ prose }, at) =>
      (prose?.ueIds ?? []).map((id) => [batch, first + at, hexOf24(id)]),
    )
    if (ueIds.length > 0) await session.run(stageUeIds(ueIds.length), ...ueIds.flat())
  })
}

function rangesOf(batch: string, count: number): readonly Range[] {
  const length = Math.ceil(count / slice)
  return Array.from({ length }, (_, at) => ({ batch, from: at * slice, until: (at + 1) * slice }))
}

/** All that is staged becomes what is kept, or nothing does. */
async function commit(
  session: Session,
  ranges: readonly Range[],
  { replace, ueIds }: PutAllOptions,
): Promise<readonly Conflict[]> {
  const conflicts: Conflict[] = []
  for (const range of ranges)
    if (conflicts.length < conflictsTold) conflicts.push(...(await conflictsOf(session, range, replace)))
  if (conflicts.length > 0) return conflicts.slice(0, conflictsTold)
  const without = await chooseUeIds(session, ranges, ueIds)
  if (without) return [without]
  for (const { batch, from, until } of ranges) {
    if (await session.get(stale, batch, from, until))
      throw new WrittenMeanwhile('somebody changed one of these subscribers')
    for (const step of [dropUeIds, write, writeUeIds]) await session.run(step, batch, from, until)
  }
  return []
}

const tables = ['staged_prose_ue_id', 'staged_subscriber'] as const
const someOf = (table: (typeof tables)[number], which: string) =>
  statement(`delete from ${table} where (batch, nth) in
    (select batch, nth from ${table} where ${which} limit ${slice})`)

async function drop({ database }: Store, which: string, batch: string): Promise<void> {
  for (const table of tables)
    while ((await database.session((session) => session.run(someOf(table, which), batch))) > 0);
}

const aDay = 86_400_000
const batchAt = (time: number): string => new Date(time).toISOString()

/**
 * `putAll` of the subscribers in this store. They are staged a slice at a time; then one transaction takes all of them or
 * none.
 */
export function putAllIn(store: Store): SubscriberStore['putAll'] {
  return async (subscribers, options) => {
    const now = Date.now()
    // Of imports that were cut off.
    await drop(store, 'batch < ?', batchAt(now - aDay))
    const batch = `${batchAt(now)} ${randomUUID()}`
    const { stamp } = store.seal
    let count = 0
    try {
      for await (const some of slicesOf(subscribers)) {
        await stage(store, batch, count, some)
        count += some.length
      }
      const ranges = rangesOf(batch, count)
      return await store.database.transaction(async (session) => {
        const conflicts = await commit(session, ranges, options)
        // A rotation does not see what is staged.
        if (store.seal.stamp !== stamp)
          throw new TemporaryFailure('the key of the store was replaced meanwhile')
        return conflicts
      })
    } finally {
      // What is done is done: what cannot be dropped now is dropped by an import of another day.
      await drop(store, 'batch = ?', batch).catch(() => undefined)
    }
  }
}
