import { describe, expect, it } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import {
  BTidUnknown,
  IdentityUnknown,
  KeyRequestFailed,
  NotAuthorised,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { decodeMessage } from '../../../src/wire/diameter/message.ts'
import { experimentalResult, resultCode } from '../../../src/wire/diameter/result.ts'
import { bootstrappingInfo } from '../../../src/reference-points/zn/bootstrapping-info.ts'
import { exampleBir } from '../../wire/diameter/chain-messages.ts'
import { answerAgain, expectSameRequest, pairsOf } from '../round-trip.ts'

describe('BIR and BIA', () => {
  it.each(pairsOf('BIR', 'BIA'))('$label', ({ asked, answered }) => {
    const bir = expectSameRequest(bootstrappingInfo, asked.octets)
    if (!answered) throw new Error('no answer')
    const { answer, octets } = answerAgain(bootstrappingInfo, bir, answered.octets)
    expect(answerAgain(bootstrappingInfo, bir, octets).answer).toEqual(answer)
    const expected = new Map(answered.avps as [string, string | number][])
    expect(hex(answer.meKeyMaterial)).toBe(expected.get('ME-Key-Material'))
    expect(answer.keyExpiry / 1000 + 2_208_988_800).toBe(expected.get('Key-ExpiryTime'))
    expect(answer.impi).toBe(expected.get('User-Name'))
    expect(answer.ussList.map(({ id }) => id)).toEqual(bir.gsids)
    expect(JSON.stringify(answer.meKeyMaterial)).toBe('"[key]"')
  })

  it.each([
    [new BTidUnknown(''), experimentalResult(5403)],
    [new NotAuthorised(''), experimentalResult(5402)],
    [new IdentityUnknown(''), experimentalResult(5401)],
    [new TemporaryFailure(''), experimentalResult(4181)],
    [new Error('anything else'), resultCode(5012)],
  ])('B65, B66: %s is told as %o', (error, result) =>
    expect(bootstrappingInfo.causeOf(error)).toEqual(result),
  )

  it.each([
    [experimentalResult(5403), BTidUnknown],
    [experimentalResult(5402), NotAuthorised],
    [experimentalResult(5401), IdentityUnknown],
    [experimentalResult(4181), TemporaryFailure],
    [resultCode(3002), TemporaryFailure],
    [resultCode(3004), TemporaryFailure],
    [resultCode(4002), TemporaryFailure],
    [resultCode(5403), KeyRequestFailed],
    [{ code: 5403, vendorId: 9 }, KeyRequestFailed],
    [resultCode(5012), KeyRequestFailed],
    [resultCode(3003), KeyRequestFailed],
  ])('R14: %o reads as %s: only the 5403 of 3GPP means that the B-TID is unknown', (result, expected) => {
    const bir = bootstrappingInfo.decodeRequest(decodeMessage(exampleBir).avps)
    expect(bootstrappingInfo.errorOf(result, bir)).toBeInstanceOf(expected)
  })
})
