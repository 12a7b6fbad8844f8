import type { TapState } from '../core/tap.ts'
import { inMilliseconds, minutes, seconds } from '../core/units.ts'
import type { Node, NodeContext } from './node.ts'

/** How long a store may take before it counts as away. */
const storePatience = inMilliseconds(seconds(2))

type Surroundings = Pick<NodeContext, 'clock' | 'timers' | 'wallClockStep'>

/** Why a node cannot serve now; nothing when it can. `node` is undefined while it starts. */
export async function notReady(
  node: Node | undefined,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  if (!node) return ['it does not listen yet']
  const step = Math.abs(surroundings.wallClockStep())
  return [
    ...((await storeAnswers(node, surroundings)) ? [] : ['the store does not answer']),
    ...node.levels().missing,
    ...(step > inMilliseconds(minutes(5)) ? ['the wall clock stepped: no keys are issued'] : []),
  ]
}

async function storeAnswers(node: Node, { timers }: Pick<NodeContext, 'timers'>): Promise<boolean> {
  let stopTimer: () => void = () => undefined
  const late = new Promise<boolean>((resolve) => {
    stopTimer = timers.after(storePatience, () => resolve(false))
  })
  const answered = node.storeAnswers().then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([answered, late])
  } finally {
    stopTimer()
  }
}

/** What a node holds, as an event: whoever asks for metrics makes the node tell it. */
export async function levelsOf(
  name: string,
  node: Node | undefined,
  surroundings: Surroundings,
): Promise<TapState> {
  const { tables = {}, peers = {} } = node?.levels() ?? {}
  const ready = (await notReady(node, surroundings)).length === 0
  const fields = { tables, peers, wallClockStep: surroundings.wallClockStep(), ready }
  return { kind: 'state', time: surroundings.clock.now(), node: name, what: 'levels', fields }
}
