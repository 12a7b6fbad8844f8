import { hexOf24 } from '../../core/identities/prose.ts'
import { maskedImsi } from '../../core/identities/subscriber.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import { configuredNodes } from '../../nodes/config/nodes.ts'
import { usageOf, valuesOf } from '../../testbed/acts/lab-acts.ts'
import { acts } from '../../testbed/acts/table.ts'
import { scenarios } from '../../testbed/scenarios.ts'

/** What the page draws lanes and the Drive panel from; identities are masked. */
export function networkView(config: NetworkConfig, unsafe: boolean) {
  const nodes = configuredNodes(config)
  return {
    ...{ file: config.file, live: true, unsafe },
    plmns: config.plmns.map(({ plmn }) => ({
      plmn,
      nodes: nodes.filter((node) => node.plmn.plmn === plmn).map(({ name }) => name),
    })),
    nodes: nodes.map(({ name, kind, plmn }) => ({ name, role: kind, plmn: plmn.plmn })),
    ues: nodes.flatMap((node) => (node.kind === 'ue' ? [ueView(node)] : [])),
    scenarios: scenarios.map(({ name, summary, clause, expect }) => ({ name, summary, clause, expect })),
    acts: acts.map((act) => ({
      ...{ act: act.act, summary: act.summary, usage: usageOf(act) },
      parameters: act.parameters.map((parameter) => {
        const values = valuesOf(parameter, config)
        return { ...parameter, ...(values && { values }) }
      }),
    })),
  }
}

const ueView = ({ name, plmn, ue }: Extract<ReturnType<typeof configuredNodes>[number], { kind: 'ue' }>) => ({
  ...{ name, plmn: plmn.plmn, imsi: maskedImsi(ue.imsi), discovery: ue.discovery },
  layer2Id: ue.proseUeIds[0] === undefined ? null : hexOf24(ue.proseUeIds[0]),
})
