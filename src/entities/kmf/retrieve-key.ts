import { KeyRequestFailed, NotAuthorised, PeerFault, TemporaryFailure } from '../../core/errors.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import { wipe } from '../../core/keys.ts'
import { inRanges, type PlmnEntry } from '../../core/plmn-table.ts'
import type { ProseKeyAnswer } from '../../reference-points/pc6/exchange.ts'
import type { ProseDirectKeyRequest } from '../../reference-points/pc8/exchange.ts'
import { extensionsDiffer } from '../../reference-points/pc8/messages.ts'
import type { Uss } from '../../wire/user-security-settings.ts'
import { isTemporary, RefusedWithResult } from '../../wire/diameter/result.ts'
import { authoriseUe2 } from './authorise.ts'
import { issueKey } from './issue-key.ts'
import type { Kmf } from './kmf.ts'
import type { Pc8Subscriber } from './ports.ts'
import type { Procedure } from './procedure.ts'
import { proseSettings, proseUeIdsOf } from './subscriber.ts'

/** Step 4 to step 10 at the KMF of UE-2. CR 33.303 6.X.3.2. */
export async function retrieveKey(
  kmf: Kmf,
  procedure: Procedure,
  request: ProseDirectKeyRequest,
  ue2: Pc8Subscriber,
): Promise<ProseKeyAnswer> {
  takeTokens(kmf, request, ue2)
  const home = homeThatMayServe(kmf, request, await proseSettings(ue2, kmf.ports))
  const ask = { role: 'ue-2', relay: request.relayServiceCode !== undefined, plmn: home.plmn } as const
  procedure.step = '5'
  await authoriseUe2(ue2, ask, kmf.ports)
  procedure.decided('authorisation', () => ({
    fields: { allowed: true, ue2Id: hexOf24(request.ue2Id), plmn: home.plmn, relay: ask.relay },
  }))
  procedure.step = '6'
  const answer = await askHome(kmf, procedure, request, home)
  procedure.step = '10'
  try {
    checkAnswer(kmf, request, home, answer)
    await authoriseUe2(ue2, ask, kmf.ports)
    return answer
  } catch (error) {
    wipe(answer.pdk)
    throw error
  }
}

/** R45. */
function takeTokens({ ports, buckets }: Kmf, { ue1Id }: ProseDirectKeyRequest, ue2: Pc8Subscriber): void {
  const now = ports.clock.now()
  if (!buckets.ue2.take(ue2.imsi ?? ue2.btid, now))
    throw new TemporaryFailure('too many key requests of this UE-2')
  if (!buckets.ue1.take(ue1Id.kind === 'imsi' ? ue1Id.imsi : ue1Id.btid, now))
    throw new TemporaryFailure('too many key requests for this UE-1')
}

/** The home of UE-1, found by the PLMN table alone (R1, R3, R4). */
function homeThatMayServe(
  { ports }: Kmf,
  request: ProseDirectKeyRequest,
  ue2Settings: Uss | undefined,
): PlmnEntry {
  if (!proseUeIdsOf(ue2Settings).includes(request.ue2Id))
    throw new NotAuthorised('UE-2 ID is not one of this subscriber')
  const home = ports.plmns.homeOfNafId(request.nafId)
  if (!home) throw new NotAuthorised('NAF-ID names no known network')
  if (ports.plmns.homeOfUe1Id(request.ue1Id) !== home)
    throw new NotAuthorised('UE-1 ID and NAF-ID are of different networks')
  if (request.extensions !== home.extensions) throw extensionsDiffer(request)
  return home
}

/** Steps 6 to 9; in one KMF without Diameter. */
async function askHome(
  kmf: Kmf,
  procedure: Procedure,
  request: ProseDirectKeyRequest,
  home: PlmnEntry,
): Promise<ProseKeyAnswer> {
  try {
    return home === kmf.own
      ? await issueKey(kmf, procedure, request, kmf.own.plmn)
      : await kmf.ports.pc6.requestKey(home, { ...request, visitedPlmn: kmf.own.plmn }, procedure.context)
  } catch (cause) {
    if (cause instanceof PeerFault) throw new KeyRequestFailed('a malformed answer', undefined, { cause })
    if (cause instanceof RefusedWithResult && isTemporary(cause.result))
      throw new TemporaryFailure(cause.message, undefined, { cause })
    throw cause
  }
}

/** What an honest KMF of UE-1 answers (R7, R30). */
function checkAnswer(
  kmf: Kmf,
  request: ProseDirectKeyRequest,
  home: PlmnEntry,
  answer: ProseKeyAnswer,
): void {
  const needsGpi = request.ue1Id.kind === 'imsi' || request.resynchronisation !== undefined
  if (answer.keyExpiry <= kmf.ports.clock.now()) throw new KeyRequestFailed('the PDK has expired')
  if (needsGpi && !answer.gpi) throw new KeyRequestFailed('the GPI is missing')
  if (answer.gpi && (answer.gpi.length < 3 || answer.gpi.length > 1024))
    throw new KeyRequestFailed('the GPI does not go into a Command')
  if (!answer.ue1ProseUeIds.every((id) => inRanges(id, home.proseUeIds)))
    throw new KeyRequestFailed('UE-1 has a ProSe UE ID of another network')
}
