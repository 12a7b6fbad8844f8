import { describe, expect, it } from 'vitest'
import { hex, u32, utf8 } from '../../../src/core/bytes.ts'
import {
  BTidUnknown,
  IdentityUnknown,
  KeyRequestFailed,
  NotAuthorised,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { encodeAvp } from '../../../src/wire/diameter/avp.ts'
import { encodeMessage } from '../../../src/wire/diameter/header.ts'
import { MalformedDiameter } from '../../../src/wire/diameter/malformed.ts'
import { decodeMessage, findAvp } from '../../../src/wire/diameter/message.ts'
import { experimentalResult, resultCode } from '../../../src/wire/diameter/result.ts'
import { proseKey } from '../../../src/reference-points/pc6/key-request.ts'
import { notAcceptable, PeerMayNotAsk } from '../../../src/reference-points/pc6/refusals.ts'
import { chainMessages } from '../../wire/diameter/chain-messages.ts'
import { answerAgain, expectSameRequest, pairsOf } from '../round-trip.ts'

const messageOf = (name: string) => {
  const found = chainMessages.find((one) => one.label.endsWith(` ${name}`))
  if (!found) throw new Error(`no ${name}`)
  return decodeMessage(found.octets)
}

const avp = (code: number, vendorId: number, data: Uint8Array) =>
  encodeAvp(findAvp(code, vendorId) ?? { code, vendorId, mandatory: true }, data)

/** A message with one AVP left out and others added at its end. */
function changed(name: string, without: string | undefined, ...more: Uint8Array[]) {
  const { header, avps } = messageOf(name)
  const kept = avps.filter((one) => one.definition?.name !== without)
  return decodeMessage(encodeMessage(header, ...kept.map((one) => encodeAvp(one, one.data)), ...more)).avps
}

/** Result-Code and Failed-AVP of what is thrown. */
function refusalOf(decode: () => unknown) {
  try {
    decode()
  } catch (error) {
    if (error instanceof MalformedDiameter) return [error.resultCode, error.failedAvp && hex(error.failedAvp)]
    throw error
  }
  return undefined
}

describe('PKR and PKA', () => {
  it.each(pairsOf('PKR', 'PKA'))('$label', ({ asked, answered }) => {
    const pkr = expectSameRequest(proseKey, asked.octets)
    expect(pkr.extensions).toBe(asked.label.endsWith('extensions') ? 7 : 0)
    if (!answered) return
    const { answer, octets } = answerAgain(proseKey, pkr, answered.octets)
    expect(hex(octets)).toBe(hex(answered.octets))
    expect(JSON.stringify(answer.pdk)).toBe('"[key]"')
    expect(answer.gpi !== undefined).toBe(answered.label.includes('push'))
  })

  const btid = avp(401, 10415, utf8('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org'))
  const imsi = avp(1, 0, utf8('001010123456789'))
  const decode = (without: string | undefined, ...more: Uint8Array[]) =>
    refusalOf(() => proseKey.decodeRequest(changed('PKR', without, ...more)))

  it('has exactly one UE-1 ID', () => {
    expect(decode('Transaction-Identifier')).toEqual([5005, '00000191c000000c000028af'])
    expect(decode(undefined, imsi)).toEqual([5009, hex(imsi)])
    expect(decode(undefined, btid)).toEqual([5009, hex(btid)])
    expect(decode('Transaction-Identifier', imsi)).toBeUndefined()
  })

  it.each([1, 2, 7])('E1, E2: with the set %i Nonce-1 is needed', (set) => {
    const refusal = decode(undefined, avp(5, 32473, u32(set)))
    expect(refusal).toEqual([5005, `00000003c000001c00007ed9${'00'.repeat(16)}`])
  })

  it('E3 alone brings no Nonce-1', () => {
    expect(decode(undefined, avp(5, 32473, u32(4)))).toBeUndefined()
  })

  it.each(['12345', '0123456789012345', '00101012345678x', ''])(
    'an IMSI is 6 to 15 digits: not %j',
    (text) => {
      const name = avp(1, 0, utf8(text))
      expect(decode('Transaction-Identifier', name)).toEqual([5004, hex(name)])
    },
  )

  it.each([
    ['ProSe-UE-ID', 3453, 10415, '0a0b', 5014],
    ['ProSe-UE-ID', 3453, 10415, '000000', 5004],
    ['Visited-PLMN-Id', 1407, 10415, '00f1', 5014],
    ['Visited-PLMN-Id', 1407, 10415, 'aaaaaa', 5004],
    ['NAF-Id', 402, 10415, 'ff00000002', 5004],
    ['Nonce-1', 3, 32473, '00'.repeat(15), 5014],
    ['Request-Token', 4, 32473, '00'.repeat(17), 5014],
    ['PC5-Relay-Service-Code', 6, 32473, '0001', 5014],
    ['SIP-Auth-Data-Item', 612, 10415, '', 5005],
    ['SIP-Auth-Data-Item', 612, 10415, hex(avp(610, 10415, new Uint8Array(29))), 5004],
  ])('a malformed %s (%i/%i, %s): %i', (name, code, vendorId, data, expected) => {
    const octets = Uint8Array.from(data.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
    expect(decode(name, avp(code, vendorId, octets))?.[0]).toBe(expected)
  })

  it.each([
    ['of 0 octets', new Uint8Array(0)],
    ['of 31 octets', new Uint8Array(31).fill(1)],
    ['of 33 octets', new Uint8Array(33).fill(1)],
    ['all zero', new Uint8Array(32)],
  ])('R30: a PDK %s is refused', (_, pdk) => {
    const avps = changed('PKA', 'ProSe-Direct-Key', avp(1, 32473, pdk))
    const pkr = proseKey.decodeRequest(messageOf('PKR').avps)
    expect(() => proseKey.decodeAnswer(avps, pkr)).toThrow(MalformedDiameter)
  })

  it('at most 8 ProSe UE IDs of UE-1 come back', () => {
    const pkr = proseKey.decodeRequest(messageOf('PKR').avps)
    const ids = (count: number) =>
      Array.from({ length: count }, (_, at) => avp(2, 32473, u32(at + 1).slice(1)))
    const eight = proseKey.decodeAnswer(changed('PKA', 'UE1-ProSe-UE-ID', ...ids(8)), pkr)
    expect(eight.ue1ProseUeIds).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const none = proseKey.decodeAnswer(changed('PKA', 'UE1-ProSe-UE-ID'), pkr)
    expect(none.ue1ProseUeIds).toEqual([])
    expect(
      refusalOf(() => proseKey.decodeAnswer(changed('PKA', 'UE1-ProSe-UE-ID', ...ids(9)), pkr))?.[0],
    ).toBe(5009)
  })

  it.each([
    [new BTidUnknown(''), experimentalResult(5403)],
    [new NotAuthorised(''), experimentalResult(5633)],
    [new IdentityUnknown(''), experimentalResult(5633)],
    [new TemporaryFailure(''), experimentalResult(4181)],
    [new PeerMayNotAsk(''), resultCode(5003)],
    [new KeyRequestFailed(''), resultCode(5012)],
    [new Error('anything else'), resultCode(5012)],
  ])('R10: %s is told as %o', (error, result) => expect(proseKey.causeOf(error)).toEqual(result))

  it.each([
    ...[5001, 5401, 5402, 5610, 5611, 5612, 5633, 5636].map(
      (code) => [experimentalResult(code), NotAuthorised] as const,
    ),
    [experimentalResult(5403), BTidUnknown] as const,
    [experimentalResult(4181), TemporaryFailure] as const,
    [resultCode(3002), TemporaryFailure] as const,
    [resultCode(3004), TemporaryFailure] as const,
    ...[5003, 5004, 5005, 5009, 5012, 5403, 3007].map(
      (code) => [resultCode(code), KeyRequestFailed] as const,
    ),
  ])('%o reads as %s', (result, expected) => {
    const pkr = proseKey.decodeRequest(messageOf('PKR').avps)
    expect(proseKey.errorOf(result, pkr)).toBeInstanceOf(expected)
  })

  it.each(['naf-id', 'ue1-id', 'extensions'] as const)(
    'what is not served here is 5004 with its AVP: %s',
    (field) => {
      const pkr = proseKey.decodeRequest(messageOf('PKR extensions').avps)
      const { resultCode: code, failedAvp } = notAcceptable(field, pkr)
      expect(code).toBe(5004)
      expect(hex(messageOf('PKR extensions').octets)).toContain(hex(failedAvp ?? new Uint8Array(1)))
    },
  )
})
