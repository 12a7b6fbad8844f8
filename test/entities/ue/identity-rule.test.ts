import { describe, expect, it } from 'vitest'
import {
  identityRuleFor,
  identityRules,
  needsBootstrapping,
  type BTidStatus,
  type UbResult,
} from '../../../src/entities/ue/identity-rule.ts'

const statuses: readonly BTidStatus[] = ['valid', 'expired-used', 'expired-unused', 'none']
const askedUb: readonly UbResult[] = ['possible', 'not-possible']

describe('CR 33.303 6.X.3.2 step 3: which identity UE-1 sends', () => {
  const rows: readonly (readonly [string, BTidStatus, boolean, UbResult, string])[] = [
    ['1: a valid B-TID', 'valid', false, 'not-asked', 'b-tid'],
    ['2: expired, bootstrapping possible', 'expired-used', false, 'possible', 'new-b-tid'],
    ['2: expired and unused, bootstrapping possible', 'expired-unused', false, 'possible', 'new-b-tid'],
    ['3: expired, not possible, used with this KMF', 'expired-used', false, 'not-possible', 'expired-b-tid'],
    ['gap: expired, not possible, never used with it', 'expired-unused', false, 'not-possible', 'imsi'],
    ['4: none, possible', 'none', false, 'possible', 'new-b-tid'],
    ['5: none, not possible', 'none', false, 'not-possible', 'imsi'],
    ['6.X.3.3: re-negotiation, possible', 'valid', true, 'possible', 'new-b-tid'],
    ['6: re-negotiation, not possible', 'valid', true, 'not-possible', 'imsi'],
  ]
  it.each(rows)('rule %s', (_, bTid, renegotiated, ub, sends) => {
    expect(identityRuleFor({ bTid, renegotiated, ub })?.sends).toBe(sends)
  })

  it('gives exactly one row for each case that can arise, and asks Ub for all but the valid B-TID', () => {
    for (const bTid of statuses)
      for (const renegotiated of [false, true]) {
        const asks = needsBootstrapping(bTid, renegotiated)
        expect(asks).toBe(bTid !== 'valid' || renegotiated)
        for (const ub of asks ? askedUb : (['not-asked'] as const)) {
          const rows = identityRules.filter(
            (row) => [bTid, 'any'].includes(row.bTid) && row.renegotiated === renegotiated && row.ub === ub,
          )
          expect(rows).toHaveLength(1)
        }
      }
  })

  it('R12, R13: an IMSI is only ever sent after a run on Ub failed in this set-up', () => {
    for (const row of identityRules) if (row.sends === 'imsi') expect(row.ub).toBe('not-possible')
  })
})
