import type { Act, Given } from './act.ts'

const from = { name: 'from', kind: 'ue' } as const
const to = { name: 'to', kind: 'ue' } as const

/** A value that was checked to be there. */
const given = (values: Given, name: string): string => values[name] ?? ''

/** Every act, in the order in which they are listed. */
export const acts: readonly Act[] = [
  {
    act: 'run',
    summary: 'a scenario on a network of its own, beside the one that stands',
    parameters: [
      { name: 'scenario', kind: 'scenario' },
      { ...from, optional: true },
      { ...to, optional: true },
    ],
    command: (values) => `npx sidelock run ${given(values, 'scenario')}`,
    async perform({ scenario = '', from: ue1, to: ue2 }, stage) {
      const run = await stage.play(scenario, ue1 === undefined || ue2 === undefined ? undefined : [ue1, ue2])
      return { says: `run ${run}: ${scenario}`, run }
    },
  },
  {
    act: 'connect',
    summary: 'steps 2 to 14 between two UEs of the network as it is; a link that they have is released first',
    parameters: [from, to],
    async perform({ from: ue1 = '', to: ue2 = '' }, { run }) {
      const { outcome, branch, reason } = await run.connect(ue1, ue2)
      const why = reason ?? `branch ${branch ?? 'none'}`
      return { says: `${ue1} and ${ue2}: ${outcome.replace('-', ' ')}, ${why}` }
    },
  },
]

export const findAct = (name: string): Act | undefined => acts.find(({ act }) => act === name)
