import { describe, expect, it } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import {
  IdentityUnknown,
  KeyRequestFailed,
  NotAuthorised,
  SynchronisationRefused,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { MalformedDiameter } from '../../../src/wire/diameter/malformed.ts'
import { decodeMessage } from '../../../src/wire/diameter/message.ts'
import { experimentalResult, resultCode } from '../../../src/wire/diameter/result.ts'
import { multimediaAuth } from '../../../src/reference-points/zh/multimedia-auth.ts'
import { answerAgain, expectSameRequest, pairsOf } from '../round-trip.ts'

const request = { impi: Impi('001010123456789@ims.mnc001.mcc001.3gppnetwork.org') }

describe('MAR and MAA', () => {
  it.each(pairsOf('MAR', 'MAA'))('$label', ({ label, asked, answered }) => {
    const mar = expectSameRequest(multimediaAuth, asked.octets)
    expect(mar.resynchronisation !== undefined).toBe(label.includes('resynchronisation'))
    if (!answered) throw new Error('no answer')
    const { answer, octets } = answerAgain(multimediaAuth, mar, answered.octets)
    expect(answerAgain(multimediaAuth, mar, octets).answer).toEqual(answer)
    expect(answer.guss?.id).toBe(mar.impi)
    const item = new Map(
      answered.avps.find(([name]) => name === 'SIP-Auth-Data-Item')?.[1] as [string, string][],
    )
    const { rand, autn, xres, ck, ik } = answer.vector
    expect(hex(rand) + hex(autn)).toBe(item.get('SIP-Authenticate'))
    expect([hex(xres), hex(ck), hex(ik)]).toEqual(
      ['SIP-Authorization', 'Confidentiality-Key', 'Integrity-Key'].map((name) => item.get(name)),
    )
    expect(JSON.stringify({ xres, ck, ik })).toBe('{"xres":"[key]","ck":"[key]","ik":"[key]"}')
  })

  it('B63: User-Name missing: 5005 with an empty one in Failed-AVP', () => {
    const [pair] = pairsOf('MAR', 'MAA')
    const { avps } = decodeMessage(pair?.asked.octets ?? new Uint8Array())
    const without = avps.filter((one) => one.definition?.name !== 'User-Name')
    const decode = () => multimediaAuth.decodeRequest(without)
    expect(decode).toThrow(MalformedDiameter)
    expect(decode).toThrow(expect.objectContaining({ resultCode: 5005 }))
  })

  it('an answer about somebody else is malformed', () => {
    const [pair] = pairsOf('MAR', 'MAA')
    const { avps } = decodeMessage(pair?.answered?.octets ?? new Uint8Array())
    expect(() => multimediaAuth.decodeAnswer(avps, request)).toThrow(MalformedDiameter)
  })

  it.each([
    [new IdentityUnknown(''), experimentalResult(5401)],
    [new NotAuthorised(''), experimentalResult(5402)],
    [new TemporaryFailure(''), experimentalResult(4181)],
    [new SynchronisationRefused(''), resultCode(5012)],
    [new Error('anything else'), resultCode(5012)],
  ])('B67: %s is told as %o', (error, result) => expect(multimediaAuth.causeOf(error)).toEqual(result))

  it.each([
    [experimentalResult(5401), IdentityUnknown],
    [experimentalResult(5402), NotAuthorised],
    [experimentalResult(4181), TemporaryFailure],
    [resultCode(3002), TemporaryFailure],
    [resultCode(3004), TemporaryFailure],
    [resultCode(4001), TemporaryFailure],
    [resultCode(5012), KeyRequestFailed],
    [resultCode(5401), KeyRequestFailed],
    [resultCode(3007), KeyRequestFailed],
  ])('%o reads as %s', (result, expected) =>
    expect(multimediaAuth.errorOf(result, request)).toBeInstanceOf(expected),
  )

  it('5012 to AUTS means that the HSS does not take it', () => {
    const [resynchronisation] = pairsOf('MAR', 'MAA').filter(({ label }) =>
      label.endsWith('resynchronisation'),
    )
    const mar = expectSameRequest(multimediaAuth, resynchronisation?.asked.octets ?? new Uint8Array())
    expect(multimediaAuth.errorOf(resultCode(5012), mar)).toBeInstanceOf(SynchronisationRefused)
  })
})
