import {
  BTidUnknown,
  KeyRequestFailed,
  NotAuthorised,
  ProseError,
  SynchronisationRefused,
} from '../../core/errors.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import { impiOfImsi, type Impi, type Imsi } from '../../core/identities/subscriber.ts'
import { KsNaf, wipe } from '../../core/keys.ts'
import { later, secondsBetween, type Instant } from '../../core/units.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import type { ProseKeyRequest } from '../../reference-points/pc6/exchange.ts'
import { authorise, authoriseAsRead, authoriseByTable, type Ask } from './authorise.ts'
import { fromStore } from './from-store.ts'
import type { Kmf } from './kmf.ts'
import { fetchNafKey, keyUnder, wipeRow } from './naf-key.ts'
import type { DecisionStore, NafKeyRow } from './ports.ts'
import type { Procedure } from './procedure.ts'
import { push } from './push.ts'
import { spelled } from './spelled.ts'
import type { Owner } from './subscriber.ts'

/** The key that PDK is made from, and whose it is. */
export interface NafKeys {
  readonly owner: Owner
  readonly ksNaf: KsNaf
  readonly expires: Instant
  /** Only of a push. */
  readonly gpi?: Uint8Array
}

/** What UE-1 is asked about, by whom and in which run. */
export interface Question {
  readonly kmf: Kmf
  readonly procedure: Procedure
  readonly request: Omit<ProseKeyRequest, 'visitedPlmn'>
  readonly ask: Ask
}

/** Which keys serve UE-1? CR 33.303 6.X.3.2 step 7, branches 7a to 7d. */
export async function resolveNafKeys(question: Question): Promise<NafKeys> {
  const { ue1Id, nafId } = question.request
  const { decisions, clock } = question.kmf.ports
  const isResynchronised = await takeResynchronisation(question)
  if (ue1Id.kind === 'imsi') return branch7d(question, ue1Id.imsi, isResynchronised)
  // Stays after expiry, then without its keys.
  const kept = await fromStore(decisions.ue1(ue1Id.btid, clock.now(), nafId, question.ask.plmn))
  try {
    return await (isResynchronised
      ? resynchronise7b(question, kept)
      : branchOfBTid(question, kept, ue1Id.btid))
  } finally {
    wipeRow(kept?.row)
  }
}

type Kept = NonNullable<Awaited<ReturnType<DecisionStore['ue1']>>>

function branchOfBTid(question: Question, kept: Kept | undefined, btid: BTid): Promise<NafKeys> {
  const invalid = kept && whyInvalid(question, kept.row)
  if (kept && invalid !== undefined) return branch7b(question, kept, ['key-found', invalid], invalid)
  const ksNaf = kept && keyUnder(kept.row, question.request.nafId)
  return ksNaf ? branch7a(question, kept, KsNaf(ksNaf)) : branch7c(question, kept, btid)
}

/** True for a step 6 with the RAND and AUTS of a GPI that this KMF pushed. Throws SynchronisationRefused for any other. */
async function takeResynchronisation({ kmf: { ports }, request }: Question): Promise<boolean> {
  const { ue1Id, ue2Id, resynchronisation } = request
  if (!resynchronisation) return false
  const gpi = { rand: resynchronisation.rand, ue1Id, ue2Id }
  if (await fromStore(ports.pushedGpis.take(gpi, ports.clock.now()))) return true
  throw new SynchronisationRefused('this KMF pushed no GPI with that RAND')
}

/** Why a row that was found serves no more, undefined when it does. */
function whyInvalid({ kmf }: Question, kept: NafKeyRow): string | undefined {
  const now = kmf.ports.clock.now()
  if (now >= kept.expires) return 'key-expired'
  return now > later(kept.created, kmf.settings.nafKeyMaxAge) ? 'key-too-old' : undefined
}

/** 7a: found and valid. */
function branch7a(question: Question, { row, mayLink }: Kept, ksNaf: KsNaf): Promise<NafKeys> {
  const { ports, settings } = question.kmf
  const age = () => spelled(secondsBetween(row.created, ports.clock.now()))
  const authorised = authoriseAsRead(row, question.ask, mayLink, ports)
  return ifAuthorised(question, row, ksNaf, authorised, {
    branch: '7a',
    why: ['key-found', 'key-valid'],
    notWhy: () => ({ '7b': `age ${age()} of ${spelled(settings.nafKeyMaxAge)}`, '7c': 'key is here' }),
  })
}

/** The key of 7a or 7c for its owner, erased when he may not (R33). Throws NotAuthorised. */
async function ifAuthorised(
  question: Question,
  owner: NafKeyRow,
  ksNaf: KsNaf,
  authorised: Promise<void>,
  decision: Decision,
): Promise<NafKeys> {
  const keys = () => ({ Ks_NAF: fingerprint(ksNaf) })
  try {
    await decide(question, authorised, { ...decision, keys })
    return { owner, ksNaf, expires: owner.expires }
  } catch (error) {
    wipe(ksNaf)
    throw error
  }
}

/** 7b: found but not valid. Authorised before a vector is spent, by the table and the kept settings. */
async function branch7b(
  question: Question,
  kept: Kept,
  why: readonly string[],
  whyNot7a: string,
): Promise<NafKeys> {
  const notWhy = () => ({ '7a': whyNot7a, '7c': 'B-TID is here' })
  const impi = await decide(question, authorisedImpi(question, kept), {
    branch: '7b',
    why,
    notWhy,
    gpi: true,
  })
  return push(question, { ...kept.row, impi })
}

/** The table is read anew: the BSF may have been asked since (7c). Throws BTidUnknown for a subscriber that no push can name (re-negotiation), NotAuthorised. */
async function authorisedImpi({ kmf, ask }: Question, { row }: Kept): Promise<Impi> {
  const { impi = row.imsi && impiOfImsi(row.imsi, kmf.own.plmn) } = row
  if (impi === undefined) throw new BTidUnknown('whose B-TID it is was never told', 'CR 33.303 6.X.3.3')
  await authorise(row, ask, kmf.ports)
  return impi
}

/** 7b again, whatever became of the key meanwhile: UE-1 waits for another GPI. */
function resynchronise7b(question: Question, kept: Kept | undefined): Promise<NafKeys> {
  if (kept) return branch7b(question, kept, ['resynchronisation'], 'a GPI was pushed')
  return Promise.reject(new KeyRequestFailed('the B-TID that the GPI was pushed for is gone'))
}

/** 7c: the BSF is asked. Only its 5403 leads to re-negotiation (R14), or to 7b where it is known who UE-1 is. */
async function branch7c(question: Question, kept: Kept | undefined, btid: BTid): Promise<NafKeys> {
  const here = kept ? 'key-not-found' : 'b-tid-not-found'
  const notWhy = () => ({ '7a': 'no key here', '7b': 'nothing here that is too old' })
  const asked = await fetched(question, btid)
  if (asked instanceof BTidUnknown && kept)
    return branch7b(question, kept, ['key-not-found', 'forgotten-by-bsf'], 'no key here')
  if (asked instanceof Error) {
    const why = asked instanceof BTidUnknown ? 'unknown-at-bsf' : 'bsf-gave-no-key'
    return decide(question, Promise.reject(asked), { branch: '7c', why: [here, why], notWhy })
  }
  const authorised = authorise(asked, question.ask, question.kmf.ports)
  const why = [here, 'bsf-gave-key']
  return ifAuthorised(question, asked, asked.fetched, authorised, { branch: '7c', why, notWhy })
}

/** The answer of the BSF, or why there is none. */
async function fetched({ kmf, procedure, request }: Question, btid: BTid) {
  try {
    return await fetchNafKey(btid, request.nafId, kmf.ports, procedure.bsfCall)
  } catch (error) {
    if (error instanceof ProseError) return error
    throw error
  }
}

/** 7d: an IMSI. Authorised by the table, before a vector is spent. */
async function branch7d(question: Question, imsi: Imsi, isResynchronised: boolean): Promise<NafKeys> {
  const { ports, own } = question.kmf
  const owner = { imsi, ussList: [] }
  await decide(question, authoriseByTable(owner, question.ask, ports), {
    branch: '7d',
    why: ['imsi', ...(isResynchronised ? ['resynchronisation'] : [])],
    notWhy: () => ({ '7a': 'no B-TID', '7b': 'no B-TID', '7c': 'no B-TID' }),
    gpi: true,
  })
  return push(question, { ...owner, impi: impiOfImsi(imsi, own.plmn) })
}

interface Decision {
  readonly branch: '7a' | '7b' | '7c' | '7d'
  readonly why: readonly string[]
  /** Why each other branch does not apply. */
  readonly notWhy: () => Readonly<Record<string, string>>
  readonly keys?: () => Readonly<Record<string, string>>
  /** UE-1 gets a key of its own by GPI, once it is authorised. */
  readonly gpi?: true
}

/** Reports the branch with the outcome of its authorisation, and throws what that throws. */
async function decide<Value>(
  { procedure }: Question,
  authorisation: Promise<Value>,
  { branch, why, notWhy, keys, gpi }: Decision,
): Promise<Value> {
  procedure.step = branch
  const decided = (last: readonly string[], more: Pick<Decision, 'gpi'> = {}) =>
    procedure.decided('branch', () => ({
      fields: { branch, why: [...why, ...last], notWhy: notWhy(), ...more },
      ...(keys && { keys: keys() }),
    }))
  try {
    const value = await authorisation
    decided(['authorised'], gpi && { gpi })
    return value
  } catch (error) {
    decided(error instanceof NotAuthorised ? ['not-authorised'] : [])
    throw error
  }
}
