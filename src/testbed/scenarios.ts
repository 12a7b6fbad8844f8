import type { Branch, Outcome } from './result.ts'

/** What a scenario does and what it must give; the network side of it is in the file of its name. */
export interface Scenario {
  readonly name: string
  /** What is set up, in one line. */
  readonly summary: string
  /** Clause and step it shows. */
  readonly clause: string
  /** Whether UE-1 opens PC8 in step 1, so that KMF-1 has its key before step 6. */
  readonly ue1OpensPc8: boolean
  readonly expect: {
    readonly outcome: Outcome
    readonly branch: Branch | null
    readonly reason: `ERR_${string}` | null
    readonly attempts: number
  }
}

/** Every scenario, in the order of the branches of step 7. */
export const scenarios: readonly Scenario[] = [
  {
    name: '7a',
    summary: 'UE-1 opened PC8 in step 1, so KMF-1 holds its NAF key',
    clause: 'CR 33.303 6.X.3.2 step 7a',
    ue1OpensPc8: true,
    expect: { outcome: 'secured', branch: '7a', reason: null, attempts: 1 },
  },
  {
    name: '7c-found',
    summary: 'UE-1 bootstrapped but never met KMF-1, which asks the BSF',
    clause: 'CR 33.303 6.X.3.2 step 7c',
    ue1OpensPc8: false,
    expect: { outcome: 'secured', branch: '7c', reason: null, attempts: 1 },
  },
]

export const findScenario = (name: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.name === name)
