import { describe, expect, it } from 'vitest'
import { Auts, Rand, type Resynchronisation } from '../../../src/core/aka.ts'
import {
  KeyRequestFailed,
  NotAuthorised,
  SynchronisationRefused,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { ProseUeId } from '../../../src/core/identities/prose.ts'
import { hours, later, seconds } from '../../../src/core/units.ts'
import type { KmfPorts } from '../../../src/entities/kmf/ports.ts'
import { pc6CauseOf } from '../../../src/reference-points/pc6/key-request.ts'
import type { PushInfoRequest } from '../../../src/reference-points/zn/exchange.ts'
import { pushInfo } from '../../../src/reference-points/zn/push-info.ts'
import { resultCode } from '../../../src/wire/diameter/result.ts'
import {
  askKmf1,
  failure,
  gpa,
  gpiOf,
  imsi1,
  kmf1,
  plmn2,
  row,
  start,
  step6,
  type Lab,
} from './kmf-fixture.ts'

const byImsi = { ue1Id: { kind: 'imsi', imsi: imsi1 } } as const
const auts = Auts(new Uint8Array(14).fill(9))
const randOf = (octet: number) => Rand(new Uint8Array(16).fill(octet))
const answering = (octet: number): Resynchronisation => ({ rand: randOf(octet), auts })

type PushInfo = KmfPorts['zpn']['pushInfo']

/** A BSF whose pushes have the RANDs 1, 2, 3 and so on; AUTS is taken as `resynchronised` says. */
function bsf(resynchronised: PushInfo = (request) => Promise.resolve(gpa(request))): PushInfo {
  let pushes = 0
  return async (request, call) => {
    const answer = await (request.resynchronisation ? resynchronised(request, call) : gpa(request))
    return { ...answer, gpi: gpiOf(randOf(++pushes)) }
  }
}

/** KMF-1 with an expired row of UE-1. */
async function lab1(options: Parameters<typeof kmf1>[0] = {}): Promise<Lab> {
  const lab = await kmf1({ gpr: bsf(), ...options })
  await lab.ports.keys.put(row)
  lab.wait(hours(24))
  return lab
}

describe('RAND and AUTS in step 6, after a GPI that the USIM found out of sequence', () => {
  it('7d: go to the BSF, which pushes another GPI; for the IMSI as before', async () => {
    const lab = await lab1()
    await askKmf1(lab, byImsi)
    const { gpi } = await askKmf1(lab, { ...byImsi, resynchronisation: answering(1) })
    expect(gpi).toEqual(gpiOf(randOf(2)))
    expect(lab.gprs[1]).toEqual({ ...lab.gprs[0], resynchronisation: answering(1) })
    const branches = lab.reports.filter(({ what }) => what === 'branch').map(({ fields }) => fields)
    expect(branches).toMatchObject([
      { branch: '7d', why: ['imsi', 'authorised'], gpi: true },
      { branch: '7d', why: ['imsi', 'resynchronisation', 'authorised'], gpi: true },
    ])
  })

  it('7b: the same for a B-TID', async () => {
    const lab = await lab1()
    await askKmf1(lab)
    expect(await askKmf1(lab, { resynchronisation: answering(1) })).toHaveProperty('gpi', gpiOf(randOf(2)))
    expect(lab.reports.filter(({ what }) => what === 'branch').at(-1)?.fields).toEqual({
      ...{ branch: '7b', why: ['resynchronisation', 'authorised'], gpi: true },
      notWhy: { '7a': 'a GPI was pushed', '7c': 'B-TID is here' },
    })
  })

  it('7b even when the B-TID was found again meanwhile: UE-1 waits for a GPI', async () => {
    const lab = await lab1()
    await askKmf1(lab)
    await lab.ports.keys.put({ ...row, created: lab.ports.clock.now(), expires: later(start, hours(48)) })
    expect(await askKmf1(lab, { resynchronisation: answering(1) })).toHaveProperty('gpi')
  })

  it('the B-TID is gone meanwhile: failed, no re-negotiation', async () => {
    const lab = await lab1()
    await askKmf1(lab)
    await lab.ports.keys.forget(row.btid)
    expect(await failure(askKmf1(lab, { resynchronisation: answering(1) }))).toBeInstanceOf(KeyRequestFailed)
  })

  it('R35: once', async () => {
    const lab = await lab1()
    await askKmf1(lab, byImsi)
    await askKmf1(lab, { ...byImsi, resynchronisation: answering(1) })
    const again = failure(askKmf1(lab, { ...byImsi, resynchronisation: answering(1) }))
    const refused = await again
    expect(refused).toBeInstanceOf(SynchronisationRefused)
    expect(pc6CauseOf(refused)).toEqual({ code: 5012 })
    expect(lab.gprs).toHaveLength(2)
  })

  it('R35, R48: at any instance of this KMF on the same store', async () => {
    const gpr = bsf()
    const first = await lab1({ gpr })
    await askKmf1(first, byImsi)
    const { pushedGpis, keys, authorisations } = first.ports
    const second = await lab1({ gpr, ports: { pushedGpis, keys, authorisations } })
    const resynchronisation = answering(1)
    expect(await askKmf1(second, { ...byImsi, resynchronisation })).toHaveProperty('gpi')
    expect(await failure(askKmf1(first, { ...byImsi, resynchronisation }))).toBeInstanceOf(
      SynchronisationRefused,
    )
  })

  it('R48: a GPI that cannot be remembered does not leave', async () => {
    const add = () => Promise.reject(new Error('no store'))
    const lab = await lab1({ ports: { pushedGpis: { ...(await lab1()).ports.pushedGpis, add } } })
    expect(await failure(askKmf1(lab, byImsi))).toBeInstanceOf(TemporaryFailure)
  })

  it('R35: within 60 s', async () => {
    for (const [wait, isTaken] of [
      [60, true],
      [60.001, false],
    ] as const) {
      const lab = await lab1()
      await askKmf1(lab, byImsi)
      lab.wait(seconds(wait))
      const answer = askKmf1(lab, { ...byImsi, resynchronisation: answering(1) })
      if (isTaken) expect(await answer).toHaveProperty('gpi')
      else expect(await failure(answer)).toBeInstanceOf(SynchronisationRefused)
    }
  })

  it('R35: only a RAND that this KMF pushed, for the same two UEs; a wrong one leaves the right one alone', async () => {
    const lab = await lab1()
    await askKmf1(lab, byImsi)
    const resynchronisation = answering(1)
    for (const wrong of [
      { ...byImsi, resynchronisation: answering(9) },
      { ...byImsi, resynchronisation, ue2Id: ProseUeId(step6.ue2Id + 1) },
      { resynchronisation },
    ]) {
      const error = await failure(askKmf1(lab, wrong))
      expect(pc6CauseOf(error)).toEqual({ code: 5012 })
    }
    expect(lab.gprs).toHaveLength(1)
    expect(await askKmf1(lab, { ...byImsi, resynchronisation })).toHaveProperty('gpi')
  })

  it('AUTS refused by the HSS: failed, and the RAND is used up', async () => {
    const refuse = (request: PushInfoRequest) => Promise.reject(pushInfo.errorOf(resultCode(5012), request))
    const lab = await lab1({ gpr: bsf(refuse) })
    await askKmf1(lab, byImsi)
    for (let turn = 0; turn < 2; turn++) {
      const error = await failure(askKmf1(lab, { ...byImsi, resynchronisation: answering(1) }))
      expect(pc6CauseOf(error)).toEqual({ code: 5012 })
    }
    expect(lab.gprs).toHaveLength(2)
  })

  it('R8: the permission is looked at again, before another vector is spent', async () => {
    const lab = await lab1()
    await askKmf1(lab, byImsi)
    await lab.ports.authorisations.revoke(imsi1, plmn2)
    const error = await failure(askKmf1(lab, { ...byImsi, resynchronisation: answering(1) }))
    expect(error).toBeInstanceOf(NotAuthorised)
    expect(lab.gprs).toHaveLength(1)
  })

  it('R45: a resynchronisation counts as a push', async () => {
    const lab = await lab1()
    await askKmf1(lab, byImsi)
    await askKmf1(lab, { ...byImsi, resynchronisation: answering(1) })
    await askKmf1(lab, byImsi)
    const fourth = askKmf1(lab, { ...byImsi, resynchronisation: answering(3) })
    expect(pc6CauseOf(await failure(fourth))).toEqual({ code: 3004 })
    expect(lab.gprs).toHaveLength(3)
  })
})
