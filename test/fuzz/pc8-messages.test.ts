import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Auts, Rand } from '../../src/core/aka.ts'
import { fromUtf8, isAllZero, utf8 } from '../../src/core/bytes.ts'
import { MalformedMessage } from '../../src/core/errors.ts'
import { needsNonce1 } from '../../src/core/extension-set.ts'
import { bTidOf } from '../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../src/core/identities/naf-id.ts'
import { ProseUeId, RelayServiceCode } from '../../src/core/identities/prose.ts'
import { Imsi } from '../../src/core/identities/subscriber.ts'
import { Pdk } from '../../src/core/keys.ts'
import { Instant } from '../../src/core/units.ts'
import type {
  ProseDirectKeyRequest,
  ProseDirectKeyResponse,
} from '../../src/reference-points/pc8/exchange.ts'
import { maskProseDirectKey } from '../../src/reference-points/pc8/mask.ts'
import {
  decodeProseDirectKeyRequest,
  decodeProseDirectKeyResponse,
  encodeProseDirectKeyRequest,
  encodeProseDirectKeyResponse,
} from '../../src/reference-points/pc8/messages.ts'
import { near, valueOrError } from './gba-text.ts'

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const transactionId = fc.nat(0xffffffff)
const proseUeId = fc.integer({ min: 1, max: 0xfffffe }).map(ProseUeId)
const fqdn = fc
  .array(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/), { minLength: 2, maxLength: 5 })
  .map((labels) => Fqdn(labels.join('.')))

/** Every field of the table; what may be absent is sometimes absent. */
const request: fc.Arbitrary<ProseDirectKeyRequest> = fc
  .record(
    {
      transactionId,
      ue1Id: fc.oneof(
        fc
          .tuple(octets(16), fqdn)
          .map(([rand, bsf]) => ({ kind: 'b-tid', btid: bTidOf(Rand(rand), bsf) }) as const),
        fc.stringMatching(/^[0-9]{6,15}$/).map((imsi) => ({ kind: 'imsi', imsi: Imsi(imsi) }) as const),
      ),
      ue2Id: proseUeId,
      nafId: fqdn.map((name) => nafIdOf(name, uaIds.prose)),
      relayServiceCode: fc.nat(0xffffff).map(RelayServiceCode),
      resynchronisation: fc.record({ rand: octets(16).map(Rand), auts: octets(14).map(Auts) }),
      extensions: fc.nat(0xffffffff),
      nonce1: octets(16),
      requestToken: octets(16),
    },
    { requiredKeys: ['transactionId', 'ue1Id', 'ue2Id', 'nafId', 'extensions'] },
  )
  .map((fields) => ({ ...fields }))
  .filter(({ extensions, nonce1 }) => nonce1 !== undefined || !needsNonce1(extensions))

const response: fc.Arbitrary<ProseDirectKeyResponse> = fc.oneof(
  fc.record(
    {
      transactionId,
      outcome: fc.constant('key' as const),
      pdk: octets(32)
        .filter((key) => !isAllZero(key))
        .map(Pdk),
      keyExpiry: fc.nat(4_000_000_000).map((seconds) => Instant(seconds * 1000)),
      gpi: fc.uint8Array({ minLength: 1, maxLength: 1024 }),
      ue1ProseUeIds: fc.array(proseUeId, { maxLength: 8 }),
    },
    { requiredKeys: ['transactionId', 'outcome', 'pdk', 'keyExpiry', 'ue1ProseUeIds'] },
  ),
  fc.record({ transactionId, outcome: fc.constant('bootstrapping-renegotiation' as const) }),
  fc.record({
    transactionId,
    outcome: fc.constant('error' as const),
    code: fc.constantFrom(1 as const, 2, 3, 4),
  }),
)

const sample = <Value>(arbitrary: fc.Arbitrary<Value>, encode: (value: Value) => Uint8Array): string[] =>
  fc.sample(arbitrary, { numRuns: 20, seed: 1 }).map((value) => fromUtf8(encode(value)))

const pieces = [
  '<',
  '>',
  '/',
  '"',
  '&',
  '&#0;',
  '<!--',
  '-->',
  '<?x?>',
  ']]>',
  '<![CDATA[',
  '\u0000',
  'é',
  'xmlns=',
  '__proto__',
  '</rand>',
  '<auts>',
  ' type="imsi"',
  '0',
  'FF',
]

describe('R40: messages of PC8', () => {
  it('a request is read as it was written', () => {
    fc.assert(
      fc.property(request, (value) => {
        expect(decodeProseDirectKeyRequest(encodeProseDirectKeyRequest(value))).toEqual(value)
      }),
      { numRuns: 2_000 },
    )
  })

  it('a response is read as it was written, and masked without its key', () => {
    fc.assert(
      fc.property(response, (value) => {
        const written = encodeProseDirectKeyResponse(value)
        expect(decodeProseDirectKeyResponse(written)).toEqual(value)
        const { bytes, masked } = maskProseDirectKey(written)
        expect([bytes.length, masked.length]).toEqual([written.length, value.outcome === 'key' ? 1 : 0])
        if (value.outcome === 'key')
          expect(() => decodeProseDirectKeyResponse(bytes)).toThrow('prose-direct-key')
      }),
      { numRuns: 2_000 },
    )
  })

  it('a request that is nearly one: a value that can be written again, or MalformedMessage', () => {
    valueOrError(
      near(sample(request, encodeProseDirectKeyRequest), pieces),
      (text) => {
        const value = decodeProseDirectKeyRequest(utf8(text))
        expect(decodeProseDirectKeyRequest(encodeProseDirectKeyRequest(value))).toEqual(value)
      },
      MalformedMessage,
    )
  })

  it('a response that is nearly one: a value that can be written again, or MalformedMessage', () => {
    valueOrError(
      near(sample(response, encodeProseDirectKeyResponse), pieces),
      (text) => {
        const value = decodeProseDirectKeyResponse(utf8(text))
        expect(decodeProseDirectKeyResponse(encodeProseDirectKeyResponse(value))).toEqual(value)
      },
      MalformedMessage,
    )
  })
})
