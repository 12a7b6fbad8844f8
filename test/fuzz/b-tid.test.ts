import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Rand } from '../../src/core/aka.ts'
import { hex } from '../../src/core/bytes.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { BTid, bTidDomain, bTidOf, bTidRand } from '../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { near, valueOrError } from './gba-text.ts'

const sample = 'I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org'
const pieces = ['@', '=', '==', '/', '+', '.', '..', '-', 'A', 'R', 'é', '\n']

describe('R40: B-TID', () => {
  it('a value or InvalidValue; a value keeps its text', () => {
    valueOrError(
      near([sample], pieces),
      (text) => {
        const btid = BTid(text)
        expect(bTidOf(bTidRand(btid), bTidDomain(btid))).toBe(text)
      },
      InvalidValue,
    )
  })

  it('one text for each RAND and domain', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.array(label, { minLength: 2, maxLength: 5 }),
        (octets, labels) => {
          const btid = bTidOf(Rand(octets), Fqdn(labels.join('.')))
          expect([hex(bTidRand(btid)), bTidDomain(btid)]).toEqual([hex(octets), labels.join('.')])
        },
      ),
      { numRuns: 10_000 },
    )
  })

  it.each([
    ['27 octets', `${'A'.repeat(22)}==@a.`],
    ['RAND of 15 octets', `${'A'.repeat(20)}@bsf.a.b`],
    ['RAND of 17 octets', `${'A'.repeat(23)}=@bsf.a.b`],
    ['unused bits that are not zero', `${'A'.repeat(21)}B==@bsf.a.b`],
    ['no @', `${'A'.repeat(22)}==bsf.a.b`],
    ['empty domain', `${'A'.repeat(22)}==@`],
    ['upper case in the domain', `${'A'.repeat(22)}==@BSF.a.b`],
    ['110 octets', `${'A'.repeat(22)}==@${'a'.repeat(60)}.${'b'.repeat(24)}`],
  ])('refuses %s', (_, text) => {
    expect(() => BTid(text)).toThrow(InvalidValue)
  })

  it('takes 28 and 109 octets', () => {
    expect(BTid(`${'A'.repeat(22)}==@a.b`)).toHaveLength(28)
    expect(BTid(`${'A'.repeat(22)}==@${'a'.repeat(60)}.${'b'.repeat(23)}`)).toHaveLength(109)
  })
})
