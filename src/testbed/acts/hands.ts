import { configuredNodes } from '../../nodes/config/nodes.ts'
import type { Node } from '../../nodes/node.ts'
import type { ConfiguredUe, UeNode } from '../../nodes/ue-node.ts'
import type { Faults } from '../faults.ts'
import { NeedsOneProcess, NothingToDo, type Stage } from './act.ts'

/** The nodes of a network as a lab lays hands on them. */
export interface Hands {
  readonly faults: Faults
  ue(name: string): UeNode
  /** HSSs, BSFs or KMFs of the home network of that UE, all instances. */
  home(ue: string, kind: 'bsf' | 'kmf'): readonly Node[]
  node(name: string): Node
}

export const configuredUe = ({ config }: Pick<Stage, 'config'>, name: string): ConfiguredUe => {
  const found = configuredNodes(config).find((node) => node.name === name)
  if (found?.kind !== 'ue') throw new NothingToDo(`there is no UE ${name}`)
  return found
}

/** Throws NeedsOneProcess. */
export function handsOn(stage: Stage): Hands {
  const { running, faults } = stage.run.network
  if (!running || !faults) throw new NeedsOneProcess('this act needs all nodes in one process')
  const node = (name: string): Node => {
    const found = running.find((one) => one.name === name)
    if (!found) throw new NothingToDo(`${name} does not run`)
    return found
  }
  return {
    ...{ faults, node },
    ue(name) {
      const found = node(name)
      if (!('ue' in found)) throw new NothingToDo(`${name} is no UE`)
      return found as UeNode
    },
    home(ue, kind) {
      const names = configuredUe(stage, ue).plmn[kind].instances.map((instance) => instance.name)
      return running.filter(({ name }) => names.includes(name))
    },
  }
}
