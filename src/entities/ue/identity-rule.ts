/** What UE-1 holds: a B-TID with Ks, an expired one that was or was not used with its KMF, or none. */
export type BTidStatus = 'valid' | 'expired-used' | 'expired-unused' | 'none'

/** Whether a run on Ub in this set-up ended with a new B-TID. */
export type UbResult = 'not-asked' | 'possible' | 'not-possible'

export interface IdentityCase {
  readonly bTid: BTidStatus
  /** A bootstrapping re-negotiation request came in this set-up. */
  readonly renegotiated: boolean
  readonly ub: UbResult
}

export type IdentitySent = 'b-tid' | 'new-b-tid' | 'expired-b-tid' | 'imsi'

interface IdentityRule {
  readonly bTid: BTidStatus | 'any'
  readonly renegotiated: boolean
  readonly ub: UbResult
  readonly sends: IdentitySent
  /** Number of the rule in the list of step 3. */
  readonly rule: string
}

/**
 * Which identity UE-1 sends, B-TID or IMSI, never both. CR 33.303 6.X.3.2 step 3.
 *
 * Open: the rules leave out the expired B-TID that was never used with the KMF while Ub does not answer. We send the
 * IMSI: the KMF could not resolve that B-TID.
 * Open: "has previously received" of rule 6 means in this set-up, because nobody can authenticate that request (R11).
 */
export const identityRules: readonly IdentityRule[] = [
  { bTid: 'valid', renegotiated: false, ub: 'not-asked', sends: 'b-tid', rule: '1' },
  { bTid: 'expired-used', renegotiated: false, ub: 'possible', sends: 'new-b-tid', rule: '2' },
  { bTid: 'expired-unused', renegotiated: false, ub: 'possible', sends: 'new-b-tid', rule: '2' },
  { bTid: 'expired-used', renegotiated: false, ub: 'not-possible', sends: 'expired-b-tid', rule: '3' },
  { bTid: 'expired-unused', renegotiated: false, ub: 'not-possible', sends: 'imsi', rule: 'gap' },
  { bTid: 'none', renegotiated: false, ub: 'possible', sends: 'new-b-tid', rule: '4' },
  { bTid: 'none', renegotiated: false, ub: 'not-possible', sends: 'imsi', rule: '5' },
  { bTid: 'any', renegotiated: true, ub: 'possible', sends: 'new-b-tid', rule: '6.X.3.3' },
  { bTid: 'any', renegotiated: true, ub: 'not-possible', sends: 'imsi', rule: '6' },
]

/** Whether step 3 needs a run on Ub before the identity is known; after a re-negotiation request it always does (R12). */
export const needsBootstrapping = (bTid: BTidStatus, renegotiated: boolean): boolean =>
  renegotiated || bTid !== 'valid'

/** The row of `identityRules` for a case; undefined when Ub must be asked first. */
export const identityRuleFor = (wanted: IdentityCase): IdentityRule | undefined =>
  identityRules.find(
    (row) =>
      (row.bTid === 'any' || row.bTid === wanted.bTid) &&
      row.renegotiated === wanted.renegotiated &&
      row.ub === wanted.ub,
  )
