import { checkWallClock } from '../../core/clock-step.ts'
import { hasExtension } from '../../core/extension-set.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { isProseNafId, nafFqdn } from '../../core/identities/naf-id.ts'
import { wipe } from '../../core/keys.ts'
import { inRanges, type PlmnEntry } from '../../core/plmn-table.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import { earliest, Instant, later } from '../../core/units.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { derivePdk } from '../../crypto/prose-keys.ts'
import type { ProseKeyAnswer, ProseKeyRequest } from '../../reference-points/pc6/exchange.ts'
import { notAcceptable, PeerMayNotAsk } from '../../reference-points/pc6/refusals.ts'
import { RefusedWithResult, resultCode, resultCodes } from '../../wire/diameter/result.ts'
import type { Kmf } from './kmf.ts'
import { Procedure } from './procedure.ts'
import { checkRequestToken } from './request-token.ts'
import { resolveNafKeys, type NafKeys } from './resolve-naf-keys.ts'
import { proseSettings, proseUeIdsOf } from './subscriber.ts'

/** Step 6 to step 9 at the KMF of UE-1. CR 33.303 6.X.3.2. */
export async function answerPeer(
  kmf: Kmf,
  from: Fqdn,
  request: ProseKeyRequest,
  context: string | undefined,
): Promise<ProseKeyAnswer> {
  const procedure = new Procedure(kmf.ports, '6', context)
  try {
    const peer = peerThatMayAsk(kmf, from, request)
    return await issueKey(kmf, procedure, request, peer.plmn)
  } catch (error) {
    procedure.refused(error)
    throw error
  }
}

/** The checks of step 6, before anything about UE-1 is looked up (R2, R3, R39, R45). */
function peerThatMayAsk({ ports, own, buckets }: Kmf, from: Fqdn, request: ProseKeyRequest): PlmnEntry {
  const peer = ports.plmns.homeOfKmfHost(from)
  if (!peer) throw new PeerMayNotAsk('not the KMF of any network')
  if (!own.kmfNames.includes(nafFqdn(request.nafId)) || !isProseNafId(request.nafId))
    throw notAcceptable('naf-id', request)
  if (request.visitedPlmn !== peer.plmn) throw new PeerMayNotAsk('the network of UE-2 is another')
  if (!inRanges(request.ue2Id, peer.proseUeIds)) throw new PeerMayNotAsk('UE-2 ID is not of its ranges')
  if (ports.plmns.homeOfUe1Id(request.ue1Id) !== own) throw notAcceptable('ue1-id', request)
  if (request.extensions !== peer.extensions) throw notAcceptable('extensions', request)
  if (!buckets.peer.take(from, ports.clock.now()))
    throw new RefusedWithResult(resultCode(resultCodes.tooBusy), 'too many key requests of this peer')
  return peer
}

/** Steps 7 and 8, nothing waited for between. */
export async function issueKey(
  kmf: Kmf,
  procedure: Procedure,
  request: Omit<ProseKeyRequest, 'visitedPlmn'>,
  ue2Plmn: Plmn,
): Promise<ProseKeyAnswer> {
  const ask = { role: 'ue-1', relay: request.relayServiceCode !== undefined, plmn: ue2Plmn } as const
  const found = await resolveNafKeys({ kmf, procedure, request, ask })
  try {
    checkRequestToken(request, found)
    procedure.step = '8'
    checkWallClock(kmf.ports)
    return await derive(kmf, procedure, request, found)
  } finally {
    wipe(found.ksNaf) // the store has its own; a pushed key serves one PDK
  }
}

/** Step 8, and what step 9 says beside the key. */
async function derive(
  { ports, settings }: Kmf,
  procedure: Procedure,
  { ue2Id, extensions, nonce1 }: Pick<ProseKeyRequest, 'ue2Id' | 'extensions' | 'nonce1'>,
  { owner, ksNaf, expires, gpi }: NafKeys,
): Promise<ProseKeyAnswer> {
  const ue1ProseUeIds = settings.returnUe1ProseUeIds ? proseUeIdsOf(await proseSettings(owner, ports)) : []
  const pdk = derivePdk(ksNaf, ue2Id, hasExtension(extensions, 'E1') ? nonce1 : undefined)
  const keyExpiry = wholeSecond(earliest(expires, later(ports.clock.now(), settings.pdkLifetime)))
  procedure.decided('derived', () => ({
    fields: { ue2Id: hexOf24(ue2Id), keyExpiry: new Date(keyExpiry).toISOString() },
    keys: { PDK: fingerprint(pdk), Ks_NAF: fingerprint(ksNaf) },
  }))
  return { pdk, keyExpiry, ue1ProseUeIds, ...(gpi && { gpi }) }
}

/** What a Diameter Time and an xs:dateTime can say alike. */
const wholeSecond = (instant: Instant): Instant => Instant(Math.floor(instant / 1000) * 1000)
