import type { Conflict, PutAllOptions, Subscriber, SubscriberStore } from '../../entities/hss/ports.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import { TemporaryFailure } from '../../core/errors.ts'
import { freeUeIds, nextUeId, type ProseUeIdRange } from '../../core/plmn-table.ts'
import { columnsOf } from './hss-row.ts'
import type { StoreFile } from './store-file.ts'

const conflictsTold = 50

/** What keeps subscribers out: the rows that each query gives. `@` is the name of the staged tables. */
const conflictQueries = (replace: boolean): readonly (Omit<Conflict, 'at'> & { readonly sql: string })[] => [
  {
    ...{ field: 'imsi', reason: 'this IMSI stands before it already' },
    sql: `select position from temp.@ a
      where exists (select 1 from temp.@ b where b.imsi = a.imsi and b.position < a.position)`,
  },
  {
    ...{ field: 'impi', reason: 'this IMPI stands before it already' },
    sql: `select position from temp.@ a
      where exists (select 1 from temp.@ b where b.impi = a.impi and b.position < a.position)`,
  },
  {
    ...{ field: 'prose.ueIds', reason: 'this ProSe UE ID stands before it already' },
    sql: `select distinct position from temp.@_id a
      where exists (select 1 from temp.@_id b where b.id = a.id and b.rowid < a.rowid)`,
  },
  {
    ...{ field: 'impi', reason: 'another subscriber has this IMPI' },
    sql: `select position from temp.@ a join main.subscriber b on b.impi = a.impi where b.imsi <> a.imsi`,
  },
  {
    ...{ field: 'prose.ueIds', reason: 'another subscriber has this ProSe UE ID' },
    sql: `select distinct position from temp.@_id a join main.prose_ue_id b on b.id = a.id join temp.@ using (position)
      where b.imsi <> temp.@.imsi`,
  },
  ...(replace
    ? []
    : [
        {
          ...{ field: 'imsi' as const, reason: 'there is a subscriber with this IMSI already' },
          sql: `select position from temp.@ join main.subscriber using (imsi)`,
        },
      ]),
]

/**
 * Rows are sealed into temporary tables first, which nobody else sees or waits for; then one short transaction takes all of
 * them or none.
 */
class Staging {
  readonly #store: StoreFile
  readonly #name: string
  readonly #version
  readonly #addRow
  readonly #addId
  #count = 0

  constructor(store: StoreFile, name: string) {
    this.#store = store
    this.#name = name
    this.#run(`create temp table @ as select 0 as position, * from subscriber where false`)
    this.#run(`create temp table @_id (id text, position integer)`)
    for (const column of ['position', 'imsi', 'impi'])
      this.#run(`create index temp.@_${column} on @ (${column})`)
    this.#run(`create index temp.@_id_id on @_id (id)`)
    this.#version = this.#query<{ version: number }>('select version from main.subscriber where imsi = ?')
    this.#addRow = this.#query<never>(`insert into temp.@ values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#addId = this.#query<never>(`insert into temp.@_id values (?, ?)`)
  }

  add(subscriber: Subscriber): void {
    const at = this.#count++
    const version = (this.#version.get(subscriber.imsi)?.version ?? 0) + 1
    this.#addRow.run(at, ...columnsOf(subscriber, version, this.#store.seal))
    for (const id of subscriber.prose?.ueIds ?? []) this.#addId.run(hexOf24(id), at)
  }

  /** In a transaction. */
  commit({ replace, ueIds }: PutAllOptions): readonly Conflict[] {
    const conflicts = [...this.#conflicts(replace), ...this.#chooseUeIds(ueIds)]
    if (conflicts.length > 0) return conflicts.slice(0, conflictsTold)
    // What was sealed is bound to the version that it makes.
    const stale = `select a.imsi from temp.@ a left join main.subscriber b using (imsi)
      where a.version <> coalesce(b.version, 0) + 1 limit 1`
    if (this.#query<{ imsi: string }>(stale).get())
      throw new TemporaryFailure('somebody changed one of these subscribers')
    const columns = 'imsi, impi, version, secrets, algorithm, keccak_iterations, amf, gba, ks_lifetime_seconds, prose_ue_ids, permissions, public_safety' // prettier-ignore
    this.#run(`insert or replace into main.subscriber (${columns}) select ${columns} from temp.@`)
    this.#run(`insert into main.prose_ue_id (id, imsi) select id, imsi from temp.@_id join temp.@ using (position)`) // prettier-ignore
    return []
  }

  drop(): void {
    this.#run('drop table temp.@')
    this.#run('drop table temp.@_id')
  }

  #conflicts(replace: boolean): readonly Conflict[] {
    return conflictQueries(replace).flatMap(({ field, reason, sql }) =>
      this.#query<{ position: number }>(`${sql} order by position limit ${conflictsTold}`)
        .all()
        .map(({ position }) => ({ at: position, field, reason })),
    )
  }

  /** Those it has, else the lowest free one. */
  #chooseUeIds(ranges: readonly ProseUeIdRange[]): readonly Conflict[] {
    const without = this.#query<{ position: number; imsi: string }>(
      `select position, imsi from temp.@ where prose_ue_ids = '' order by position`,
    ).all()
    if (without.length === 0) return []
    const own = this.#query<{ id: string }>('select id from main.prose_ue_id where imsi = ? order by rowid')
    const isTaken = this.#query<{ found: 1 }>(
      'select 1 as found from main.prose_ue_id where id = ?1 union all select 1 from temp.@_id where id = ?1',
    )
    const give = this.#query<never>('update temp.@ set prose_ue_ids = ? where position = ?')
    const free = freeUeIds(ranges, (id) => isTaken.get(hexOf24(id)) !== undefined)
    for (const { position, imsi } of without) {
      const kept = own.all(imsi).map(({ id }) => id)
      const drawn = kept.length > 0 ? kept : nextUeId(free).map(hexOf24)
      if (drawn.length === 0)
        return [
          { at: position, field: 'prose.ueIds', reason: 'no free ID is left in the ranges of this PLMN' },
        ]
      for (const id of drawn) this.#addId.run(id, position)
      give.run(drawn.join(' '), position)
    }
    return []
  }

  #query<Row>(sql: string) {
    return this.#store.query<Row>(sql.replaceAll('@', this.#name))
  }

  #run(sql: string): void {
    this.#query<never>(sql).run()
  }
}

/** `putAll` of the subscribers in this file. */
export function putAllIn(store: StoreFile): SubscriberStore['putAll'] {
  let imports = 0
  return async (subscribers, options) => {
    const staging = await store.answer(() => new Staging(store, `staged_${++imports}`))
    try {
      for await (const subscriber of subscribers) await store.answer(() => staging.add(subscriber))
      return await store.answer(() => store.transaction(() => staging.commit(options)))
    } finally {
      staging.drop()
    }
  }
}
