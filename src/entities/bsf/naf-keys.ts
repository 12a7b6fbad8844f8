import { equalOctets, hex } from '../../core/bytes.ts'
import { BTidUnknown, NotAuthorised } from '../../core/errors.ts'
import { shortBTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { nafFqdn, nafUaId, uaIds, type NafId, type UaId } from '../../core/identities/naf-id.ts'
import { projectValues } from '../../core/project-values.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { deriveKsNaf } from '../../crypto/gba-keys.ts'
import type { BootstrappingInfoAnswer, BootstrappingInfoRequest } from '../../reference-points/zn/exchange.ts'
import type { Bootstrap, BsfPorts } from './ports.ts'

/** What one NAF may ask of this BSF (R5). */
export interface NafPolicy {
  /** Authenticated Diameter peers that may ask for it. */
  readonly originHosts: readonly Fqdn[]
  /** Names that it has towards UEs; they may differ from its Origin-Host. */
  readonly fqdns: readonly Fqdn[]
  readonly uaIds: readonly UaId[]
  readonly discloseImpi: boolean
  /** GSIDs without whose USS in the GUSS nothing is given. */
  readonly requiredGsids: readonly string[]
}

/** The policy of a ProSe KMF: its three Ua ids, the IMPI, and only for subscribers with the ProSe USS. */
export const kmfPolicy = (originHosts: readonly Fqdn[], fqdns: readonly Fqdn[]): NafPolicy => ({
  originHosts,
  fqdns,
  uaIds: [uaIds.prose, uaIds.tls13, uaIds.tls12DhePsk],
  discloseImpi: true,
  requiredGsids: [projectValues.proseGsid.value],
})

/**
 * Zn at the BSF: the key of one NAF_Id. `from` is the Origin-Host of the authenticated peer, `nafs` who may ask what.
 * Throws NotAuthorised (5402) or BTidUnknown (5403), in the order of TS 29.109 5.2.
 */
export async function bootstrappingInfo(
  request: BootstrappingInfoRequest,
  from: Fqdn,
  nafs: readonly NafPolicy[],
  ports: Pick<BsfPorts, 'bootstraps' | 'clock' | 'report' | 'count'>,
  context?: string,
): Promise<BootstrappingInfoAnswer> {
  const naf = nafs.find((policy) => mayAsk(policy, from, request.nafId))
  if (!naf) return refuse(new NotAuthorised('this NAF may not have that key', 'TS 29.109 6.2.2.2'), ports)
  const bootstrap = await ports.bootstraps.find(request.btid, ports.clock.now())
  if (!bootstrap) return refuse(new BTidUnknown('unknown or expired B-TID', 'TS 29.109 6.2.2.3'), ports)
  if (!naf.requiredGsids.every((gsid) => hasUss(bootstrap, gsid)))
    return refuse(new NotAuthorised('the GUSS has no USS for this NAF', 'TS 29.109 6.2.2.2'), ports)
  const key = deriveKsNaf(bootstrap.ks, bootstrap.rand, bootstrap.impi, request.nafId)
  ports.report({
    what: 'naf-key-given',
    fields: {
      to: from,
      naf: nafFqdn(request.nafId),
      uaId: hex(nafUaId(request.nafId)),
      btid: shortBTid(bootstrap.btid),
    },
    keys: { Ks: fingerprint(bootstrap.ks), Ks_NAF: fingerprint(key) },
    ...(context === undefined ? {} : { context }),
  })
  return {
    ...(naf.discloseImpi ? { impi: bootstrap.impi } : {}),
    meKeyMaterial: key,
    keyExpiry: bootstrap.expires,
    creation: bootstrap.created,
    ussList: bootstrap.guss?.ussList.filter((uss) => request.gsids.includes(uss.id)) ?? [],
  }
}

const mayAsk = (naf: NafPolicy, from: Fqdn, nafId: NafId): boolean =>
  naf.originHosts.includes(from) &&
  naf.fqdns.includes(nafFqdn(nafId)) &&
  naf.uaIds.some((uaId) => equalOctets(uaId, nafUaId(nafId)))

const hasUss = (bootstrap: Bootstrap, gsid: string): boolean =>
  bootstrap.guss?.ussList.some((uss) => uss.id === gsid) ?? false

function refuse(error: NotAuthorised | BTidUnknown, ports: Pick<BsfPorts, 'count'>): never {
  ports.count(`zn-${error.code}`)
  throw error
}
