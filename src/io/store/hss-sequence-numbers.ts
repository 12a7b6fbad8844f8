import { Sqn } from '../../core/aka.ts'
import { InvalidValue } from '../../core/errors.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import { indOf, seqOf, sqnOf } from '../../core/sequence-number.ts'
import { projectValues } from '../../core/project-values.ts'
import type { SubscriberStore } from '../../entities/hss/ports.ts'
import { statement, type Database, type Session } from './sql.ts'

interface SequenceNumberRow {
  readonly sqn: number
  readonly generation: number
}

/** The table. */
export const sequenceNumbers = 'sequence_number'
/** Row of all subscribers who have none: their numbers begin above it. */
export const ofNobody = ''
/** Where there is none yet. */
export const addSequenceNumber = statement(
  'insert into sequence_number (imsi, sqn, generation) values (?, ?, ?) on conflict (imsi) do nothing',
)

const highest = statement<SequenceNumberRow>(
  `select sqn, generation from sequence_number where imsi in (?, '${ofNobody}') order by imsi desc limit 1`,
)
const last = statement<Pick<SequenceNumberRow, 'sqn'>>('select sqn from sequence_number where imsi = ?')
/** Only from the number that was read: who was not the first reads again. */
const write = statement(`insert into sequence_number (imsi, sqn, generation) values (?, ?, ?)
  on conflict (imsi) do update set sqn = excluded.sqn, generation = excluded.generation
    where sequence_number.sqn = ? and sequence_number.generation = ?`)

/** Generations that are skipped at the most: 2^27, half of the step that a USIM takes. TS 33.102 C.2.1. */
const mostGenerations = 128

/** `sqn` moved past every number that may have been released after it and then lost with a database (R34). */
export const skipped = (sqn: number, generations: number): Sqn =>
  sqnOf(
    seqOf(Sqn(sqn)) + projectValues.skippedSeq.value * Math.min(generations, mostGenerations),
    indOf(Sqn(sqn)),
  )

/** A row that is not there counts from the first generation: it may have been lost. */
const first = (generation: number): SequenceNumberRow => ({ sqn: 0, generation: Math.min(generation, 1) })

async function advance(session: Session, imsi: Imsi, next: (last: Sqn) => Sqn): Promise<Sqn> {
  const { generation } = session
  for (;;) {
    const row = (await session.get(highest, imsi)) ?? first(generation)
    const before = skipped(row.sqn, Math.abs(generation - row.generation))
    const advanced = Sqn(next(before))
    if (advanced <= before) throw new InvalidValue('SQN', 'it must be higher than the last one')
    if ((await session.run(write, imsi, advanced, generation, row.sqn, row.generation)) > 0) return advanced
  }
}

/** Sequence numbers of an HSS; where a database lost the last of them, they go on far above (R34). */
export const sequenceNumbersIn = (database: Database): Pick<SubscriberStore, 'advanceSqn' | 'lastSqn'> => ({
  advanceSqn: (imsi, next) => database.session((session) => advance(session, imsi, next)),
  lastSqn: (imsi) =>
    database.session(async (session) => {
      const row = await session.get(last, imsi)
      return row && Sqn(row.sqn)
    }),
})
