import { sqnOf } from '../core/sequence-number.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import { configuredNodes } from '../nodes/config/nodes.ts'
import type { KmfStage } from '../nodes/kmf-node.ts'
import type { UeStage } from '../nodes/ue-node.ts'
import { castOf, type Part } from './cast.ts'
import type { Scenario } from './scenarios.ts'
import { layer2IdsOf, onAirBy, tamperedRadio } from './tampering.ts'

/** What is special about nodes of a scenario, by their names. */
export type Stages = ReadonlyMap<string, UeStage & KmfStage>

/** What a USIM that is ahead of its HSS has taken: more than any HSS of a new store gives. */
const sqnAhead = sqnOf(1_000_000, 0)

const parts: readonly Part[] = ['ue1', 'ue2', 'ue3']

/** What a scenario makes of the nodes of its (arranged) network. */
export function stagesOf(scenario: Scenario, config: NetworkConfig): Stages {
  const cast = castOf(config)
  const ids = layer2IdsOf(cast)
  const ues = parts.flatMap((part): [string, UeStage][] => {
    const tampering = scenario.tampering?.[part]
    const ahead = part === 'ue1' && scenario.usimAhead
    const stage: UeStage = {
      ...(ahead && { highestSqn: sqnAhead }),
      ...(tampering && {
        onAir: onAirBy(tampering, ids),
        onRadio: (radio) => tamperedRadio(radio, tampering, ids),
      }),
    }
    return cast[part] ? [[cast[part].name, stage]] : []
  })
  const { zpnOfKmf1: onZpn } = scenario
  const kmf1 = configuredNodes(config).find(({ name }) => name === cast.ue1.name)?.plmn.kmf.name
  return new Map<string, UeStage & KmfStage>([...ues, ...(kmf1 && onZpn ? [[kmf1, { onZpn }] as const] : [])])
}
