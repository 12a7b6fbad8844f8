import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/core/bytes.ts'
import { MacMismatch, MalformedMessage } from '../../src/core/errors.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../src/core/identities/naf-id.ts'
import { PTid } from '../../src/core/identities/p-tid.ts'
import { Instant } from '../../src/core/units.ts'
import { makeGpi, openGpi, readGpi } from '../../src/crypto/gba-push-info.ts'
import { example, kGpi, sealed, tlv } from '../crypto/sealed-gpi.ts'
import { valueOrError } from './gba-text.ts'

const { gpi, plain, ks, impi, rand, autn } = example

/** Octets near `sample`: some changed, cut out or put in. */
const near = (sample: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(
      fc.record({
        at: fc.nat(sample.length),
        remove: fc.nat(4),
        put: fc.uint8Array({ maxLength: 4 }),
      }),
      { maxLength: 3 },
    )
    .map((edits) =>
      edits.reduce<Uint8Array>(
        (octets, { at, remove, put }) => concat(octets.subarray(0, at), put, octets.subarray(at + remove)),
        sample,
      ),
    )

const fields = fc
  .array(
    fc.tuple(
      fc.oneof(fc.nat(6), fc.nat(255)),
      fc.oneof(fc.uint8Array({ maxLength: 70 }), fc.constant(plain)),
    ),
    { maxLength: 6 },
  )
  .map((all) => concat(...all.map(([tag, value]) => tlv(tag, value))))

describe('R40: the GPI', () => {
  it('clear part: a value or MalformedMessage', () => {
    valueOrError(fc.oneof(near(gpi), fc.uint8Array({ maxLength: 1100 })), readGpi, MalformedMessage)
  })

  it('with a MAC that is hardly ever right: a value, MacMismatch or MalformedMessage', () => {
    valueOrError(
      near(gpi),
      (octets) => {
        try {
          openGpi(octets, kGpi)
        } catch (error) {
          if (!(error instanceof MacMismatch)) throw error
        }
      },
      MalformedMessage,
    )
  })

  it('sealed part behind a right MAC: a value or MalformedMessage', () => {
    const anything = fc.oneof(near(plain), fields, fc.uint8Array({ maxLength: 100 }))
    valueOrError(anything.map(sealed), (octets) => openGpi(octets, kGpi), MalformedMessage)
  })

  it('what is made is read again', () => {
    const push = fc.record({
      uiccMe: fc.constantFrom('GBA_ME' as const, 'GBA_U' as const),
      ptId: fc.uint8Array({ minLength: 8, maxLength: 16 }).map(PTid),
      host: fc.integer({ min: 1, max: 63 }),
      expiry: fc.integer({ min: 0, max: 4_000_000_000 }),
    })
    fc.assert(
      fc.property(push, ({ uiccMe, ptId, host, expiry }) => {
        const nafId = nafIdOf(Fqdn(`${'n'.repeat(host)}.example.org`), uaIds.prose)
        const inside = { ptId, nafId, keyExpiry: Instant(expiry * 1000) }
        const made = makeGpi({ uiccMe, rand, autn, impi, ks, ...inside })
        expect(readGpi(made)).toEqual({ uiccMe, rand, autn, uiccAppLabel: 'USIM' })
        expect(openGpi(made, kGpi)).toEqual(inside)
      }),
      { numRuns: 2000 },
    )
  })
})
