import { wordOf } from '../../ladder/facts.ts'
import type { StateLine } from './lines.ts'

/** One branch of step 7 and what decided for or against it. */
export interface BranchRow {
  readonly branch: string
  readonly condition: string
  readonly does: string
  readonly taken: boolean
  readonly because: string
}

/** CR 33.303 6.X.3.2 step 7. */
const branches: readonly Pick<BranchRow, 'branch' | 'condition' | 'does'>[] = [
  {
    branch: '7a',
    condition: 'KMF-1 holds a valid NAF key under the B-TID',
    does: 'derives the PDK from it',
  },
  {
    branch: '7b',
    condition: 'KMF-1 knows the B-TID, but its key has expired or is too old',
    does: 'asks BSF-1 for GBA push: a new key and a GPI',
  },
  {
    branch: '7c',
    condition: 'KMF-1 does not know the B-TID, or not its key',
    does: 'asks BSF-1 for the key; when BSF-1 does not know it either, UE-1 must bootstrap (6.X.3.3)',
  },
  {
    branch: '7d',
    condition: 'UE-1 sent its IMSI instead of a B-TID',
    does: 'asks BSF-1 for GBA push for that IMSI',
  },
]

/** `key-expired` in words; a sentence stays. */
const wordsOf = (reason: string): string => (/^[a-z-]+$/.test(reason) ? reason.replaceAll('-', ' ') : reason)

const imsiOnly = 'UE-1 sent a B-TID'

/** The table behind a decision of step 7. */
export function branchTable(line: StateLine): readonly BranchRow[] {
  const { fields } = line
  const taken = wordOf(fields['branch'] ?? null)
  const why = fields['why'] ?? []
  const reasons = (Array.isArray(why) ? why.map(wordOf) : [wordOf(why)]).map((word) => wordsOf(word))
  const notWhy = fields['notWhy'] ?? {}
  const against =
    typeof notWhy === 'object' && !Array.isArray(notWhy) ? (notWhy as Readonly<Record<string, unknown>>) : {}
  return branches.map((row) => {
    const isTaken = row.branch === taken
    const other = against[row.branch]
    const because = isTaken ? reasons.join(', ') : typeof other === 'string' ? wordsOf(other) : ''
    const decided = because === '' && row.branch === '7d' && taken !== '7d' ? imsiOnly : because
    return { ...row, taken: isTaken, because: decided === '' ? `${taken} was decided first` : decided }
  })
}
