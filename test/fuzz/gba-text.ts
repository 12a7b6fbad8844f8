import fc from 'fast-check'
import { expect } from 'vitest'
import type { ProseError } from '../../src/core/errors.ts'

type ErrorClass = abstract new (...args: never[]) => ProseError

/** Fails when `act` takes 50 ms or more each of five times: a busy machine may delay some, not all. */
export function expectQuick(act: () => void): void {
  let quickest = Infinity
  for (let tries = 0; tries < 5 && quickest >= 50; tries++) {
    const start = performance.now()
    act()
    quickest = Math.min(quickest, performance.now() - start)
  }
  expect(quickest).toBeLessThan(50)
}

/** Runs 10 000 inputs: each gives a value or this one error, quickly. fast-check prints seed and path of a failure. */
export function valueOrError<Input>(
  inputs: fc.Arbitrary<Input>,
  decode: (input: Input) => unknown,
  error: ErrorClass,
): void {
  const decoded = (input: Input) => {
    try {
      decode(input)
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(error)
    }
  }
  fc.assert(
    fc.property(inputs, (input) => expectQuick(() => decoded(input))),
    { numRuns: 10_000 },
  )
}

/** Texts near `samples`: a sample cut in two, with pieces of others and stray characters put in. */
export function near(samples: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4, unit: 'binary' }))
  const edit = fc.record({ at: fc.nat(2000), remove: fc.nat(12), put: piece })
  return fc.tuple(fc.constantFrom(...samples), fc.array(edit, { maxLength: 4 })).map(([sample, edits]) =>
    edits.reduce((text, { at, remove, put }) => {
      const position = at % (text.length + 1)
      return text.slice(0, position) + put + text.slice(position + remove)
    }, sample),
  )
}
