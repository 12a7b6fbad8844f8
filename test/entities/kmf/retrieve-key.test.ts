import { describe, expect, it } from 'vitest'
import { Auts, Rand } from '../../../src/core/aka.ts'
import {
  BTidUnknown,
  KeyRequestFailed,
  MalformedMessage,
  NotAuthorised,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { ProseUeId, RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import { PlmnTable } from '../../../src/core/plmn-table.ts'
import { hours, later, seconds } from '../../../src/core/units.ts'
import { defaultKmfSettings } from '../../../src/entities/kmf/kmf.ts'
import { NotAuthenticated } from '../../../src/reference-points/pc8/cause-of.ts'
import { encodeProseDirectKeyRequest } from '../../../src/reference-points/pc8/messages.ts'
import type { ProseKeyAnswer } from '../../../src/reference-points/pc6/exchange.ts'
import {
  bia,
  btidOf,
  entry1,
  entry2,
  first,
  imsi1,
  imsi2,
  labOf,
  nafIdOfKmf,
  pka,
  plmn1,
  plmn2,
  start,
  step4,
  ue1ProseId,
  ue2,
  ue2ProseId,
  ussOf,
  type Lab,
} from './kmf-fixture.ts'

async function kmf2(options: Parameters<typeof labOf>[0] = {}): Promise<Lab> {
  const lab = labOf(options)
  await lab.ports.authorisations.grant(imsi2, plmn1)
  return lab
}

const code = (response: unknown): unknown => (response as { code?: number }).code

describe('the KMF of UE-2, CR 33.303 6.X.3.2 steps 4 to 10', () => {
  it('step 6: asks the home of UE-1 and gives UE-2 what it answers', async () => {
    const lab = await kmf2()
    expect(await lab.ask()).toEqual({ transactionId: 1, outcome: 'key', ...pka })
    expect(lab.pkrs).toMatchObject([{ ue1Id: step4.ue1Id, ue2Id: ue2ProseId, visitedPlmn: plmn2 }])
    expect(lab.reports).toMatchObject([{ step: '5', what: 'authorisation', fields: { allowed: true } }])
  })

  it('R1, B47: a UE-2 ID of another UE is error-code 2, no PC6', async () => {
    const lab = await kmf2()
    const response = await lab.ask({ ue2Id: ProseUeId(0x0a0b0d) })
    expect(response).toEqual({ transactionId: 1, outcome: 'error', code: 2 })
    expect(lab.pkrs).toEqual([])
  })

  it('B47: forms of step 4 that are wrong are error-code 1, no PC6', async () => {
    const lab = await kmf2()
    const good = new TextDecoder().decode(encodeProseDirectKeyRequest(step4))
    const twoIds = good.replace('<ue2-prose', '<ue1-id type="imsi">001010123456789</ue1-id><ue2-prose')
    for (const bad of [good.replace('0A0B0C', '0A0B'), good.replace('0A0B0C', '0A0B0C0D'), twoIds])
      expect(await lab.kmf.answer(utf8(bad), ue2)).toEqual({ transactionId: 1, outcome: 'error', code: 1 })
    expect(lab.pkrs).toEqual([])
  })

  it('a body that never becomes a request is no response document', async () => {
    const lab = await kmf2()
    await expect(lab.kmf.answer(utf8('<prose'), ue2)).rejects.toBeInstanceOf(MalformedMessage)
  })

  it('R4: a NAF-ID outside the PLMN table is error-code 2, no PC6', async () => {
    const lab = await kmf2()
    const nafId = nafIdOf(Fqdn('pkmf.mnc003.mcc001.pub.3gppnetwork.org'), uaIds.prose)
    expect(code(await lab.ask({ nafId }))).toBe(2)
    expect(lab.pkrs).toEqual([])
  })

  it('step 4: a NAF-ID of a TLS key is error-code 1: no PDK is ever made from that key, in one KMF either', async () => {
    const lab = await kmf2()
    await lab.ports.authorisations.grant(imsi2, plmn2)
    const own = { kind: 'b-tid', btid: btidOf(entry2) } as const
    const nafId = nafIdOf(first(entry2.kmfNames), uaIds.tls13)
    expect(code(await lab.ask({ ue1Id: own, nafId }))).toBe(1)
    expect(lab.birs).toEqual([])
  })

  it('R3: a NAF-ID of another network than UE-1 is error-code 2, no PC6', async () => {
    const lab = await kmf2()
    for (const ue1Id of [
      { kind: 'b-tid', btid: btidOf(entry2) },
      { kind: 'imsi', imsi: imsi2 },
    ] as const)
      expect(code(await lab.ask({ ue1Id }))).toBe(2)
    expect(lab.pkrs).toEqual([])
    expect(lab.lastReason()).toBe('UE-1 ID and NAF-ID are of different networks')
  })

  it('extensions that are not the set in use are error-code 1', async () => {
    const lab = await kmf2()
    expect(code(await lab.ask({ extensions: 1 }))).toBe(1)
    expect(lab.pkrs).toEqual([])
  })

  it('step 5: no row of UE-2 for the network of UE-1 is error-code 2; the reason stays here', async () => {
    const lab = labOf()
    expect(code(await lab.ask())).toBe(2)
    expect(lab.pkrs).toEqual([])
    expect(lab.reports.at(-1)).toMatchObject({
      step: '5',
      what: 'refused',
      fields: { code: 'ERR_NOT_AUTHORISED', reason: 'UE-2 has no permission for 001-01' },
    })
  })

  it('R8: no settings, no flag, no IMSI: each says no', async () => {
    const lab = await kmf2()
    const { btid, key, expires, ussList } = ue2
    const withoutUss = { ...ue2, ussList: [{ ...ussOf(imsi2, ue2ProseId, [1]), id: '7' }] }
    for (const subscriber of [
      { ...ue2, ussList: [ussOf(imsi2, ue2ProseId, [])] },
      { ...ue2, ussList: [ussOf(imsi2, ue2ProseId, [2, 3, 4, 99])] },
      withoutUss,
      { btid, key, expires, ussList },
    ])
      expect(code(await lab.ask({}, subscriber))).toBe(2)
    expect(lab.pkrs).toEqual([])
  })

  it('R9: a relay set-up needs flags 2 and 4 of UE-2', async () => {
    const lab = await kmf2()
    const relayServiceCode = RelayServiceCode(0x123)
    for (const flags of [[1], [2], [4], [1, 2, 3], [1, 3, 4]])
      expect(
        code(await lab.ask({ relayServiceCode }, { ...ue2, ussList: [ussOf(imsi2, ue2ProseId, flags)] })),
      ).toBe(2)
    const relay = { ...ue2, ussList: [ussOf(imsi2, ue2ProseId, [2, 4])] }
    expect(await lab.ask({ relayServiceCode }, relay)).toMatchObject({ outcome: 'key' })
  })

  it('R8: permission revoked while KMF-1 is asked: refused, the key is not sent', async () => {
    const lab: Lab = await kmf2({
      pkr: async () => {
        await lab.ports.authorisations.revoke(imsi2, plmn1)
        return pka
      },
    })
    expect(await lab.ask()).toEqual({ transactionId: 1, outcome: 'error', code: 2 })
    expect(lab.reports.at(-1)).toMatchObject({ step: '10', what: 'refused' })
  })

  it('R8: the second look takes the newest settings at hand', async () => {
    const lab: Lab = await kmf2({
      pkr: async () => {
        const { btid, expires } = ue2
        await lab.ports.keys.put({
          btid,
          expires,
          created: start,
          ussList: [ussOf(imsi2, ue2ProseId, [])],
          keys: [],
        })
        return pka
      },
    })
    expect(code(await lab.ask())).toBe(2)
  })

  it('a connection whose key expired is not served, whatever it asks', async () => {
    const lab = await kmf2()
    lab.wait(hours(24))
    await expect(lab.ask()).rejects.toBeInstanceOf(NotAuthenticated)
    await expect(lab.kmf.answer(utf8('nonsense'), ue2)).rejects.toBeInstanceOf(NotAuthenticated)
  })

  const answers: readonly [string, Partial<ProseKeyAnswer>][] = [
    ['a PDK that has expired', { keyExpiry: start }],
    ['a GPI of 2 octets', { gpi: new Uint8Array(2) }],
    ['a GPI of 1025 octets', { gpi: new Uint8Array(1025) }],
    ['a ProSe UE ID of another network', { ue1ProseUeIds: [ue1ProseId, ue2ProseId] }],
  ]
  it.each(answers)('R7, R30: an answer of KMF-1 with %s is error-code 4', async (_what, wrong) => {
    const lab = await kmf2({ pkr: () => Promise.resolve({ ...pka, ...wrong }) })
    expect(code(await lab.ask())).toBe(4)
  })

  it('an answer without a GPI to an IMSI, or to RAND and AUTS, is error-code 4; with it, it is taken', async () => {
    const resynchronisation = { rand: Rand(new Uint8Array(16)), auts: Auts(new Uint8Array(14)) }
    const imsi = { ue1Id: { kind: 'imsi', imsi: imsi1 } } as const
    const without = await kmf2()
    expect(code(await without.ask(imsi))).toBe(4)
    expect(code(await without.ask({ resynchronisation }))).toBe(4)
    const gpi = Uint8Array.of(1, 2, 3)
    const withGpi = await kmf2({ pkr: () => Promise.resolve({ ...pka, gpi }) })
    expect(await withGpi.ask(imsi)).toMatchObject({ outcome: 'key', gpi })
  })

  it.each([
    [new BTidUnknown('5403'), { outcome: 'bootstrapping-renegotiation' }],
    [new NotAuthorised('5633'), { outcome: 'error', code: 2 }],
    [new TemporaryFailure('no answer within 11 s'), { outcome: 'error', code: 3 }],
    [new KeyRequestFailed('5012'), { outcome: 'error', code: 4 }],
    [new MalformedMessage('PKA', 0, 'PDK of 31 octets'), { outcome: 'error', code: 4 }],
  ])('%s on PC6 becomes %o for UE-2', async (error, expected) => {
    const lab = await kmf2({ pkr: () => Promise.reject(error) })
    expect(await lab.ask()).toEqual({ transactionId: 1, ...expected })
  })

  it('R29: step 6 runs for every request; no PDK is kept', async () => {
    const lab = await kmf2()
    await lab.ask()
    await lab.ask({ transactionId: 2 })
    expect(lab.pkrs).toHaveLength(2)
  })

  it('R45: 60 requests a minute of one UE-2, 10 for one UE-1; beyond it error-code 3', async () => {
    const lab = await kmf2()
    const codes: unknown[] = []
    for (let id = 0; id < 12; id++) codes.push(code(await lab.ask({ transactionId: id })))
    expect(codes).toEqual([...Array<undefined>(10).fill(undefined), 3, 3])
    for (let id = 12; id < 62; id++) {
      const ue1Id = { kind: 'b-tid', btid: btidOf(entry1, 100 + id) } as const
      codes.push(code(await lab.ask({ transactionId: id, ue1Id })))
    }
    expect(codes.slice(12).filter((one) => one === undefined)).toHaveLength(48)
    lab.wait(seconds(60))
    expect(await lab.ask()).toMatchObject({ outcome: 'key' })
  })

  it('R45: the buckets can be off', async () => {
    const limits = {
      ...{ keyRequestsPerUe2PerMinute: Infinity, keyRequestsPerUe1PerMinute: Infinity },
      ...{ keyRequestsPerPeerPerSecond: Infinity, pushesPerImsiPerMinute: Infinity },
    }
    const lab = await kmf2({ settings: { limits } })
    for (let id = 0; id < 200; id++)
      expect(await lab.ask({ transactionId: id })).toMatchObject({ outcome: 'key' })
  })

  it('goes on under another configuration: new limits at once, and a PLMN that is no peer any more is not asked', async () => {
    const lab = await kmf2()
    expect(await lab.ask({ transactionId: 1 })).toMatchObject({ outcome: 'key' })
    const limits = { ...defaultKmfSettings.limits, keyRequestsPerUe2PerMinute: 1 }
    const settings = { ...defaultKmfSettings, plmn: plmn2, limits }
    lab.kmf.reconfigure({ plmns: lab.ports.plmns }, settings)
    expect(await lab.ask({ transactionId: 2 })).toMatchObject({ outcome: 'key' })
    expect(await lab.ask({ transactionId: 3 })).not.toMatchObject({ outcome: 'key' })
    const own = lab.ports.plmns.find(plmn2)
    lab.kmf.reconfigure({ plmns: new PlmnTable(own ? [own] : []) }, { ...defaultKmfSettings, plmn: plmn2 })
    expect(lab.pkrs).toHaveLength(2)
    expect(await lab.ask({ transactionId: 4 })).not.toMatchObject({ outcome: 'key' })
    expect(lab.pkrs).toHaveLength(2)
  })

  it('B48, R45: the same request twice while open is asked once and answered twice', async () => {
    let answer: (value: ProseKeyAnswer) => void = () => undefined
    const lab = await kmf2({ pkr: () => new Promise((resolve) => (answer = resolve)) })
    const [first, second] = [lab.ask(), lab.ask()]
    await pc6Asked(lab)
    answer(pka)
    expect(await first).toEqual(await second)
    expect(lab.pkrs).toHaveLength(1)
  })

  it('B48: the same transaction with other content is error-code 1, the first goes on', async () => {
    let answer: (value: ProseKeyAnswer) => void = () => undefined
    const lab = await kmf2({ pkr: () => new Promise((resolve) => (answer = resolve)) })
    const first = lab.ask()
    await pc6Asked(lab)
    const ue1Id = { kind: 'b-tid', btid: btidOf(entry1, 9) } as const
    expect(code(await lab.ask({ ue1Id }))).toBe(1)
    answer(pka)
    expect(await first).toMatchObject({ outcome: 'key' })
  })

  it('B48: 10 000 transactions of one UE: error-code 3 beyond the bucket', async () => {
    const lab = await kmf2({ pkr: () => new Promise(() => undefined) })
    const codes: unknown[] = []
    for (let id = 0; id < 10_000; id++)
      void lab.ask({ transactionId: id }).then((response) => codes.push(code(response)))
    for (let turn = 0; codes.length < 9_990 && turn < 100; turn++) await Promise.resolve()
    expect(codes).toEqual(Array<number>(9_990).fill(3))
    expect(lab.pkrs.length).toBeLessThanOrEqual(10)
  })

  it('one KMF for both: steps 7 and 8 run here, there is no PC6', async () => {
    const own = {
      ...ue2,
      imsi: Imsi('001010123456780'),
      ussList: [ussOf(Imsi('001010123456780'), ue2ProseId, [1])],
    }
    const lab = labOf({ plmn: plmn1, bir: () => Promise.resolve(bia) })
    await lab.ports.authorisations.grant(own.imsi, plmn1)
    await lab.ports.authorisations.grant(imsi1, plmn1)
    expect(await lab.ask({ nafId: nafIdOfKmf(entry1) }, own)).toMatchObject({
      outcome: 'key',
      keyExpiry: later(start, hours(1)),
    })
    expect(lab.pkrs).toEqual([])
    expect(lab.branches()).toEqual(['7c'])
    await lab.ports.authorisations.revoke(imsi1, plmn1)
    expect(code(await lab.ask({ transactionId: 2 }, own))).toBe(2)
  })
})

/** Lets what is under way go on until PC6 is asked. */
async function pc6Asked(lab: Lab): Promise<void> {
  for (let turn = 0; lab.pkrs.length === 0 && turn < 100; turn++) await Promise.resolve()
}
