import { Run } from '../../src/console/model/run.ts'
import { EventLines, type LineEvent } from '../../src/testbed/event-lines.ts'
import { simulatedStart } from '../../src/testbed/simulated-clock.ts'
import { Network } from '../testbed/lab-network.ts'

/** The JSON lines of one scenario, in simulated time. */
export async function recordedLines(scenario: string, unsafeRevealKeys = false): Promise<string[]> {
  const network = await Network.start([], { scenario, once: true, simulated: true, unsafeRevealKeys })
  const result = await network.run.result
  const lines = new EventLines(simulatedStart)
  const nodes = network.run.nodes
  const start = {
    ...{ event: 'start', schema: 1, scenario },
    nodes: nodes.map(({ name }) => name),
    network: nodes.map(({ name, role, plmn }) => ({ name, role, plmn })),
    time: new Date(simulatedStart).toISOString(),
  }
  const told = network.events
    .filter((event): event is LineEvent => event.kind === 'message' || event.kind === 'state')
    .map((event) => lines.of(event))
  return [start, ...told, { event: 'result', ...result }].map((line) => JSON.stringify(line))
}

/** The same, folded. */
export async function recorded(scenario: string, unsafeRevealKeys = false): Promise<Run> {
  const run = new Run()
  for (const line of await recordedLines(scenario, unsafeRevealKeys)) run.add(line)
  return run
}
