import { describe, expect, it } from 'vitest'
import {
  IdentityUnknown,
  MalformedMessage,
  NotAuthorised,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import { hours, milliseconds, seconds } from '../../../src/core/units.ts'
import { pc6CauseOf } from '../../../src/reference-points/pc6/key-request.ts'
import { causeOf } from '../../../src/reference-points/pc8/cause-of.ts'
import type { PushInfoRequest } from '../../../src/reference-points/zn/exchange.ts'
import { pushInfo } from '../../../src/reference-points/zn/push-info.ts'
import { experimentalResult, resultCode, vendor3gpp, type Result } from '../../../src/wire/diameter/result.ts'
import {
  askKmf1,
  bia,
  entry1,
  failure,
  gpa,
  imsi1,
  kmf1,
  labOf,
  nafIdOfKmf,
  plmn1,
  row,
  ue1ProseId,
  ue2,
  ue2ProseId,
  ussOf,
  type Lab,
} from './kmf-fixture.ts'

const byImsi = { ue1Id: { kind: 'imsi', imsi: imsi1 } } as const
const unlimited = { keyRequestsPerUe2PerMinute: Infinity, keyRequestsPerUe1PerMinute: Infinity }
const limits = { ...unlimited, keyRequestsPerPeerPerSecond: Infinity, pushesPerImsiPerMinute: 3 }

const ownUe2Imsi = Imsi('001010123456780')
const ownUe2 = { ...ue2, imsi: ownUe2Imsi, ussList: [ussOf(ownUe2Imsi, ue2ProseId, [1])] }

/** One KMF for both UEs. */
async function sameKmf(options: Parameters<typeof labOf>[0] = {}): Promise<Lab> {
  const lab = labOf({ plmn: plmn1, ...options })
  await lab.ports.authorisations.grant(ownUe2Imsi, plmn1)
  await lab.ports.authorisations.grant(imsi1, plmn1)
  return lab
}

const step4 = (lab: Lab, transactionId = 1) =>
  lab.ask({ ...byImsi, transactionId, nafId: nafIdOfKmf(entry1) }, ownUe2)

const notAllowed = { code: 5633, vendorId: vendor3gpp }
const later = { code: 4181, vendorId: vendor3gpp }

/** What the BSF says, and what PC6 and PC8 make of it. */
const refusals: readonly [Result | TemporaryFailure, Result, 2 | 3 | 4][] = [
  [experimentalResult(5401), notAllowed, 2],
  [experimentalResult(5402), notAllowed, 2],
  [experimentalResult(4181), later, 3],
  [resultCode(3002), later, 3],
  [resultCode(3004), later, 3],
  [resultCode(4002), later, 3],
  [new TemporaryFailure('no answer in 8 s'), later, 3],
  [resultCode(5012), resultCode(5012), 4],
  [experimentalResult(5006), resultCode(5012), 4],
  [experimentalResult(5403), resultCode(5012), 4],
]

const refusing = (said: Result | TemporaryFailure) => (request: PushInfoRequest) =>
  Promise.reject(said instanceof TemporaryFailure ? said : pushInfo.errorOf(said, request))

describe('a push that gives no key', () => {
  it.each(refusals)('R14: %j of the BSF is %j on PC6, error-code %i on PC8', async (said, result, code) => {
    for (const [branch, request] of [
      ['7b', {}],
      ['7d', byImsi],
    ] as const) {
      const lab = await kmf1({ gpr: refusing(said) })
      await lab.ports.keys.put(row)
      lab.wait(hours(24))
      const error = await failure(askKmf1(lab, request))
      expect(pc6CauseOf(error)).toEqual(result)
      expect(causeOf(error)).toEqual({ outcome: 'error', code })
      expect(lab.branches()).toEqual([branch])
      expect(lab.reports.at(-1)).toMatchObject({ step: branch, what: 'refused' })
    }
    const one = await sameKmf({ gpr: refusing(said) })
    expect(await step4(one)).toEqual({ transactionId: 1, outcome: 'error', code })
  })

  it('R10: unknown, unauthorised and of no service look the same on PC6 and PC8', async () => {
    const unknown = Imsi('001019999999999')
    const ussList = [ussOf(imsi1, ue1ProseId, [])]
    const labs: readonly [Lab, Imsi][] = [
      [await kmf1(), unknown],
      [labOf({ plmn: plmn1 }), imsi1],
      [await kmf1({ gpr: () => Promise.reject(new IdentityUnknown('5401')) }), imsi1],
      [await kmf1({ gpr: () => Promise.reject(new NotAuthorised('5402')) }), imsi1],
      [await kmf1({ gpr: (request) => Promise.resolve({ ...gpa(request), ussList }) }), imsi1],
    ]
    for (const [lab, imsi] of labs) {
      const error = await failure(askKmf1(lab, { ue1Id: { kind: 'imsi', imsi } }))
      expect(pc6CauseOf(error)).toEqual(notAllowed)
      expect(causeOf(error)).toEqual({ outcome: 'error', code: 2 })
    }
  })

  it('one KMF for both UEs: the GPI is in the answer, there is no PC6', async () => {
    const lab = await sameKmf()
    const { gpi } = gpa({ impi: bia.impi } as PushInfoRequest)
    expect(await step4(lab)).toMatchObject({ outcome: 'key', gpi })
    expect(lab.branches()).toEqual(['7d'])
    expect(lab.pkrs).toEqual([])
  })
})

it('one KMF for both UEs: a malformed answer of the BSF is error-code 4', async () => {
  const gpr = () => Promise.reject(new MalformedMessage('GPA', 0, 'not XML'))
  expect(await step4(await sameKmf({ gpr }))).toMatchObject({ outcome: 'error', code: 4 })
})

describe('R45: pushes to one IMSI', () => {
  it('10 000 requests at once: 3 pushes, the others are told 3004', async () => {
    const lab = await kmf1({ settings: { limits } })
    const results = Array.from({ length: 10_000 }, () => askKmf1(lab, byImsi).catch(pc6CauseOf))
    const refused = (await Promise.all(results)).filter((one) => 'code' in one)
    expect(refused).toEqual(Array(9_997).fill({ code: 3004 }))
    expect(lab.gprs).toHaveLength(3)
  })

  it('10 000 requests in 10 minutes: 3 pushes a minute after the first 3', async () => {
    const lab = await kmf1({ settings: { limits } })
    for (let at = 0; at < 10_000; at++) {
      await askKmf1(lab, byImsi).catch(pc6CauseOf)
      lab.wait(seconds(0.06))
    }
    expect(lab.gprs.length).toBeGreaterThan(30)
    expect(lab.gprs.length).toBeLessThanOrEqual(3 + 10 * 3)
  })

  it('10 000 step 4 for one IMSI in one KMF: 3 pushes, the others are error-code 3', async () => {
    const lab = await sameKmf({ settings: { limits } })
    const codes: unknown[] = []
    for (let id = 0; id < 10_000; id++) codes.push(((await step4(lab, id)) as { code?: number }).code)
    expect(codes).toEqual([undefined, undefined, undefined, ...Array<number>(9_997).fill(3)])
    expect(lab.gprs).toHaveLength(3)
  })

  it('B-TID and IMSI of one subscriber count together, other subscribers apart', async () => {
    const lab = await kmf1({ settings: { limits } })
    await lab.ports.keys.put(row)
    lab.wait(hours(24))
    for (const request of [{}, byImsi, {}]) await askKmf1(lab, request)
    expect(pc6CauseOf(await failure(askKmf1(lab, byImsi)))).toEqual({ code: 3004 })
    const other = Imsi('001010000000001')
    for (const { plmn } of await lab.ports.authorisations.list(imsi1))
      await lab.ports.authorisations.grant(other, plmn)
    expect(await askKmf1(lab, { ue1Id: { kind: 'imsi', imsi: other } })).toHaveProperty('gpi')
  })

  it('who is not authorised takes no push from the subscriber', async () => {
    const lab = await sameKmf()
    for (let at = 0; at < 10; at++) await failure(askKmf1(lab, byImsi))
    expect(lab.gprs).toEqual([])
    expect(await step4(lab)).toMatchObject({ outcome: 'key' })
  })
})

it('R47: after a step of the wall clock no pushed key leaves', async () => {
  const lab = await kmf1({ ports: { wallClockStep: () => milliseconds(3_600_000) } })
  expect(await failure(askKmf1(lab, byImsi))).toBeInstanceOf(TemporaryFailure)
})
