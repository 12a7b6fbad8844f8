import type { Clock, Random } from '../../core/environment.ts'
import { LocalFault, Outage, ProseError, TemporaryFailure } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { nafIdOf, uaIds, type NafId } from '../../core/identities/naf-id.ts'
import { Dksi, hexOf24, type Layer2Id, type RelayServiceCode } from '../../core/identities/prose.ts'
import { maskedImsi, type Imsi } from '../../core/identities/subscriber.ts'
import { wipe } from '../../core/keys.ts'
import type { PlmnTable } from '../../core/plmn-table.ts'
import type { Ue1Id } from '../../core/identities/ue1-id.ts'
import type { Report, Step } from '../../core/tap.ts'
import { traceIdOf } from '../../crypto/trace.ts'
import { ImsiForbidden, NoAnswer } from '../../reference-points/pc5/errors.ts'
import type { Bootstrapping } from './bootstrapping.ts'
import type { BTidMemory } from './b-tid-memory.ts'
import { identityRuleFor, needsBootstrapping, type UbResult } from './identity-rule.ts'
import type { ImsiCap } from './imsi-cap.ts'
import { chooseOctet } from './link/choose-octet.ts'
import type { Attempt, AttemptEnd } from './link/link.ts'
import type { LinkEntry } from './link/link-table.ts'
import { refusal } from './link/refusal.ts'
import { isSameUe, provedPeer } from './link/same-ue.ts'
import type { Links } from './links.ts'

export interface SetUpPorts {
  readonly imsi: Imsi
  readonly plmns: PlmnTable
  /** The UE's own KMF, which acts as NAF. */
  readonly kmf: Fqdn
  readonly imsiOverPc5: 'seed' | 'never'
  readonly imsiCap: ImsiCap
  readonly clock: Clock
  readonly random: Random
  readonly report: Report
  readonly memory: BTidMemory
  readonly bootstrapping: Bootstrapping
  readonly links: Links
}

export interface SetUpRequest {
  readonly peer: Layer2Id
  /** Present when the peer is to be a relay. */
  readonly relayServiceCode?: RelayServiceCode
}

/** How a set-up ended. */
export interface SetUpResult {
  readonly outcome: 'secured' | 'refused' | 'failed' | 'timed-out'
  readonly reason: `ERR_${string}` | null
  readonly clause: string | null
  /** Step at which it ended when it was not secured. */
  readonly endedAt: Step | null
  /** REQUESTs sent, retransmissions not counted. */
  readonly attempts: number
  /** Label of the link, null without one. */
  readonly link: string | null
}

interface Identified {
  readonly ue1Id: Ue1Id
  /** Where the PDK comes from; undefined with an IMSI or an expired B-TID. */
  readonly key: Attempt['key']
}

interface Attempted {
  readonly end: AttemptEnd
  /** Absent when nothing was sent. */
  readonly entry?: LinkEntry
  readonly identified?: Identified
}

/** UE-1 from the wish for a link to its end: one attempt, and after a re-negotiation request one more. CR 33.303 6.X.3. */
export async function setUp(request: SetUpRequest, ports: SetUpPorts): Promise<SetUpResult> {
  const first = await attempt(request, ports)
  if (first.end.outcome !== 'renegotiate') return resultOf(first, 0, ports)
  const imsiSent = first.identified?.ue1Id.kind === 'imsi'
  return resultOf(await attempt(request, ports, { imsiSent }), 1, ports)
}

/** Step 3 to the end of the attempt. Nonce_1 comes first, for it names the set-up in every trace. */
async function attempt(
  request: SetUpRequest,
  ports: SetUpPorts,
  renegotiation?: { readonly imsiSent: boolean },
): Promise<Attempted> {
  const nonce1 = ports.random.octets(16)
  const nafId = nafIdOf(ports.kmf, uaIds.prose)
  const identified = await identify(request.peer, nafId, traceIdOf(nonce1), ports, renegotiation).catch(asEnd)
  if (!('ue1Id' in identified)) return { end: { outcome: 'ended', error: identified, endedAt: '3' } }
  const dksi = chooseOctet(ports.random, ports.links.table.takenOctets(request.peer, 'msb'))
  const { ue1Id, key } = identified
  if (dksi === undefined) {
    if (key) wipe(key.ksNaf)
    return { end: { outcome: 'ended', error: noDksi(), endedAt: '3' } }
  }
  if (ue1Id.kind === 'b-tid') ports.memory.countSetUp(ue1Id.btid)
  const { entry, end } = ports.links.attempt({
    ...request,
    ue1Id,
    nafId,
    nonce1,
    dksi: Dksi(dksi),
    mayRenegotiate: renegotiation === undefined,
    extensions: ports.plmns.homeOfProseUeId(request.peer)?.extensions ?? 0,
    key,
  })
  return { end: await end, entry, identified }
}

/** What ends a set-up before its REQUEST. */
function asEnd(error: unknown): ProseError {
  if (error instanceof ProseError) return error
  throw error
}

const noDksi = () => new TemporaryFailure('no DKSI is left toward this peer')

/** The identity of step 3, by the rules of the change request; what forbids to send the IMSI ends the set-up (R13). */
async function identify(
  peer: Layer2Id,
  nafId: NafId,
  context: string,
  ports: SetUpPorts,
  renegotiation?: { readonly imsiSent: boolean },
): Promise<Identified | ImsiForbidden> {
  const { memory, clock, kmf, report } = ports
  const renegotiated = renegotiation !== undefined
  if (!renegotiated && memory.valid(clock.now()) && memory.renewalDue(clock.now()))
    await askUb(ports, context)
  // Only now: a B-TID may expire while Ub is asked for its renewal.
  const bTid = memory.status(kmf, clock.now())
  const ub = needsBootstrapping(bTid, renegotiated) ? await askUb(ports, context) : 'not-asked'
  const rule = identityRuleFor({ bTid, renegotiated, ub })
  report({ step: '3', what: 'identity', fields: { bTid, ub, sends: rule?.sends ?? null }, context })
  const bootstrap = memory.valid(clock.now())
  if (rule?.sends === 'expired-b-tid' && memory.btid)
    return { ue1Id: { kind: 'b-tid', btid: memory.btid }, key: undefined }
  if (rule?.sends !== 'imsi' && bootstrap) {
    const { btid, ks, expires } = bootstrap
    return { ue1Id: { kind: 'b-tid', btid }, key: { ksNaf: await ks.nafKey(nafId), expires } }
  }
  return imsiIfAllowed(peer, context, ports, renegotiation?.imsiSent ?? false)
}

/** Each IMSI on PC5 leaves an audit record (R13). */
function imsiIfAllowed(
  peer: Layer2Id,
  context: string,
  { imsi, imsiOverPc5, imsiCap, clock, report }: SetUpPorts,
  sentBefore: boolean,
): Identified | ImsiForbidden {
  const allowed = imsiOverPc5 === 'seed' && !sentBefore && imsiCap.take(clock.now())
  const fields = { imsi: maskedImsi(imsi), peer: hexOf24(peer), allowed }
  report({ step: '3', what: 'imsi-over-pc5', fields, context })
  if (allowed) return { ue1Id: { kind: 'imsi', imsi }, key: undefined }
  const error = new ImsiForbidden('the IMSI would be needed and may not be sent', 'CR 33.303 6.X.3.2 step 3')
  report({ ...refusal('3', error, peer), context })
  return error
}

/** Any end without a new B-TID means "bootstrapping is not possible". */
async function askUb({ bootstrapping }: SetUpPorts, context: string): Promise<UbResult> {
  return bootstrapping.run(context).then(
    () => 'possible',
    () => 'not-possible',
  )
}

function resultOf({ end, entry, identified }: Attempted, before: number, ports: SetUpPorts): SetUpResult {
  const attempts = before + (entry ? 1 : 0)
  if (end.outcome === 'secured' && entry) {
    if (identified?.ue1Id.kind === 'b-tid') ports.memory.markUsed(identified.ue1Id.btid, ports.kmf)
    return {
      outcome: 'secured',
      reason: null,
      clause: null,
      endedAt: null,
      attempts,
      link: survivor(entry, ports),
    }
  }
  const error = end.outcome === 'ended' ? end.error : noDksi()
  return {
    outcome: outcomeOf(error),
    reason: error.code,
    clause: error.clause ?? null,
    endedAt: end.outcome === 'ended' ? end.endedAt : null,
    attempts,
    link: null,
  }
}

/** When both UEs called each other, the link that stays may be the other one. */
function survivor(entry: LinkEntry, { links }: SetUpPorts): string {
  if (entry.state.phase === 'secured') return entry.label
  const other = links.table
    .toward(entry.peer)
    .find(({ state }) => state.phase === 'secured' && isSameUe(state.facts, provedPeer))
  return (other ?? entry).label
}

function outcomeOf(error: ProseError): SetUpResult['outcome'] {
  if (error instanceof NoAnswer) return 'timed-out'
  return error instanceof Outage || error instanceof LocalFault ? 'failed' : 'refused'
}
