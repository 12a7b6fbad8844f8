import { describe, expect, it } from 'vitest'
import { hex, u32, utf8 } from '../../../src/core/bytes.ts'
import {
  BTidUnknown,
  IdentityUnknown,
  KeyRequestFailed,
  MalformedMessage,
  NotAuthorised,
  SynchronisationRefused,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import * as gpp from '../../../src/wire/diameter/avps-3gpp.ts'
import { encodeAvp, type AvpDefinition } from '../../../src/wire/diameter/avp.ts'
import { encodeMessage } from '../../../src/wire/diameter/header.ts'
import { decodeMessage } from '../../../src/wire/diameter/message.ts'
import {
  experimentalResult,
  RefusedWithResult,
  resultCode,
  resultCodes,
} from '../../../src/wire/diameter/result.ts'
import { pushInfo } from '../../../src/reference-points/zn/push-info.ts'
import { chainMessages, type VectorAvp, type VectorMessage } from '../../wire/diameter/chain-messages.ts'
import { answerAgain, expectSameRequest, pairsOf } from '../round-trip.ts'

const valuesOf = ({ avps }: VectorMessage) => new Map(avps as [string, VectorAvp[1]][])
const secondsFrom1900 = (time: number) => time / 1000 + 2_208_988_800

describe('GPR and GPA', () => {
  it.each(pairsOf('GPR', 'GPA'))('$label', ({ asked, answered }) => {
    const gpr = expectSameRequest(pushInfo, asked.octets)
    const sent = valuesOf(asked)
    expect(gpr).toMatchObject({ impi: sent.get('UE-Id'), gsids: [sent.get('GAA-Service-Identifier')] })
    expect([hex(gpr.nafId), hex(gpr.ptId)]).toEqual([sent.get('NAF-Id'), sent.get('NAF-SA-Identifier')])
    expect(Number(gpr.gbaU)).toBe(sent.get('UICC-ME'))
    expect(secondsFrom1900(gpr.requestedExpiry)).toBe(sent.get('Requested-Key-Lifetime'))
    const item = sent.get('SIP-Auth-Data-Item') as readonly VectorAvp[] | undefined
    const { resynchronisation } = gpr
    const both = resynchronisation && [
      ['SIP-Authorization', hex(resynchronisation.rand) + hex(resynchronisation.auts)],
    ]
    expect(both).toEqual(item)
    if (!answered) return
    const { answer, octets } = answerAgain(pushInfo, gpr, answered.octets)
    expect(answerAgain(pushInfo, gpr, octets).answer).toEqual(answer)
    const got = valuesOf(answered)
    expect([hex(answer.meKeyMaterial), hex(answer.gpi)]).toEqual([
      got.get('ME-Key-Material'),
      got.get('GBA-Push-Info'),
    ])
    expect(secondsFrom1900(answer.keyExpiry)).toBe(got.get('Key-ExpiryTime'))
    expect(answer.impi).toBe(got.get('User-Name'))
    expect(answer.ussList.map(({ id }) => id)).toEqual(gpr.gsids)
    expect(JSON.stringify(answer.meKeyMaterial)).toBe('"[key]"')
  })

  it('the vectors hold three pushes and three resynchronisations', () => {
    const pairs = pairsOf('GPR', 'GPA')
    expect(pairs.map(({ answered }) => answered !== undefined).sort()).toEqual([
      ...[false, false, false],
      ...[true, true, true],
    ])
  })

  it.each([
    [new NotAuthorised(''), experimentalResult(5402)],
    [new IdentityUnknown(''), experimentalResult(5401)],
    [new TemporaryFailure(''), experimentalResult(4181)],
    [new SynchronisationRefused(''), resultCode(5012)],
    [new KeyRequestFailed(''), resultCode(5012)],
    [new Error('anything else'), resultCode(5012)],
  ])('B66, B67: %s is told as %o', (error, result) => expect(pushInfo.causeOf(error)).toEqual(result))

  it.each([
    [experimentalResult(5402), NotAuthorised],
    [experimentalResult(5401), IdentityUnknown],
    [experimentalResult(4181), TemporaryFailure],
    [resultCode(3002), TemporaryFailure],
    [resultCode(3004), TemporaryFailure],
    [resultCode(5012), KeyRequestFailed],
    [resultCode(5004), KeyRequestFailed],
  ])('%o reads as %s', (result, expected) => expect(errorOf(result)).toBeInstanceOf(expected))

  it('R14: a 5403, which no push has, is no reason to re-negotiate', () => {
    expect(errorOf(experimentalResult(5403))).toBeInstanceOf(KeyRequestFailed)
    expect(errorOf(experimentalResult(5403))).not.toBeInstanceOf(BTidUnknown)
  })
})

const gpr = chainMessages.find(({ name }) => name === 'GPR')?.octets ?? new Uint8Array()
const errorOf = (result: Parameters<typeof pushInfo.errorOf>[0]) =>
  pushInfo.errorOf(result, pushInfo.decodeRequest(decodeMessage(gpr).avps))

/** The first GPR of the vectors with another value of one AVP, or without it. */
function gprWith(definition: AvpDefinition<string, never>, data?: Uint8Array) {
  const { header, avps } = decodeMessage(gpr)
  const all = avps.flatMap((one) => {
    if (!one.definition) return []
    if (one.definition !== definition) return [encodeAvp(one.definition, one.data)]
    return data ? [encodeAvp(definition, data)] : []
  })
  return decodeMessage(encodeMessage(header, ...all)).avps
}

/** The result that a GPR is refused with. */
function resultOf(...change: Parameters<typeof gprWith>): unknown {
  try {
    return pushInfo.decodeRequest(gprWith(...change))
  } catch (error) {
    if (error instanceof RefusedWithResult) return error.result
    if (error instanceof MalformedMessage && 'resultCode' in error)
      return resultCode(Number(error.resultCode))
    throw error
  }
}

const row = (definition: AvpDefinition<string, unknown>) => definition as AvpDefinition<string, never>

describe('the form of a GPR', () => {
  it.each([
    ['UE-Id that is no IMPI', gpp.ueId, utf8('001010123456789')],
    ['UE-Id-Type 2', gpp.ueIdType, u32(2)],
    ['UICC-App-Label ISIM', gpp.uiccAppLabel, utf8('ISIM')],
    ['UICC-ME 2', gpp.uiccMe, u32(2)],
    ['P-TID of 7 octets', gpp.nafSaIdentifier, new Uint8Array(7)],
    ['P-TID of 17 octets', gpp.nafSaIdentifier, new Uint8Array(17)],
    ['NAF-Id without FQDN', gpp.nafId, new Uint8Array(5)],
  ])('B64: %s: 5004', (_, definition, data) =>
    expect(resultOf(row(definition), data)).toEqual(resultCode(resultCodes.invalidAvpValue)),
  )

  it.each([
    gpp.ueId,
    gpp.ueIdType,
    gpp.uiccAppLabel,
    gpp.nafId,
    gpp.nafSaIdentifier,
    gpp.uiccMe,
    gpp.requestedKeyLifetime,
  ])('B63: without $name: 5005', (definition) =>
    expect(resultOf(row(definition))).toEqual(resultCode(resultCodes.missingAvp)),
  )

  it('B67: a public identity is not known here: 5401', () =>
    expect(resultOf(row(gpp.ueIdType), u32(1))).toEqual(experimentalResult(5401)))
})
