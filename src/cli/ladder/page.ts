import type { NetworkNode } from '../../testbed/run.ts'
import { lanesOf, type Lane } from './lanes.ts'
import type { Colors } from './paint.ts'
import type { Signs } from './signs.ts'

/** How rows become lines on one terminal. */
export interface Page {
  /** Characters a line. */
  readonly width: number
  /** None: the nodes stand in the text. */
  readonly lanes: readonly Lane[]
  /** Facts stand behind the name when there is room, else below it. */
  readonly factsBeside: boolean
  readonly signs: Signs
  readonly colors: Colors
}

export interface PageOptions {
  readonly width: number
  readonly unfold: boolean
  readonly signs: Signs
  readonly colors: Colors
}

const wide = 100
const narrow = 80
const leastText = 34

/** All lanes from 100 columns, from 80 only those of nodes that speak in unfolded rows, below that none. */
export function pageFor(nodes: readonly NetworkNode[], options: PageOptions): Page {
  const { width, signs, colors } = options
  const all = lanesOf(nodes)
  const speaking = options.unfold ? all : lanesOf(speakers(nodes))
  const wanted = width >= wide ? [all, speaking] : width >= narrow ? [speaking] : []
  const lanes = wanted.find((some) => width - (some.at(-1)?.column ?? 0) >= leastText) ?? []
  return { width, lanes, factsBeside: width >= wide, signs, colors }
}

/** Steps 2 to 14 are between UEs and KMFs; step 7c also asks the BSF of UE-1. */
function speakers(nodes: readonly NetworkNode[]): NetworkNode[] {
  const [first] = nodes
  return nodes.filter(
    ({ role, plmn }) => role === 'ue' || role === 'kmf' || (role === 'bsf' && plmn === first?.plmn),
  )
}
