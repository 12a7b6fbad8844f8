import type { Rand } from '../../core/aka.ts'
import { BTidUnknown, KeyRequestFailed, MalformedMessage } from '../../core/errors.ts'
import { PTid } from '../../core/identities/p-tid.ts'
import type { Impi } from '../../core/identities/subscriber.ts'
import { projectValues } from '../../core/project-values.ts'
import { hours, later } from '../../core/units.ts'
import { readGpi } from '../../crypto/gba-push-info.ts'
import type { PushInfoAnswer, PushInfoRequest } from '../../reference-points/zn/exchange.ts'
import { RefusedWithResult, resultCode, resultCodes } from '../../wire/diameter/result.ts'
import type { NafKeys, Question } from './resolve-naf-keys.ts'
import type { Owner } from './subscriber.ts'

const requestedLifetime = hours(1)
const lengthOfPTid = 16

/** A subscriber that the home network can push to. */
export interface Addressee extends Owner {
  readonly impi: Impi
}

/**
 * 7b, 7d: key and GPI by GBA push, for a subscriber whose authorisation was looked at. The key serves one PDK and is never
 * kept. The owner comes with the settings of the GPA, for the look before the key leaves (R8). TS 33.223 4.3, 5.
 */
export async function push(question: Question, addressee: Addressee): Promise<NafKeys> {
  const { kmf, request } = question
  const { imsi, impi } = addressee
  if (!kmf.buckets.push.take(imsi ?? impi, kmf.ports.clock.now()))
    throw new RefusedWithResult(resultCode(resultCodes.tooBusy), 'too many pushes to this UE-1')
  const { gpi, meKeyMaterial, keyExpiry, ussList } = await pushed(question, addressee)
  kmf.pushed.add(randOf(gpi), request, kmf.ports.clock.now())
  const owner = { ussList, ...(imsi !== undefined && { imsi }) }
  return { owner, ksNaf: meKeyMaterial, expires: keyExpiry, gpi }
}

/** The answer of the BSF. Its refusals never lead to re-negotiation: only that of Zn does (R14). */
async function pushed(question: Question, addressee: Addressee): Promise<PushInfoAnswer> {
  const { zpn, clock } = question.kmf.ports
  try {
    const answer = await zpn.pushInfo(requestFor(question, addressee), question.procedure.context)
    if (answer.keyExpiry <= clock.now()) throw new KeyRequestFailed('the BSF pushed a key that has expired')
    if (answer.impi !== undefined && answer.impi !== addressee.impi)
      throw new KeyRequestFailed('the BSF pushed to another subscriber')
    return answer
  } catch (cause) {
    if (!(cause instanceof BTidUnknown)) throw cause
    throw new KeyRequestFailed('the BSF knows of no B-TID in a push', undefined, { cause })
  }
}

function requestFor({ kmf, request }: Question, { impi, imsi }: Addressee): PushInfoRequest {
  const { clock, random, usesGbaU } = kmf.ports
  const { nafId, resynchronisation } = request
  return {
    impi,
    nafId,
    ptId: PTid(random.octets(lengthOfPTid)),
    gbaU: imsi !== undefined && (usesGbaU?.(imsi) ?? false),
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
