import { describe, expect, it } from 'vitest'
import { contextOf, spanOf, traceOf, traceparentOf, ue2Context, within } from '../../src/core/traceparent.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const span = '00f067aa0ba902b7'

describe('traceparent', () => {
  it('has the form of W3C Trace Context, and gives trace and span back', () => {
    expect(traceparentOf(within(trace, span))).toBe(`00-${trace}-${span}-01`)
    const context = contextOf(`00-${trace}-${span}-00`) ?? ''
    expect([traceOf(context), spanOf(context)]).toEqual([trace, span])
    expect(traceparentOf(context)).toBe(`00-${trace}-${span}-01`)
  })

  it('names the attempt of UE-1 by the first half of the trace id, and UE-2 within it by another', () => {
    expect(traceparentOf(trace)).toBe(`00-${trace}-4bf92f3577b34da6-01`)
    expect(ue2Context(trace)).toBe(`${trace}-b406d0ca884cb259`)
  })

  it.each([
    '',
    trace,
    `00-${trace}-1-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
  ])('takes nothing from "%s"', (text) => {
    expect(contextOf(text)).toBeUndefined()
  })
})
