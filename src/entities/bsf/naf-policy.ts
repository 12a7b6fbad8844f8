import { equalOctets } from '../../core/bytes.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { nafFqdn, nafUaId, uaIds, type NafId, type UaId } from '../../core/identities/naf-id.ts'
import { projectValues } from '../../core/project-values.ts'
import type { Guss, Uss } from '../../wire/user-security-settings.ts'

/** What one NAF may ask of this BSF (R5). */
export interface NafPolicy {
  /** Authenticated Diameter peers that may ask for it. */
  readonly originHosts: readonly Fqdn[]
  /** Names that it has towards UEs; they may differ from its Origin-Host. */
  readonly fqdns: readonly Fqdn[]
  readonly uaIds: readonly UaId[]
  /** GSIDs whose user security settings it may have. */
  readonly gsids: readonly string[]
  /** May have GBA push, each of which takes a vector. TS 33.223. */
  readonly mayPush: boolean
  readonly discloseImpi: boolean
  /** GSIDs without whose USS in the GUSS nothing is given. */
  readonly requiredGsids: readonly string[]
}

/** The policy of a ProSe KMF: its three Ua ids, GBA push, the IMPI, and only for subscribers with the ProSe USS. */
export const kmfPolicy = (originHosts: readonly Fqdn[], fqdns: readonly Fqdn[]): NafPolicy => ({
  originHosts,
  fqdns,
  uaIds: [uaIds.prose, uaIds.tls13, uaIds.tls12DhePsk],
  gsids: [projectValues.proseGsid.value],
  mayPush: true,
  discloseImpi: true,
  requiredGsids: [projectValues.proseGsid.value],
})

/** The policy under which this peer may have the key of this NAF_Id, undefined when there is none (R5). */
export const policyFor = (nafs: readonly NafPolicy[], from: Fqdn, nafId: NafId): NafPolicy | undefined =>
  nafs.find(
    (naf) =>
      naf.originHosts.includes(from) &&
      naf.fqdns.includes(nafFqdn(nafId)) &&
      naf.uaIds.some((uaId) => equalOctets(uaId, nafUaId(nafId))),
  )

/** Whether the subscriber has every USS without which this NAF gets nothing; no GUSS has none (R8). */
export const hasNeededUss = (naf: NafPolicy, guss: Guss | undefined): boolean =>
  naf.requiredGsids.every((gsid) => guss?.ussList.some((uss) => uss.id === gsid))

/** The user security settings that were asked for, of those that this NAF may have. */
export const ussAskedFor = (
  naf: NafPolicy,
  gsids: readonly string[],
  guss: Guss | undefined,
): readonly Uss[] => guss?.ussList.filter(({ id }) => gsids.includes(id) && naf.gsids.includes(id)) ?? []
