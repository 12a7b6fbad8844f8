import { equalOctets } from '../../core/bytes.ts'
import type { EeaId, EiaId } from '../../core/algorithm-ids.ts'
import { AlgorithmNotOffered, CapabilitiesDiffer, NoCommonAlgorithm } from './errors.ts'

/** Identities (0 to 7) of the algorithms that a UE supports, ascending. TS 24.334 12.5.1.22. */
export interface SecurityCapabilities {
  readonly eea: readonly number[]
  readonly eia: readonly number[]
}

/** Identity 0 of `eia` is decoded so that it can be refused (R19). TS 24.334 12.5.1.23. */
export interface ChosenAlgorithms {
  readonly eea: EeaId
  readonly eia: EiaId | 0
}

/** What local policy says of algorithms. */
export interface AlgorithmPolicy {
  /** Own order of choice. */
  readonly eea: readonly EeaId[]
  readonly eia: readonly EiaId[]
  /** Whether a link without ciphering is good enough (R19). */
  readonly allowEea0: boolean
  /** Names such as `128-EEA1`, taken out on both sides (R20). */
  readonly disabledAlgorithms: readonly string[]
}

export const defaultAlgorithmPolicy: AlgorithmPolicy = {
  eea: [2, 1, 3],
  eia: [2, 1, 3],
  allowEea0: false,
  disabledAlgorithms: [],
}

/** `EEA0`, `128-EIA2`. TS 33.401 5.1.3.2, 5.1.4.2. */
export const algorithmName = (kind: 'EEA' | 'EIA', id: number): string =>
  id >= 1 && id <= 3 ? `128-${kind}${id}` : `${kind}${id}`

/** Octet 1: EEA0 (bit 8) to EEA7 (bit 1); octet 2 the same for EIA. */
export const capabilityOctets = ({ eea, eia }: SecurityCapabilities): Uint8Array =>
  Uint8Array.of(bitsOf(eea), bitsOf(eia))

const bitsOf = (ids: readonly number[]): number => ids.reduce((octet, id) => octet | (0x80 >> id), 0)

export function capabilitiesOf(octets: Uint8Array): SecurityCapabilities {
  const ids = (octet = 0) => [0, 1, 2, 3, 4, 5, 6, 7].filter((id) => octet & (0x80 >> id))
  return { eea: ids(octets[0]), eia: ids(octets[1]) }
}

/** The algorithms that policy allows, best first: never EIA0, EEA0 only when allowed and then last (R19, R20). */
export function allowedAlgorithms(policy: AlgorithmPolicy): {
  readonly eea: readonly EeaId[]
  readonly eia: readonly EiaId[]
} {
  const enabled = (kind: 'EEA' | 'EIA') => (id: number) =>
    id !== 0 && !policy.disabledAlgorithms.includes(algorithmName(kind, id))
  const eea = policy.eea.filter(enabled('EEA'))
  return { eea: policy.allowEea0 ? [...eea, 0] : eea, eia: policy.eia.filter(enabled('EIA')) }
}

/** What UE-1 offers in step 3. */
export function offeredCapabilities(policy: AlgorithmPolicy): SecurityCapabilities {
  const { eea, eia } = allowedAlgorithms(policy)
  return { eea: eea.toSorted(), eia: eia.toSorted() }
}

/** UE-2's choice in step 11, by its own order; throws NoCommonAlgorithm. TS 33.303 6.5.6. */
export function chooseAlgorithms(
  offered: SecurityCapabilities,
  policy: AlgorithmPolicy,
): { readonly eea: EeaId; readonly eia: EiaId } {
  const own = allowedAlgorithms(policy)
  const eea = own.eea.find((id) => offered.eea.includes(id))
  const eia = own.eia.find((id) => offered.eia.includes(id))
  if (eea === undefined || eia === undefined)
    throw new NoCommonAlgorithm('the peer offers no algorithm that policy allows', 'TS 33.303 6.5.6')
  return { eea, eia }
}

/**
 * UE-1 at step 13, checks 6 and 9: the pair must be among those it sent; EIA0 never is (R18, R19).
 * Throws AlgorithmNotOffered.
 */
export function acceptChosen(
  chosen: ChosenAlgorithms,
  sent: SecurityCapabilities,
): { readonly eea: EeaId; readonly eia: EiaId } {
  const { eea, eia } = chosen
  if (eia === 0 || !sent.eia.includes(eia) || !sent.eea.includes(eea))
    throw new AlgorithmNotOffered(
      'the Command chooses an algorithm that was not offered',
      'TS 33.303 6.5.5.2',
    )
  return { eea, eia }
}

/** UE-1 at step 13, check 8: the octets that came back are those it sent (R18); throws CapabilitiesDiffer. */
export function sameCapabilities(returned: SecurityCapabilities, sent: SecurityCapabilities): void {
  if (!equalOctets(capabilityOctets(returned), capabilityOctets(sent)))
    throw new CapabilitiesDiffer('the Command returns other capabilities than were sent', 'CR 33.303 6.X.3.2')
}
