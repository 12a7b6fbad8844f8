import type { Given, Stage } from './act.ts'
import { commandOf, knownAct } from './lab-acts.ts'

/** An act that goes on until it is taken back. */
export interface Armed {
  readonly act: string
  readonly given: Given
  readonly undo: { readonly act: string; readonly given: Given }
  readonly command: string
}

const armed = (act: string, given: Given, undo: string, back: Given = given): Armed => ({
  ...{ act, given, undo: { act: undo, given: back } },
  command: commandOf(knownAct(act), given),
})

/** What is armed now. */
export function armedNow({ run, permissions }: Pick<Stage, 'run' | 'permissions'>): readonly Armed[] {
  const { faults } = run.network
  if (!faults) return []
  const { tampering, lossPercent } = faults
  return [
    ...faults.blockedUb.map((ue) => armed('block', { ue, point: 'ub' }, 'unblock')),
    ...faults.cuts.map(([from, to]) => armed('cut', { from, to }, 'mend')),
    ...(tampering ? [armed('tamper', { ...tampering }, 'untamper', {})] : []),
    ...(lossPercent > 0 ? [armed('loss', { percent: String(lossPercent) }, 'loss', { percent: '0' })] : []),
    ...[...permissions].map(([key, may]) => {
      const [ue = '', plmn = ''] = key.split(' ')
      return armed(may ? 'grant' : 'revoke', { ue, plmn }, may ? 'revoke' : 'grant')
    }),
  ]
}
