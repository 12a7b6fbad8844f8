import { describe, expect, it } from 'vitest'
import { contextOf, traceparentOf } from '../../src/core/traceparent.ts'

const context = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('traceparent', () => {
  it('has the form of W3C Trace Context, and gives the trace id back', () => {
    expect(traceparentOf(context)).toBe(`00-${context}-4bf92f3577b34da6-01`)
    expect(contextOf(traceparentOf(context))).toBe(context)
    expect(contextOf(`00-${context}-00f067aa0ba902b7-00`)).toBe(context)
  })

  it.each([
    '',
    context,
    `00-${context}-1-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${context.toUpperCase()}-00f067aa0ba902b7-01`,
  ])('takes no trace id from "%s"', (text) => {
    expect(contextOf(text)).toBeUndefined()
  })
})
