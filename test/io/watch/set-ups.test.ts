import { describe, expect, it } from 'vitest'
import type { TapEvent } from '../../../src/core/tap.ts'
import { Instant } from '../../../src/core/units.ts'
import { SetUps, type SetUp } from '../../../src/io/watch/set-ups.ts'

const context = 'a'.repeat(32)
const state = (ms: number, what: string, fields = {}, trace = context): TapEvent => ({
  ...{ kind: 'state', time: Instant(ms), node: 'ue1', what, fields, context: trace },
})
const exchange = (end: number, ms: number): TapEvent => ({
  ...{ kind: 'span', time: Instant(end), node: 'ue1', side: 'client', point: 'Ub', name: 'GET', ms, context },
})

function taken(...events: readonly TapEvent[]): readonly SetUp[] {
  const setUps = new SetUps()
  return events.flatMap((event) => setUps.take(event) ?? [])
}

describe('attempts in the events of a UE', () => {
  it('of UE-1 begin with what it asked before it identified itself, and end secured', () => {
    expect(taken(exchange(150, 50), state(151, 'identity'), state(190, 'secured'))).toEqual([
      { context, role: 'ue-1', began: 100, ended: 190, outcome: 'secured' },
    ])
  })

  it('of UE-2 have no identity step; a refusal tells its code', () => {
    expect(taken(exchange(20, 10), state(30, 'refused', { code: 'ERR_NOT_AUTHORISED' }))).toEqual([
      { context, role: 'ue-2', began: 10, ended: 30, outcome: 'refused', cause: 'ERR_NOT_AUTHORISED' },
    ])
  })

  it('end once, whatever becomes of the link', () => {
    const later = [state(2, 'rekeying-failed'), state(3, 'refused'), state(4, 'secured')]
    expect(taken(state(0, 'identity'), state(1, 'secured'), ...later)).toHaveLength(1)
  })

  it('R43: are forgotten when 1000 more have begun', () => {
    const others = Array.from({ length: 1000 }, (_, nth) =>
      state(1, 'identity', {}, `${nth}`.padStart(32, '0')),
    )
    const [setUp] = taken(state(0, 'identity'), ...others, state(2, 'secured'))
    expect(setUp).toMatchObject({ role: 'ue-2', began: 2 })
  })
})
