import { tell } from '../../core/tap.ts'
import { checkWallClock } from '../../core/clock-step.ts'
import { hex } from '../../core/bytes.ts'
import { KeyRequestFailed, NotAuthorised } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { nafFqdn, nafUaId } from '../../core/identities/naf-id.ts'
import { maskedImpi } from '../../core/identities/subscriber.ts'
import { wipe } from '../../core/keys.ts'
import type { TokenBuckets } from '../../core/token-buckets.ts'
import { earliest, type Seconds } from '../../core/units.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { deriveKsNaf, ksOf } from '../../crypto/gba-keys.ts'
import { makeGpi } from '../../crypto/gba-push-info.ts'
import { gbaUAutn } from '../../crypto/gba-u.ts'
import type { MultimediaAuthAnswer } from '../../reference-points/zh/exchange.ts'
import type { PushInfoAnswer, PushInfoRequest } from '../../reference-points/zn/exchange.ts'
import { RefusedWithResult, resultCode, resultCodes } from '../../wire/diameter/result.ts'
import { ksExpiry } from './ks-expiry.ts'
import { hasNeededUss, policyFor, ussAskedFor, type NafPolicy } from './naf-policy.ts'
import type { BsfPorts } from './ports.ts'
import { tellingRefusals } from './refusal.ts'

export interface PushPolicy {
  /** Who may ask what. */
  readonly nafs: readonly NafPolicy[]
  /** By (Origin-Host, IMPI); a resynchronisation counts (R45). */
  readonly pushes: TokenBuckets
  /** As on Ub, where the GUSS has none. */
  readonly ksLifetime: Seconds
}

type PushPorts = Pick<BsfPorts, 'zh' | 'clock' | 'wallClockStep' | 'report' | 'count'>

/**
 * Zpn at the BSF: the key of one NAF_Id from a fresh vector, and the GPI that brings it to the UE. The Ks is of this push
 * only and is forgotten. `from` is the Origin-Host of the authenticated peer. Throws NotAuthorised (5402), before a vector
 * is spent where that can be known; RefusedWithResult (3004) beyond the rate; KeyRequestFailed; IdentityUnknown (5401), SynchronisationRefused (5012) and
 * TemporaryFailure as Zh does. TS 33.223 5, TS 29.109 5.4.
 */
export const pushInfo = (
  request: PushInfoRequest,
  from: Fqdn,
  policy: PushPolicy,
  ports: PushPorts,
  context?: string,
): Promise<PushInfoAnswer> =>
  tellingRefusals('Zpn', ports, context, () => push(request, from, policy, ports, context))

async function push(
  request: PushInfoRequest,
  from: Fqdn,
  policy: PushPolicy,
  ports: PushPorts,
  context: string | undefined,
): Promise<PushInfoAnswer> {
  const naf = policyFor(policy.nafs, from, request.nafId)
  if (!naf?.mayPush)
    return refuse(new NotAuthorised('this NAF may not have that key pushed', 'TS 29.109 6.2.2.2'), ports)
  checkWallClock(ports)
  if (request.requestedExpiry <= ports.clock.now())
    return refuse(
      new KeyRequestFailed('the key was asked for until a time that is over', 'TS 33.223 5'),
      ports,
    )
  const { impi, resynchronisation } = request
  if (!policy.pushes.take(`${from} ${impi}`, ports.clock.now())) {
    ports.count('zpn-too-many')
    throw new RefusedWithResult(resultCode(resultCodes.tooBusy), 'too many pushes of this NAF to this UE')
  }
  const got = await ports.zh.authenticate({ impi, ...(resynchronisation && { resynchronisation }) }, context)
  try {
    if (!hasNeededUss(naf, got.guss))
      return refuse(new NotAuthorised('the GUSS has no USS for this NAF', 'TS 29.109 6.2.2.2'), ports)
    const answer = answerFrom(request, got, policy, ports, { naf, from, context })
    return { ...(naf.discloseImpi ? { impi } : {}), ...answer }
  } finally {
    wipe(got.vector.ck, got.vector.ik, got.vector.xres)
  }
}

/** Ks, the key of the NAF and the GPI; Ks ends here: it serves one NAF once. TS 33.223 3.1. */
function answerFrom(
  request: PushInfoRequest,
  { vector, guss }: MultimediaAuthAnswer,
  { ksLifetime }: PushPolicy,
  ports: PushPorts,
  asker: { readonly naf: NafPolicy; readonly from: Fqdn; readonly context: string | undefined },
): Omit<PushInfoAnswer, 'impi'> {
  const { impi, nafId, ptId } = request
  const { naf, from, context } = asker
  const gbaU = request.gbaU && guss?.uiccType === 'GBA_U'
  const { rand, ck, ik } = vector
  const autn = gbaU ? gbaUAutn(vector.autn, ik) : vector.autn
  const ks = ksOf(ck, ik)
  try {
    const keyExpiry = earliest(request.requestedExpiry, ksExpiry(guss, ports.clock.now(), ksLifetime))
    const key = deriveKsNaf(ks, rand, impi, nafId)
    const uiccMe = gbaU ? 'GBA_U' : 'GBA_ME'
    const gpi = makeGpi({ uiccMe, rand, autn, ptId, nafId, keyExpiry, impi, ks })
    tell(ports.report, () => ({
      what: 'pushed',
      fields: {
        ...{ to: from, naf: nafFqdn(nafId), uaId: hex(nafUaId(nafId)), impi: maskedImpi(impi), uiccMe },
        ...{ expires: new Date(keyExpiry).toISOString(), resynchronised: !!request.resynchronisation },
      },
      keys: { Ks: fingerprint(ks), Ks_NAF: fingerprint(key) },
      ...(context === undefined ? {} : { context }),
    }))
    return { meKeyMaterial: key, gpi, keyExpiry, ussList: ussAskedFor(naf, request.gsids, guss) }
  } finally {
    wipe(ks)
  }
}

function refuse(error: NotAuthorised | KeyRequestFailed, ports: PushPorts): never {
  ports.count(`zpn-${error.code}`)
  throw error
}
