import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64, fromUtf8, utf8 } from '../../src/core/bytes.ts'
import { MalformedMessage } from '../../src/core/errors.ts'
import { BTid } from '../../src/core/identities/b-tid.ts'
import { Instant } from '../../src/core/units.ts'
import {
  parseBootstrappingInfo,
  writeBootstrappingInfo,
} from '../../src/reference-points/ub/bootstrapping-info.ts'
import { near, valueOrError } from './gba-text.ts'

const btids = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((rand) => BTid(`${base64(rand)}@bsf.mnc001.mcc001.pub.3gppnetwork.org`))
const sample = fromUtf8(
  writeBootstrappingInfo({ btid: BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.a.b'), expires: Instant(0) }),
)
const pieces = [
  '<',
  '>',
  '</',
  '/>',
  '<btid>',
  '</btid>',
  '<a>',
  'xmlns=""',
  '&lt;',
  '&#0;',
  '&#x41;',
  '<![CDATA[',
  ']]>',
  '<!--',
  '<!DOCTYPE a>',
  '<?x?>',
  'Z',
  '+14:00',
  '.5',
]

describe('R40: bsf+xml', () => {
  it('a value or MalformedMessage, of text near a document', () => {
    valueOrError(near([sample], pieces), (text) => parseBootstrappingInfo(utf8(text)), MalformedMessage)
  })

  it('a value or MalformedMessage, of octets', () => {
    valueOrError(fc.uint8Array({ maxLength: 200 }), parseBootstrappingInfo, MalformedMessage)
  })

  it('what is written is read again', () => {
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 })
    fc.assert(
      fc.property(btids, seconds, (btid, time) => {
        const info = { btid, expires: Instant(time * 1000) }
        expect(parseBootstrappingInfo(writeBootstrappingInfo(info))).toEqual(info)
      }),
      { numRuns: 2000 },
    )
  })
})
