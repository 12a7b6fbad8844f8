import { tell } from '../../core/tap.ts'
import { checkWallClock } from '../../core/clock-step.ts'
import { hex } from '../../core/bytes.ts'
import { BTidUnknown, NotAuthorised } from '../../core/errors.ts'
import { shortBTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { nafFqdn, nafUaId } from '../../core/identities/naf-id.ts'
import { wipe } from '../../core/keys.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { deriveKsNaf } from '../../crypto/gba-keys.ts'
import type { BootstrappingInfoAnswer, BootstrappingInfoRequest } from '../../reference-points/zn/exchange.ts'
import { hasNeededUss, policyFor, ussAskedFor, type NafPolicy } from './naf-policy.ts'
import type { Bootstrap, BsfPorts } from './ports.ts'
import { tellingRefusals } from './refusal.ts'

type ZnPorts = Pick<BsfPorts, 'bootstraps' | 'clock' | 'wallClockStep' | 'report' | 'count'>

/**
 * Zn at the BSF: the key of one NAF_Id. `from` is the Origin-Host of the authenticated peer, `nafs` who may ask what.
 * Throws NotAuthorised (5402) or BTidUnknown (5403), in the order of TS 29.109 5.2.
 */
export const bootstrappingInfo = (
  request: BootstrappingInfoRequest,
  from: Fqdn,
  nafs: readonly NafPolicy[],
  ports: ZnPorts,
  context?: string,
): Promise<BootstrappingInfoAnswer> =>
  tellingRefusals('Zn', ports, context, () => nafKey(request, from, nafs, ports, context))

async function nafKey(
  request: BootstrappingInfoRequest,
  from: Fqdn,
  nafs: readonly NafPolicy[],
  ports: ZnPorts,
  context: string | undefined,
): Promise<BootstrappingInfoAnswer> {
  const naf = policyFor(nafs, from, request.nafId)
  if (!naf) return refuse(new NotAuthorised('this NAF may not have that key', 'TS 29.109 6.2.2.2'), ports)
  checkWallClock(ports)
  const bootstrap = await ports.bootstraps.find(request.btid, ports.clock.now())
  if (!bootstrap) return refuse(new BTidUnknown('unknown or expired B-TID', 'TS 29.109 6.2.2.3'), ports)
  try {
    return keyFor(request, from, naf, bootstrap, ports, context)
  } finally {
    wipe(bootstrap.ks)
  }
}

function keyFor(
  request: BootstrappingInfoRequest,
  from: Fqdn,
  naf: NafPolicy,
  bootstrap: Bootstrap,
  ports: Pick<BsfPorts, 'report' | 'count'>,
  context: string | undefined,
): BootstrappingInfoAnswer {
  if (!hasNeededUss(naf, bootstrap.guss))
    return refuse(new NotAuthorised('the GUSS has no USS for this NAF', 'TS 29.109 6.2.2.2'), ports)
  const key = deriveKsNaf(bootstrap.ks, bootstrap.rand, bootstrap.impi, request.nafId)
  tell(ports.report, () => ({
    what: 'naf-key-given',
    fields: {
      to: from,
      naf: nafFqdn(request.nafId),
      uaId: hex(nafUaId(request.nafId)),
      btid: shortBTid(bootstrap.btid),
    },
    keys: { Ks: fingerprint(bootstrap.ks), Ks_NAF: fingerprint(key) },
    ...(context === undefined ? {} : { context }),
  }))
  return {
    ...(naf.discloseImpi ? { impi: bootstrap.impi } : {}),
    meKeyMaterial: key,
    keyExpiry: bootstrap.expires,
    creation: bootstrap.created,
    ussList: ussAskedFor(naf, request.gsids, bootstrap.guss),
  }
}

function refuse(error: NotAuthorised | BTidUnknown, ports: Pick<BsfPorts, 'count'>): never {
  ports.count(`zn-${error.code}`)
  throw error
}
