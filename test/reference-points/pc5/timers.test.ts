import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { seconds } from '../../../src/core/units.ts'
import {
  clampInactivityPeriod,
  inactivityTimers,
  pc5Timers,
  type TimerRow,
} from '../../../src/reference-points/pc5/timers.ts'

/** Seconds from the first sending to giving up. */
const givesUpAfter = ({ after, retransmissions }: TimerRow) => (after * (retransmissions + 1)) / 1000

it('each wait is longer than what it contains', () => {
  expect(givesUpAfter(pc5Timers.T4100)).toBe(32)
  expect(givesUpAfter(pc5Timers.T4111)).toBe(6)
  const untilCommand = 25
  expect(givesUpAfter(pc5Timers.T4100)).toBeGreaterThan(untilCommand + givesUpAfter(pc5Timers.T4111))
})

it('T4102 asks three times within the period that T4108 of the peer grants', () => {
  const period = seconds(60)
  expect(inactivityTimers.T4102(period)).toBe(20_000)
  expect(inactivityTimers.T4108(period)).toBe(60_000)
})

it('a period outside 10 s to 3600 s is brought inside', () => {
  expect([0, 9, 10, 60, 3600, 4_294_967_295].map((value) => clampInactivityPeriod(seconds(value)))).toEqual([
    10, 10, 10, 60, 3600, 3600,
  ])
})

it('the table of the documents says the same', () => {
  const text = readFileSync(new URL('../../../docs/pc5-timers.md', import.meta.url), 'utf8')
  for (const [name, row] of Object.entries<TimerRow>(pc5Timers)) {
    const timer = name.replace('AfterComplete', ' after COMPLETE')
    const cells = [timer, row.guards, row.runsAt, `${row.after / 1000} s`, row.retransmissions]
    expect(text).toContain(`| ${cells.join(' | ')} |`)
  }
})
