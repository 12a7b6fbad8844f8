import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../../src/core/bytes.ts'
import { MalformedMessage } from '../../src/core/errors.ts'
import { seconds } from '../../src/core/units.ts'
import {
  parseGuss,
  parseUssList,
  writeGuss,
  writeUssList,
  type Guss,
} from '../../src/wire/user-security-settings.ts'
import { near, valueOrError } from './gba-text.ts'

const visible = fc.string({ unit: 'grapheme-ascii', maxLength: 30 }).map((text) => text.trim())
const guss: fc.Arbitrary<Guss> = fc.record({
  id: visible,
  uiccType: fc.constantFrom('GBA' as const, 'GBA_U' as const),
  lifetime: fc.option(fc.integer({ min: 0, max: 86_400 }).map(seconds), { nil: undefined }),
  ussList: fc.array(
    fc.record({
      id: visible,
      type: fc.nat(100),
      uids: fc.array(visible, { maxLength: 4 }),
      flags: fc.array(fc.nat(100), { maxLength: 5 }),
    }),
    { maxLength: 4 },
  ),
})
const sample: Guss = {
  id: '1@a.b',
  uiccType: 'GBA',
  lifetime: seconds(60),
  ussList: [{ id: '1000001', type: 0, uids: ['imsi:001010123456789'], flags: [1, 4] }],
}
const samples = [writeGuss(sample), writeUssList(sample.ussList)].map(fromUtf8)
const pieces = [
  '<',
  '>',
  '</',
  '/>',
  '<uss>',
  '<uss id="1" type="0">',
  '</uss>',
  '<flag>',
  'id="x"',
  'type=""',
  '&amp;',
  '&x;',
  ']]>',
  '<!--',
  '-->',
  '<!ENTITY a "b">',
  '-1',
  '1e9',
]

describe('R40: GUSS and ussList', () => {
  it('a value or MalformedMessage, of text near a document', () => {
    const texts = near(samples, pieces)
    valueOrError(texts, (text) => parseGuss(utf8(text)), MalformedMessage)
    valueOrError(texts, (text) => parseUssList(utf8(text)), MalformedMessage)
  })

  it('a value or MalformedMessage, of octets', () => {
    valueOrError(fc.uint8Array({ maxLength: 200 }), parseGuss, MalformedMessage)
  })

  it('what is written is read again', () => {
    fc.assert(
      fc.property(guss, (value) => {
        expect(parseGuss(writeGuss(value))).toEqual(value)
      }),
      { numRuns: 2000 },
    )
  })
})
