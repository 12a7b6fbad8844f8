import { z } from 'zod'
import { InvalidRecords, mistakesTold, type RecordMistake } from '../../core/administration.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import { impiOfImsi } from '../../core/identities/subscriber.ts'
import { K, keyFrom, Opc, Topc, wipe, type AkaSecrets } from '../../core/keys.ts'
import { opcFromOp } from '../../crypto/milenage.ts'
import type { Subscriber } from '../../entities/hss/ports.ts'
import type { KmfSubscriber } from '../../entities/kmf/ports.ts'
import { about } from '../config/schema/about.ts'
import { gba, hexText, imsi } from '../config/schema/forms.ts'
import { algorithm, amf, prose, subscriber, tuak } from '../config/schema/subscriber.ts'
import { problemsOf, wording } from '../config/wording.ts'
import { pathText } from '../config/yaml-source.ts'

/** A key that is told and never shown again (R31). */
const secret = (description: string, clause: string) => ({
  ...about(description, { clause }),
  writeOnly: true,
})

const k128 = hexText(16, K)
const k256 = hexText(32, K)
const milenage = z.strictObject({
  algorithm: z.literal('MILENAGE').meta(algorithm),
  k: k128.meta(secret('K', 'TS 33.102 6.3')),
  opc: hexText(16, Opc).optional().meta(secret('OPc, or op', 'TS 35.206')),
  op: hexText(16, (octets) => keyFrom('OP', octets, 16))
    .optional()
    .meta(secret('OP', 'TS 35.206')),
  amf,
})
const tuakSecrets = z.strictObject({
  algorithm: z.literal('TUAK').meta(algorithm),
  k: z.union([k128, k256]).meta(secret('K', 'TS 33.102 6.3')),
  topc: hexText(32, Topc).meta(secret('TOPc', 'TS 35.231')),
  keccakIterations: tuak.shape.keccakIterations,
  amf,
})

/** A subscriber as the HSS is told of it: that of the configuration, with keys instead of the files that hold them. */
export const subscriberRecord = subscriber.omit({ aka: true, prose: true }).extend({
  aka: z.discriminatedUnion('algorithm', [milenage, tuakSecrets], {
    error: 'keys of algorithm MILENAGE or TUAK are needed',
  }),
  prose: prose.omit({ mayLinkWith: true }).optional().meta(about('left out: not a ProSe subscriber')),
})

/** A subscriber as the KMF is told of it. */
export const kmfRecord = z.strictObject({
  imsi,
  gba: gba.default('GBA_ME').meta(about('where Ks is kept: in the phone or on the card')),
  mayLinkWith: prose.shape.mayLinkWith,
})

type SubscriberRecord = z.output<typeof subscriberRecord>
export type SubscriberInput = z.input<typeof subscriberRecord>

export type Misfit = Omit<RecordMistake, 'at'>

/** The record in `value`, or what is wrong with it, in the words of the configuration. */
export function parsed<Shape extends z.ZodType>(
  shape: Shape,
  value: unknown,
): z.output<Shape> | readonly Misfit[] {
  const { data, error } = shape.safeParse(value, { error: wording })
  if (!error) return data
  return problemsOf(error.issues).map(({ path, message }) => ({ field: pathText(path), reason: message }))
}

const isMistaken = (value: unknown): value is readonly Misfit[] => Array.isArray(value)

const ueIdsOf = ({ prose }: SubscriberRecord) =>
  prose?.ueId === undefined ? (prose?.ueIds ?? []) : [prose.ueId, ...(prose.ueIds ?? [])]

/** The subscriber in a record of its home network, or what is wrong with it. */
export function subscriberIn(value: unknown, home: Plmn): Subscriber | readonly Misfit[] {
  const record = parsed(subscriberRecord, value)
  if (isMistaken(record)) return record
  const ueIds = ueIdsOf(record)
  const aka = akaOf(record.aka)
  const misfits = [
    ...(aka ? [] : [{ field: 'aka', reason: 'exactly one of opc and op is needed' }]),
    ...(record.prose?.ueId !== undefined && record.prose.ueIds !== undefined
      ? [{ field: 'prose.ueIds', reason: 'give ueId or ueIds, not both' }]
      : []),
    ...(new Set(ueIds).size < ueIds.length
      ? [{ field: 'prose.ueIds', reason: 'an ID stands here twice' }]
      : []),
  ]
  if (!aka || misfits.length > 0) return misfits
  const { imsi, impi, gba, ksLifetimeSeconds, prose } = record
  return {
    ...{ imsi, impi: impi ?? impiOfImsi(imsi, home), aka, amf: record.aka.amf, gba },
    ...(ksLifetimeSeconds !== undefined && { ksLifetime: ksLifetimeSeconds }),
    ...(prose && {
      prose: { ueIds, permissions: [...new Set(prose.permissions)], publicSafety: prose.publicSafety },
    }),
  }
}

function akaOf(aka: SubscriberRecord['aka']): AkaSecrets | undefined {
  if (aka.algorithm === 'TUAK') {
    const { algorithm, k, topc, keccakIterations } = aka
    return { algorithm, k, topc, keccakIterations }
  }
  const { algorithm, k, opc, op } = aka
  if ((opc === undefined) === (op === undefined)) return undefined
  if (op === undefined) return opc && { algorithm, k, opc }
  const made = opcFromOp(k, op)
  wipe(op)
  return { algorithm, k, opc: made }
}

/** The KMF's part of a record, or what is wrong with it. */
export function kmfSubscriberIn(value: unknown): KmfSubscriber | readonly Misfit[] {
  const record = parsed(kmfRecord, value)
  if (isMistaken(record)) return record
  return { imsi: record.imsi, usesGbaU: record.gba === 'GBA_U', mayLinkWith: record.mayLinkWith }
}

/** What is in each of the records; throws InvalidRecords at their end, with the mistakes of all. */
export async function* inRecords<Value extends object>(
  records: AsyncIterable<unknown> | Iterable<unknown>,
  read: (record: unknown) => Value | readonly Misfit[],
): AsyncGenerator<Value, void> {
  const mistakes: RecordMistake[] = []
  let at = 0
  for await (const record of records) {
    const value = read(record)
    if (isMistaken(value)) mistakes.push(...value.map((misfit) => ({ at, ...misfit })))
    else if (mistakes.length === 0) yield value
    if (mistakes.length >= mistakesTold) break
    at++
  }
  if (mistakes.length > 0) throw new InvalidRecords(mistakes.slice(0, mistakesTold))
}
