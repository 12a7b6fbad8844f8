import { mistakesTold, type RecordMistake } from '../../core/administration.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import { wipe } from '../../core/keys.ts'
import type { Subscriber } from '../../entities/hss/ports.ts'
import type { KmfSubscriber } from '../../entities/kmf/ports.ts'
import type { ImportFile } from './import-file.ts'
import { InvalidImport, type ImportMistake } from './invalid-import.ts'
import { kmfSubscriberIn, subscriberIn } from './records.ts'

type Tree = Readonly<Record<string, unknown>>
const treeOf = (value: unknown): Tree => (typeof value === 'object' && value !== null ? (value as Tree) : {})

/** What of a record is for the HSS, and what for the KMF. */
export function partsOf(record: unknown): { readonly hss: unknown; readonly kmf: unknown } {
  const { imsi, gba, prose } = treeOf(record)
  if (prose === undefined) return { hss: record, kmf: { imsi, gba } }
  const { mayLinkWith, ...settings } = treeOf(prose)
  return { hss: { ...treeOf(record), prose: settings }, kmf: { imsi, gba, mayLinkWith } }
}

export interface ImportChecks {
  readonly home: Plmn
  /** What does not fit the network that the file is for. */
  readonly misfits: (hss: Subscriber, kmf: KmfSubscriber) => readonly Omit<RecordMistake, 'at'>[]
}

/** Reads a whole file without changing anything, and gives the number of its records. Throws InvalidImport with its mistakes. */
export async function checkImport(
  file: string,
  rows: ImportFile,
  { home, misfits }: ImportChecks,
): Promise<number> {
  const mistakes: ImportMistake[] = []
  const lines = new Map<string, number | undefined>()
  let count = 0
  for await (const { record, place } of rows()) {
    count++
    const { hss, kmf } = partsOf(record)
    const found = check(subscriberIn(hss, home), kmfSubscriberIn(kmf), misfits)
    if (found.imsi !== undefined && lines.has(found.imsi))
      found.wrong.push({
        field: 'imsi',
        reason: `this IMSI stands in line ${lines.get(found.imsi) ?? 0} already`,
      })
    else if (found.imsi !== undefined) lines.set(found.imsi, place('imsi').line)
    mistakes.push(...found.wrong.map((mistake) => ({ ...place(mistake.field), ...mistake })))
    if (mistakes.length >= mistakesTold) break
  }
  if (mistakes.length > 0) throw new InvalidImport(file, mistakes.slice(0, mistakesTold))
  return count
}

type Misfit = Omit<RecordMistake, 'at'>
interface Found {
  readonly imsi?: string
  readonly wrong: Misfit[]
}

const isMistaken = (value: object): value is readonly Misfit[] => Array.isArray(value)

function check(
  hss: Subscriber | readonly Misfit[],
  kmf: KmfSubscriber | readonly Misfit[],
  misfits: ImportChecks['misfits'],
): Found {
  if (isMistaken(hss)) return { wrong: [...hss] }
  wipe(hss.aka.k, hss.aka.algorithm === 'MILENAGE' ? hss.aka.opc : hss.aka.topc)
  const { imsi } = hss
  if (isMistaken(kmf))
    return { imsi, wrong: kmf.map(({ field, reason }) => ({ field: `prose.${field}`, reason })) }
  return { imsi, wrong: [...misfits(hss, kmf)] }
}
