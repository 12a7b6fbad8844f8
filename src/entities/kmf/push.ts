import type { Rand } from '../../core/aka.ts'
import { KeyRequestFailed, MalformedMessage } from '../../core/errors.ts'
import { PTid } from '../../core/identities/p-tid.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import { wipe } from '../../core/keys.ts'
import { projectValues } from '../../core/project-values.ts'
import { hours, later, minutes, type Instant } from '../../core/units.ts'
import { readGpi } from '../../crypto/gba-push-info.ts'
import type { PushInfoAnswer, PushInfoRequest } from '../../reference-points/zn/exchange.ts'
import { RefusedWithResult, resultCode, resultCodes } from '../../wire/diameter/result.ts'
import { authorise } from './authorise.ts'
import { fromStore } from './from-store.ts'
import type { Kmf } from './kmf.ts'
import type { NafKeys, Question } from './resolve-naf-keys.ts'
import type { Owner } from './subscriber.ts'

const requestedLifetime = hours(1)
/** For so long AUTS may answer a GPI (R35). */
const toResynchronise = minutes(1)
const lengthOfPTid = 16

/** A subscriber that the home network can push to. */
export interface Addressee extends Owner {
  readonly impi: Impi
}

/**
 * 7b, 7d: key and GPI by GBA push, for a subscriber whose authorisation was looked at, and is again with the settings of the
 * GPA when the key is here (R8). The key serves one PDK and is never kept. TS 33.223 4.3, 5.
 */
export async function push(question: Question, addressee: Addressee): Promise<NafKeys> {
  const { kmf, request } = question
  const { imsi, impi } = addressee
  if (!kmf.buckets.push.take(imsi ?? impi, kmf.ports.clock.now()))
    throw new RefusedWithResult(resultCode(resultCodes.tooBusy), 'too many pushes to this UE-1')
  const answer = await kmf.ports.zpn.pushInfo(
    await requestFor(kmf, request, addressee),
    question.procedure.bsfCall,
  )
  const { gpi, meKeyMaterial, keyExpiry, ussList } = answer
  const owner = { ussList, ...(imsi !== undefined && { imsi }) }
  try {
    const now = kmf.ports.clock.now()
    const { ue1Id, ue2Id } = request
    const rand = randThatServes(answer, addressee, now)
    await fromStore(kmf.ports.pushedGpis.add({ rand, ue1Id, ue2Id }, later(now, toResynchronise)))
    await authorise(owner, question.ask, kmf.ports)
  } catch (error) {
    wipe(meKeyMaterial)
    throw error
  }
  return { owner, ksNaf: meKeyMaterial, expires: keyExpiry, gpi }
}

/** The RAND of an answer that an honest BSF gives. */
function randThatServes({ impi, gpi, keyExpiry }: PushInfoAnswer, addressee: Addressee, now: Instant): Rand {
  if (keyExpiry <= now) throw new KeyRequestFailed('the BSF pushed a key that has expired')
  if (impi !== undefined && impi !== addressee.impi)
    throw new KeyRequestFailed('the BSF pushed to another subscriber')
  return randOf(gpi)
}

async function requestFor(
  { ports: { clock, random, authorisations } }: Kmf,
  { nafId, resynchronisation }: Question['request'],
  { impi, imsi }: Addressee,
): Promise<PushInfoRequest> {
  return {
    impi,
    nafId,
    ptId: PTid(random.octets(lengthOfPTid)),
    gbaU: imsi !== undefined && (await fromStore(authorisations.usesGbaU(imsi))),
    requestedExpiry: later(clock.now(), requestedLifetime),
    gsids: [projectValues.proseGsid.value],
    ...(resynchronisation && { resynchronisation }),
  }
}

/** By which UE-1 will name the push when its SQN is out of range. */
function randOf(gpi: Uint8Array): Rand {
  try {
    return readGpi(gpi).rand
  } catch (cause) {
    if (!(cause instanceof MalformedMessage)) throw cause
    throw new KeyRequestFailed('the BSF gave no GPI', cause.clause, { cause })
  }
}
