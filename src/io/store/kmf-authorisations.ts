import { Plmn } from '../../core/identities/plmn.ts'
import { Imsi } from '../../core/identities/subscriber.ts'
import type { AuthorisationStore, KmfSubscriber } from '../../entities/kmf/ports.ts'
import { marks, rowsOfMarks, statement, type Database, type Session, type SqlValue } from './sql.ts'

interface MayLinkRow {
  readonly imsi: string
  readonly plmn: string
}

/** Subscribers written at once. */
const slice = 500

const add = (rows: number) =>
  statement(
    `insert into may_link (imsi, plmn) values ${rowsOfMarks(rows, 2)} on conflict (imsi, plmn) do nothing`,
  )
const drop = statement('delete from may_link where imsi = ? and plmn = ?')
/** A column `may_link`, 1 for who may link with UEs of the PLMN that is the next value, else 0. */
export const mayLinkAs = (imsi: string): string =>
  `case when exists (select 1 from may_link m where m.imsi = ${imsi} and m.plmn in (?, '*')) then 1 else 0 end as may_link`
const look = statement<{ may_link: number }>(`select ${mayLinkAs('?')}`)
const all = statement<MayLinkRow>('select imsi, plmn from may_link order by imsi, plmn')
const ofSome = (count: number) =>
  statement<MayLinkRow>(`select imsi, plmn from may_link where imsi in ${marks(count)} order by imsi, plmn`)
const dropAll = (count: number) => statement(`delete from may_link where imsi in ${marks(count)}`)
const dropGbaU = (count: number) => statement(`delete from gba_u where imsi in ${marks(count)}`)
const addGbaU = (rows: number) => statement(`insert into gba_u (imsi) values ${rowsOfMarks(rows, 1)}`)
const inGbaU = (count: number) => statement<{ imsi: string }>(`select imsi from gba_u where imsi in ${marks(count)}`) // prettier-ignore
const next = statement<{ imsi: string }>(
  `select imsi from may_link where imsi > ? union select imsi from gba_u where imsi > ? order by imsi limit ?`,
)

const plmnOf = (text: string): Plmn | '*' => (text === '*' ? '*' : Plmn(text))
const rowOf = ({ imsi, plmn }: MayLinkRow) => ({ imsi: Imsi(imsi), plmn: plmnOf(plmn) })

async function insert(
  session: Session,
  into: typeof addGbaU,
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += slice) {
    const some = rows.slice(at, at + slice)
    await session.run(into(some.length), ...some.flat())
  }
}

async function remove(session: Session, imsis: readonly Imsi[]): Promise<boolean> {
  const permissions = await session.run(dropAll(imsis.length), ...imsis)
  return permissions + (await session.run(dropGbaU(imsis.length), ...imsis)) > 0
}

/** `subscribers` name an IMSI once each. */
async function put(session: Session, subscribers: readonly KmfSubscriber[]): Promise<void> {
  const imsis = subscribers.map(({ imsi }) => imsi)
  await remove(session, imsis)
  const gbaU = subscribers.filter(({ usesGbaU }) => usesGbaU)
  await insert(session, addGbaU, gbaU.map(({ imsi }) => [imsi])) // prettier-ignore
  await insert(session, add, subscribers.flatMap(({ imsi, mayLinkWith }) => mayLinkWith.map((plmn) => [imsi, plmn]))) // prettier-ignore
}

/** The last that is said of each IMSI. */
const lastOfEach = (subscribers: readonly KmfSubscriber[]): readonly KmfSubscriber[] => [
  ...new Map(subscribers.map((subscriber) => [subscriber.imsi, subscriber])).values(),
]

async function readAll(session: Session, imsis: readonly Imsi[]): Promise<readonly KmfSubscriber[]> {
  if (imsis.length === 0) return []
  const gbaU = new Set((await session.all(inGbaU(imsis.length), ...imsis)).map(({ imsi }) => imsi))
  const plmns = new Map<string, (Plmn | '*')[]>(imsis.map((imsi) => [imsi, []]))
  for (const { imsi, plmn } of await session.all(ofSome(imsis.length), ...imsis))
    plmns.get(imsi)?.push(plmnOf(plmn))
  return imsis.map((imsi) => ({ imsi, usesGbaU: gbaU.has(imsi), mayLinkWith: plmns.get(imsi) ?? [] }))
}

/** Rows (IMSI, PLMN or `*`), and whose cards work in GBA_U, in the store of a KMF. */
export const authorisationsIn = (database: Database): AuthorisationStore => ({
  putAll: (subscribers) =>
    database.transaction(async (session) => {
      const each = lastOfEach(subscribers)
      for (let at = 0; at < each.length; at += slice) await put(session, each.slice(at, at + slice))
    }),
  remove: (imsi) => database.transaction((session) => remove(session, [imsi])),
  page: (after, limit) =>
    database.snapshot(async (session) => {
      const rows = await session.all(next, after ?? '', after ?? '', limit)
      return readAll(session, rows.map(({ imsi }) => Imsi(imsi))) // prettier-ignore
    }),
  usesGbaU: (imsi) => database.session(async (session) => (await session.get(inGbaU(1), imsi)) !== undefined),
  grant: (imsi, plmn) =>
    database.session(async (session) => {
      await session.run(add(1), imsi, plmn)
    }),
  revoke: (imsi, plmn) => database.session(async (session) => (await session.run(drop, imsi, plmn)) > 0),
  mayLink: (imsi, plmn) =>
    database.session(async (session) => (await session.get(look, imsi, plmn))?.may_link === 1),
  list: (imsi) =>
    database.session(async (session) =>
      (await (imsi === undefined ? session.all(all) : session.all(ofSome(1), imsi))).map(rowOf),
    ),
})
