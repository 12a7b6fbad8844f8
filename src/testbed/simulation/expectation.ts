import { hexOf24 } from '../../core/identities/prose.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import { configuredNodes } from '../../nodes/config/nodes.ts'
import type { Branch } from '../result.ts'
import type { DrawnRun } from './drawn-run.ts'

function subscription(config: NetworkConfig, name: string) {
  const node = configuredNodes(config).find((one) => one.name === name)
  if (node?.kind !== 'ue') throw new Error(`there is no UE ${name}`)
  return { plmn: node.plmn.plmn, prose: node.subscriber.prose }
}

/** Whether the home KMF of `own` lets it link with the home network of `other`. CR 33.303 6.X.3.2 steps 5 and 7. */
function isAllowed(config: NetworkConfig, own: string, other: string): boolean {
  const { prose } = subscription(config, own)
  const { plmn } = subscription(config, other)
  const hasRow = prose?.mayLinkWith.some((row) => row === '*' || row === plmn) ?? false
  return hasRow && (prose?.permissions.includes('one-to-one') ?? false)
}

/** Whether both home KMFs allow the link, found from the configuration alone. */
export const isAuthorised = (config: NetworkConfig, ue1: string, ue2: string): boolean =>
  isAllowed(config, ue1, ue2) && isAllowed(config, ue2, ue1)

/** The name of the UE with this Layer-2 ID, six hex digits. */
export const ueOfLayer2Id = ({ ues }: NetworkConfig, id: string): string | undefined =>
  ues.find(({ proseUeIds }) => proseUeIds.some((own) => hexOf24(own) === id))?.name

export interface Expectation {
  readonly outcome: 'secured' | 'refused'
  readonly reason: `ERR_${string}` | null
  /** Branches that may have secured it. */
  readonly branches: readonly Branch[]
}

const refused = (reason: `ERR_${string}`): Expectation => ({ outcome: 'refused', reason, branches: [] })
const secured = (...branches: readonly Branch[]): Expectation => ({
  ...{ outcome: 'secured', reason: null, branches },
})

/** How the call from UE-1 to UE-2 must end when nothing disturbs it. CR 33.303 6.X.3.2 steps 3, 5 and 7, 6.X.3.3. */
export function expectationOf({ config, preparation }: DrawnRun): Expectation {
  const { ue1, expired, forgotten, tooOld, ubBlocked } = preparation
  const hasUsed = ue1 === 'opens-pc8'
  const startsWithImsi = ubBlocked && (ue1 === 'nothing' || (expired && !hasUsed))
  const endsWithImsi = startsWithImsi || (ubBlocked && forgotten)
  const gives = config.ues[0]?.imsiOverPc5 === 'seed'
  if (startsWithImsi && !gives) return refused('ERR_IMSI_POLICY')
  if (!isAllowed(config, 'ue2', 'ue1')) return refused('ERR_NOT_AUTHORISED')
  if (endsWithImsi && !gives) return refused('ERR_IMSI_POLICY')
  if (!isAllowed(config, 'ue1', 'ue2')) return refused('ERR_NOT_AUTHORISED')
  if (endsWithImsi) return secured('7d')
  if (ubBlocked && expired) return secured('7b')
  const isNew = !ubBlocked && (expired || forgotten)
  if (hasUsed && !isNew) return secured(tooOld ? '7b' : '7a')
  return tooOld ? secured('7c', '7b') : secured('7c')
}
