import { minutes } from '../core/units.ts'
import type { ZpnPort } from '../entities/kmf/ports.ts'
import {
  algorithm2AndOthers,
  extensionsEverywhere,
  extensionsOfUe1Alone,
  anotherUe2,
  kmf1IsAnotherNaf,
  gbaU,
  mayLinkWithNobody,
  noImsiOverPc5,
  noOldKeys,
  oneHome,
  relayIsNotPublicSafety,
  shortKs,
  ue2IsRelay,
  type Arrangement,
} from './arrangements.ts'
import type { Part } from './cast.ts'
import { pushForAnotherNaf } from './dishonest-kmf.ts'
import type { Lab } from './lab.ts'
import type { Branch, Outcome } from './result.ts'
import {
  changeMacOfCommand,
  clearAlgorithm2,
  forgeNonce1,
  passForUe2,
  silence,
  type Tampering,
} from './tampering.ts'

/** What is done to set up a link. */
export interface Course {
  readonly name: string
  /** What UE-1 does in step 1: with PC8 open KMF-1 has its key before step 6. */
  readonly ue1: 'opens-pc8' | 'bootstraps' | 'nothing'
  /** UE-2 opens PC8 in step 0 unless this says otherwise. */
  readonly ue2?: 'nothing'
  /** What UE-3 does in step 0; without it UE-3 has no part. */
  readonly ue3?: 'opens-pc8'
  /** UE-1 rekeys the link after user data, which then goes on. */
  readonly rekeys?: true
  /** What is done to the network after step 1. */
  readonly afterStep1?: (lab: Lab) => Promise<void> | void
  /** What it must give, if anything. */
  readonly expect?: Expectation
}

/** How a set-up must end. */
export interface Expectation {
  readonly outcome: Outcome
  readonly branch: Branch | null
  readonly reason: `ERR_${string}` | null
  readonly attempts: number
}

/** What a scenario does and what it must give. */
export interface Scenario extends Course {
  /** What is set up, in one line. */
  readonly summary: string
  /** Clause and step it shows. */
  readonly clause: string
  readonly expect: Expectation
  /** How its network differs from the configured one. */
  readonly arrangement?: Arrangement
  /** The USIM of UE-1 has taken an SQN that its HSS has not reached yet. */
  readonly usimAhead?: boolean
  /** What somebody on the radio does to what a UE sends and hears. */
  readonly tampering?: Readonly<Partial<Record<Part, Tampering>>>
  /** What a dishonest KMF-1 makes of its own Zpn. */
  readonly zpnOfKmf1?: (zpn: ZpnPort) => ZpnPort
}

const secured = (branch: Branch, attempts = 1): Expectation => ({
  ...{ outcome: 'secured', branch, reason: null, attempts },
})
const refused = (branch: Branch | null, reason: `ERR_${string}`, attempts = 1): Expectation => ({
  ...{ outcome: 'refused', branch, reason, attempts },
})
const failed = (branch: Branch | null): Expectation => ({
  ...{ outcome: 'failed', branch, reason: 'ERR_TEMPORARY_FAILURE', attempts: 1 },
})

/** UE-1 has used its B-TID with KMF-1, it expires, and there is no way to a new one. */
const expire = (lab: Lab): void => {
  lab.blockUb()
  lab.pass(minutes(61))
}

/** Every scenario, in the order of the branches of step 7. */
export const scenarios: readonly Scenario[] = [
  {
    name: '7a',
    summary: 'UE-1 opened PC8 in step 1, so KMF-1 holds its NAF key',
    clause: 'CR 33.303 6.X.3.2 step 7a',
    ue1: 'opens-pc8',
    expect: secured('7a'),
  },
  {
    name: '7a-same-kmf',
    summary: 'both UEs have one home network: one KMF, steps 6 and 9 do not happen',
    clause: 'CR 33.303 6.X.3.2, one ProSe KMF',
    ue1: 'opens-pc8',
    arrangement: oneHome,
    expect: secured('7a'),
  },
  {
    name: '7b-expired',
    summary: 'the B-TID of UE-1 has expired and Ub is blocked: GBA push',
    clause: 'CR 33.303 6.X.3.2 step 7b',
    ue1: 'opens-pc8',
    arrangement: shortKs,
    afterStep1: expire,
    expect: secured('7b'),
  },
  {
    name: '7b-too-old',
    summary: 'the NAF key is older than KMF-1 allows: GBA push',
    clause: 'CR 33.303 6.X.3.2 step 7b',
    ue1: 'opens-pc8',
    arrangement: noOldKeys,
    expect: secured('7b'),
  },
  {
    name: '7c-found',
    summary: 'UE-1 bootstrapped but never met KMF-1, which asks the BSF',
    clause: 'CR 33.303 6.X.3.2 step 7c',
    ue1: 'bootstraps',
    expect: secured('7c'),
  },
  {
    name: '7c-renegotiate-bootstrap',
    summary: 'BSF and KMF-1 forgot the B-TID; UE-1 bootstraps again',
    clause: 'CR 33.303 6.X.3.3',
    ue1: 'opens-pc8',
    afterStep1: (lab) => lab.forgetBTids(),
    expect: secured('7c', 2),
  },
  {
    name: '7c-renegotiate-imsi',
    summary: 'BSF and KMF-1 forgot the B-TID and Ub is blocked: IMSI',
    clause: 'CR 33.303 6.X.3.3, 6.X.3.2 step 3 rule 6',
    ue1: 'opens-pc8',
    async afterStep1(lab) {
      lab.blockUb()
      await lab.forgetBTids()
    },
    expect: secured('7d', 2),
  },
  {
    name: '7d-imsi',
    summary: 'UE-1 has no B-TID and Ub is blocked: IMSI, GBA push',
    clause: 'CR 33.303 6.X.3.2 step 7d',
    ue1: 'nothing',
    afterStep1: (lab) => lab.blockUb(),
    expect: secured('7d'),
  },
  {
    name: 'gpi-resync',
    summary: '7d-imsi with the USIM ahead of the HSS: AUTS, a second GPI',
    clause: 'TS 33.102 6.3.5, CR 33.303 6.X.3.2 step 13',
    ue1: 'nothing',
    usimAhead: true,
    afterStep1: (lab) => lab.blockUb(),
    expect: secured('7d'),
  },
  {
    name: 'relay',
    summary: 'UE-1 is a remote UE and UE-2 its relay, both of Public Safety',
    clause: 'CR 33.303 6.Y',
    ue1: 'opens-pc8',
    arrangement: ue2IsRelay,
    expect: secured('7a'),
  },
  {
    name: 'relay-not-public-safety',
    summary: 'the same, but UE-2 is no Public Safety UE',
    clause: 'CR 33.303 6.Y.2',
    ue1: 'opens-pc8',
    arrangement: relayIsNotPublicSafety,
    expect: refused(null, 'ERR_NOT_AUTHORISED'),
  },
  {
    name: 'refused-step5',
    summary: 'UE-2 may not link with UEs of the home network of UE-1',
    clause: 'CR 33.303 6.X.3.2 step 5',
    ue1: 'opens-pc8',
    arrangement: mayLinkWithNobody('ue2'),
    expect: refused(null, 'ERR_NOT_AUTHORISED'),
  },
  {
    name: 'refused-step7',
    summary: 'UE-1 may not link with UEs of the home network of UE-2',
    clause: 'CR 33.303 6.X.3.2 step 7a',
    ue1: 'opens-pc8',
    arrangement: mayLinkWithNobody('ue1'),
    expect: refused('7a', 'ERR_NOT_AUTHORISED'),
  },
  {
    name: 'refused-imsi-policy',
    summary: '7d-imsi with imsiOverPc5: never',
    clause: 'CR 33.303 6.X.3.2 step 3',
    ue1: 'nothing',
    arrangement: noImsiOverPc5,
    afterStep1: (lab) => lab.blockUb(),
    expect: refused(null, 'ERR_IMSI_POLICY', 0),
  },
  {
    name: 'downgrade',
    summary: 'a capability bit of the REQUEST is cleared on the air',
    clause: 'CR 33.303 6.X.3.2 step 13',
    ue1: 'opens-pc8',
    arrangement: algorithm2AndOthers,
    tampering: { ue1: clearAlgorithm2 },
    expect: refused('7a', 'ERR_CAPABILITIES_DIFFER'),
  },
  {
    name: 'mac-failure',
    summary: 'the MAC-I of every Command is changed on the air',
    clause: 'CR 33.303 6.X.3.2 step 13',
    ue1: 'opens-pc8',
    tampering: { ue2: changeMacOfCommand },
    expect: refused('7a', 'ERR_MAC_MISMATCH'),
  },
  {
    name: 'wrong-ue2',
    summary: 'another UE of the home network of UE-2 answers in its place',
    clause: 'CR 33.303 6.X.3.2 step 13',
    ue1: 'opens-pc8',
    ue3: 'opens-pc8',
    arrangement: anotherUe2,
    tampering: { ue2: silence, ue3: passForUe2 },
    expect: refused('7a', 'ERR_WRONG_UE2'),
  },
  {
    name: 'foreign-gpi',
    summary: '7d-imsi, and KMF-1 lets BSF-1 push for another NAF than UE-1 asked for',
    clause: 'CR 33.303 6.X.3.2 step 13',
    ue1: 'nothing',
    arrangement: kmf1IsAnotherNaf,
    zpnOfKmf1: pushForAnotherNaf,
    afterStep1: (lab) => lab.blockUb(),
    expect: refused('7d', 'ERR_GPI_FOREIGN_NAF'),
  },
  {
    name: 'kmf-down',
    summary: 'KMF-1 is gone before step 6',
    clause: 'CR 33.303 6.X.3.2 step 6',
    ue1: 'opens-pc8',
    afterStep1: (lab) => lab.end('kmf'),
    expect: failed(null),
  },
  {
    name: 'bsf-down',
    summary: '7c-found, BSF-1 is gone after step 1: no re-negotiation, no IMSI',
    clause: 'CR 33.303 6.X.3.2 step 7c',
    ue1: 'bootstraps',
    afterStep1: (lab) => lab.end('bsf'),
    expect: failed('7c'),
  },
  {
    name: 'hss-down',
    summary: '7b-expired, HSS-1 is gone before step 6',
    clause: 'CR 33.303 6.X.3.2 step 7b',
    ue1: 'opens-pc8',
    arrangement: shortKs,
    async afterStep1(lab) {
      expire(lab)
      await lab.end('hss')
    },
    expect: failed('7b'),
  },
  {
    name: 'extensions',
    summary: 'both home networks hold E1, E2 and E3',
    clause: 'CR 33.303 6.X.3.2 with E1, E2, E3',
    ue1: 'opens-pc8',
    arrangement: extensionsEverywhere,
    expect: secured('7a'),
  },
  {
    name: 'extensions-differ',
    summary: 'only the home network of UE-1 holds E1, E2 and E3: UE-2 refuses',
    clause: 'CR 33.303 6.X.3.2 step 3 with E1, E2, E3',
    ue1: 'opens-pc8',
    arrangement: extensionsOfUe1Alone,
    expect: refused(null, 'ERR_REFUSED_BY_PEER'),
  },
  {
    name: 'forged-request',
    summary: 'with E2 a REQUEST that UE-1 did not make gets no key of KMF-1',
    clause: 'CR 33.303 6.X.3.2 step 7a with E2',
    ue1: 'opens-pc8',
    arrangement: extensionsEverywhere,
    tampering: { ue1: forgeNonce1 },
    expect: refused('7a', 'ERR_NOT_AUTHORISED'),
  },
  {
    name: 'gba-u',
    summary: '7a with Ks on the cards of both UEs',
    clause: 'TS 33.220 5.3, CR 33.303 6.X.3.2 step 7a',
    ue1: 'opens-pc8',
    arrangement: gbaU,
    expect: secured('7a'),
  },
  {
    name: 'rekey',
    summary: '7a, then new session keys of the same PDK, with user data before and after',
    clause: 'TS 33.303 6.5.5.3',
    ue1: 'opens-pc8',
    rekeys: true,
    expect: secured('7a'),
  },
]

/** Steps 2 to 14 alone, on a network as it is. */
export const setUpAlone: Course = { name: 'connect', ue1: 'nothing', ue2: 'nothing' }

export const findScenario = (name: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.name === name)

/** Whether it needs a hold on the nodes, which only those of this process give. */
export const isStaged = ({ arrangement, usimAhead, tampering, zpnOfKmf1, afterStep1 }: Scenario): boolean =>
  [arrangement, usimAhead, tampering, zpnOfKmf1, afterStep1].some((stage) => stage !== undefined)
