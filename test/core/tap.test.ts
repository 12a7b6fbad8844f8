import { describe, expect, it } from 'vitest'
import { allTaps, isRead, tapOf, unheard, type TapEvent } from '../../src/core/tap.ts'
import { Instant } from '../../src/core/units.ts'

const event: TapEvent = { kind: 'state', time: Instant(0), node: 'kmf1', what: 'branch', fields: {} }

describe('what a tap reads', () => {
  it('is everything unless it says so', () => {
    expect(isRead('span', () => undefined)).toBe(true)
    const ofStates = tapOf(['state'], () => undefined)
    expect(isRead('state', ofStates)).toBe(true)
    expect(isRead('span', ofStates)).toBe(false)
  })

  it('of several is what any of them reads, and each gets every event', () => {
    const seen: string[] = []
    const [states, spans] = [
      tapOf(['state'], () => void seen.push('states')),
      tapOf(['span'], () => void seen.push('spans')),
    ]
    const both = allTaps(states, spans)
    both(event)
    expect(seen).toEqual(['states', 'spans'])
    expect(['state', 'span', 'message'].map((kind) => isRead(kind as TapEvent['kind'], both))).toEqual([
      true,
      true,
      false,
    ])
    expect(
      isRead(
        'message',
        allTaps(states, () => undefined),
      ),
    ).toBe(true)
  })

  it('an unheard report does nothing', () => {
    expect(() => {
      unheard({ what: 'branch', fields: {} })
    }).not.toThrow()
    expect(unheard.unheard).toBe(true)
  })
})
