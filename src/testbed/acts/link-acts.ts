import { configuredUe } from './hands.ts'
import type { Act, Stage } from './act.ts'

const from = { name: 'from', kind: 'ue' } as const
const to = { name: 'to', kind: 'ue' } as const

const layer2IdOf = (stage: Stage, name: string): number => configuredUe(stage, name).ue.proseUeIds[0] ?? 0

/** Links of the standing network, and scenarios beside it. */
export const linkActs: readonly Act[] = [
  {
    act: 'run',
    summary: 'a scenario on a network of its own, beside the one that stands',
    parameters: [
      { name: 'scenario', kind: 'scenario' },
      { ...from, optional: true },
      { ...to, optional: true },
    ],
    command: ({ scenario = '' }) => `npx sidelock run ${scenario}`,
    isTold: true,
    async perform({ scenario = '', from: ue1, to: ue2 }, stage) {
      const run = await stage.play(scenario, ue1 === undefined || ue2 === undefined ? undefined : [ue1, ue2])
      return { says: `run ${run}: ${scenario}`, run }
    },
  },
  {
    act: 'connect',
    summary:
      'steps 2 to 14 between two UEs, the network being as it is; a link that they have is released first',
    parameters: [from, to],
    isTold: true,
    async perform({ from: ue1 = '', to: ue2 = '' }, { run }) {
      const { outcome, branch, reason } = await run.connect(ue1, ue2)
      const why = reason ?? `branch ${branch ?? 'none'}`
      return { says: `${ue1} and ${ue2}: ${outcome.replace('-', ' ')}, ${why}`, outcome }
    },
  },
  {
    act: 'rekey',
    summary: 'new session keys for the newest link of the two',
    parameters: [from, to],
    isTold: true,
    async perform({ from: ue1 = '', to: ue2 = '' }, stage) {
      await stage.run.network.ue(ue1).rekey(layer2IdOf(stage, ue2))
      return { says: `${ue1} and ${ue2} have new session keys` }
    },
  },
  {
    act: 'release',
    summary: 'the first UE releases its newest link with the second',
    parameters: [from, to],
    isTold: true,
    async perform({ from: ue1 = '', to: ue2 = '' }, stage) {
      await stage.run.network.ue(ue1).release(layer2IdOf(stage, ue2))
      return { says: `${ue1} released its link with ${ue2}` }
    },
  },
]
