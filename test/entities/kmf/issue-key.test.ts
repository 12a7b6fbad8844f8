import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { BTidUnknown, KeyRequestFailed, NotAuthorised, TemporaryFailure } from '../../../src/core/errors.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { ProseUeId, RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import { hours, Instant, later, minutes, seconds } from '../../../src/core/units.ts'
import { causeOf } from '../../../src/reference-points/pc8/cause-of.ts'
import type { ProseKeyRequest } from '../../../src/reference-points/pc6/exchange.ts'
import { PeerMayNotAsk } from '../../../src/reference-points/pc6/refusals.ts'
import chain from '../../vectors/chain.json' with { type: 'json' }
import { KsNaf } from '../../../src/core/keys.ts'
import { PlmnTable } from '../../../src/core/plmn-table.ts'
import {
  askKmf1,
  bia,
  btidOf,
  entry1,
  entry2,
  failure,
  first,
  imsi1,
  kmf1,
  labOf,
  nafIdOfKmf,
  plmn1,
  plmn2,
  row,
  start,
  step6,
  ue1ProseId,
  ue2ProseId,
  unknownBTid,
  ussOf,
  type Lab,
} from './kmf-fixture.ts'

/** Cases whose first link is 7c: the key is that of the BSF. */
const bootstrapped = chain.cases.filter(({ links, times }) => times && links[0]?.step7 === '7c')

describe('the KMF of UE-1, CR 33.303 6.X.3.2 steps 6 to 9', () => {
  it('7a: B-TID and its key found and valid: authorised, derived, the BSF not asked', async () => {
    const lab = await kmf1()
    await lab.ports.keys.put(row)
    lab.wait(seconds(2))
    expect(await askKmf1(lab)).toMatchObject({
      keyExpiry: later(start, seconds(3602)),
      ue1ProseUeIds: [ue1ProseId],
    })
    expect(lab.birs).toEqual([])
    expect(lab.reports).toMatchObject([
      {
        step: '7a',
        what: 'branch',
        fields: {
          branch: '7a',
          why: ['key-found', 'key-valid', 'authorised'],
          notWhy: { '7b': 'age 2 s of 12 h', '7c': 'key is here' },
        },
      },
      { step: '8', what: 'derived', fields: { ue2Id: '0a0b0c' } },
    ])
    expect(Object.keys(lab.reports.at(-1)?.keys ?? {})).toEqual(['PDK', 'Ks_NAF'])
  })

  it('7c found: the BSF is asked with the ProSe GSID, the row is kept, the next one is 7a', async () => {
    const lab = await kmf1()
    await askKmf1(lab)
    await askKmf1(lab)
    expect(lab.birs).toEqual([{ btid: btidOf(entry1), nafId: nafIdOfKmf(entry1), gsids: ['1000001'] }])
    expect(lab.branches()).toEqual(['7c', '7a'])
  })

  it.each(bootstrapped)('step 8, vector $seed: PDK and its expiry', async ({ links: [link], times }) => {
    if (!link || !times) throw new Error('an incomplete vector')
    const now = Instant(Date.parse(times['PKA at']))
    const meKeyMaterial = KsNaf(fromHex(link['PDK base key'].value))
    const anyId = { ...entry2, proseUeIds: [[ProseUeId(1), ProseUeId(0xfffffe)] as const] }
    const lab = await kmf1({
      bir: () => Promise.resolve({ ...bia, meKeyMaterial, creation: now, keyExpiry: later(now, hours(2)) }),
      ports: { clock: { now: () => now }, plmns: new PlmnTable([entry1, anyId]) },
    })
    const answer = await askKmf1(lab, { ue2Id: ProseUeId(Number.parseInt(link['UE-2 ProSe UE ID'], 16)) })
    expect(hex(answer.pdk)).toBe(link.PDK.value)
    expect(answer.keyExpiry).toBe(Date.parse(times['PDK expiry']))
  })

  it('R29: a PDK lives one hour, and not longer than Ks', async () => {
    const lab = await kmf1({ bir: () => Promise.resolve({ ...bia, keyExpiry: later(start, minutes(20)) }) })
    expect((await askKmf1(lab)).keyExpiry).toBe(later(start, minutes(20)))
    const short = await kmf1({ settings: { pdkLifetime: minutes(5) } })
    expect((await askKmf1(short)).keyExpiry).toBe(later(start, minutes(5)))
  })

  it('R14, 7c not found: re-negotiation after the 5403 of the BSF', async () => {
    const lab = await kmf1({ bir: unknownBTid })
    expect(await failure(askKmf1(lab))).toBeInstanceOf(BTidUnknown)
    expect(lab.reports[0]).toMatchObject({
      step: '7c',
      fields: { branch: '7c', why: ['b-tid-not-found', 'unknown-at-bsf'] },
    })
  })

  it.each([
    new TemporaryFailure('no answer within 8 s'),
    new TemporaryFailure('3004'),
    new KeyRequestFailed('5012'),
    new NotAuthorised('5402'),
  ])('R14: %s of the BSF is never a re-negotiation', async (error) => {
    const lab = await kmf1({ bir: () => Promise.reject(error) })
    const thrown = await failure(askKmf1(lab))
    expect(thrown).toBe(error)
    expect(causeOf(thrown)).not.toMatchObject({ outcome: 'bootstrapping-renegotiation' })
    expect(lab.branches()).toEqual(['7c'])
  })

  it('R10: unknown IMSI, unauthorised IMSI and unauthorised network are one refusal', async () => {
    const lab = await kmf1()
    await lab.ports.authorisations.grant(Imsi('001010000000001'), plmn1)
    const refusals = [Imsi('001010000000001'), Imsi('001019999999999')].map((imsi) =>
      failure(askKmf1(lab, { ue1Id: { kind: 'imsi', imsi } })),
    )
    const causes = (await Promise.all(refusals)).map(causeOf)
    expect(causes).toEqual(Array(2).fill({ outcome: 'error', code: 2 }))
    const btid = labOf({ plmn: plmn1 })
    expect(causeOf(await failure(askKmf1(btid)))).toEqual({ outcome: 'error', code: 2 })
  })

  it('R10: 1000 answers of each kind take the same time', async () => {
    const lab = await kmf1()
    const kinds = ['001010000000001', '001019999999999'].map((imsi) => ({
      imsi: Imsi(imsi),
      times: [] as number[],
    }))
    await lab.ports.authorisations.grant(Imsi('001010000000001'), plmn1) // known, but not for this network
    for (let turn = 0; turn < 1000; turn++)
      for (const { imsi, times } of kinds) {
        lab.wait(seconds(1))
        const begun = performance.now()
        await failure(askKmf1(lab, { ue1Id: { kind: 'imsi', imsi } }))
        times.push(performance.now() - begun)
      }
    const [known = 0, unknown = 1] = kinds.map(({ times }) => times.sort((a, b) => a - b)[500])
    expect(Math.abs(known - unknown)).toBeLessThan(0.2)
  })

  it('R8: permission revoked while the BSF is asked: no key', async () => {
    const lab: Lab = await kmf1({
      bir: async () => {
        await lab.ports.authorisations.revoke(imsi1, plmn2)
        return bia
      },
    })
    expect(await failure(askKmf1(lab))).toBeInstanceOf(NotAuthorised)
  })

  it('R8: a key at hand does not leave without a permission; the store is asked once, for all of one moment', async () => {
    for (const may of [true, false]) {
      const { ports } = await kmf1()
      await ports.keys.put(row)
      if (!may) await ports.authorisations.revoke(imsi1, plmn2)
      const asked: string[] = []
      const lab = labOf({
        plmn: plmn1,
        ports: {
          decisions: { ...ports.decisions, ue1: (...of) => (asked.push('ue1'), ports.decisions.ue1(...of)) },
          authorisations: {
            ...ports.authorisations,
            mayLink: () => Promise.reject(new Error('asked again')),
          },
        },
      })
      if (may) expect(await askKmf1(lab)).toHaveProperty('pdk')
      else expect(await failure(askKmf1(lab))).toBeInstanceOf(NotAuthorised)
      expect(asked).toEqual(['ue1'])
    }
  })

  it('R9: a relay set-up needs flags 3 and 4 of UE-1', async () => {
    const relayServiceCode = RelayServiceCode(0x123)
    for (const [flags, allowed] of [
      [[1], false],
      [[3], false],
      [[4], false],
      [[1, 2, 4], false],
      [[3, 4], true],
    ] as const) {
      const ussList = [ussOf(imsi1, ue1ProseId, flags)]
      const lab = await kmf1({ bir: () => Promise.resolve({ ...bia, ussList }) })
      const answer = askKmf1(lab, { relayServiceCode })
      if (allowed) expect(await answer).toHaveProperty('pdk')
      else expect(await failure(answer)).toBeInstanceOf(NotAuthorised)
    }
  })

  it('R7: the ProSe UE IDs of UE-1 are given, at most 8, and not at all where that is off', async () => {
    const many = { ...ussOf(imsi1, ue1ProseId, [1]), uids: [`imsi:${imsi1}`, 'tel:1', 'prose-ue-id:zz'] }
    const uids = [...many.uids, ...Array.from({ length: 9 }, (_, at) => `prose-ue-id:00000${at + 1}`)]
    const bir = () => Promise.resolve({ ...bia, ussList: [{ ...many, uids }] })
    expect((await askKmf1(await kmf1({ bir }))).ue1ProseUeIds).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(
      (await askKmf1(await kmf1({ bir, settings: { returnUe1ProseUeIds: false } }))).ue1ProseUeIds,
    ).toEqual([])
  })

  it('R47: more than 5 minutes of clock step stop the issue of keys', async () => {
    const lab = await kmf1()
    for (const step of [-24, 24]) {
      lab.clockStep = step * 3_600_000
      expect(await failure(askKmf1(lab))).toBeInstanceOf(TemporaryFailure)
    }
    expect(lab.counts).toContain('wall-clock-stepped')
    lab.clockStep = 5 * 60_000
    expect(await askKmf1(lab)).toHaveProperty('pdk')
  })

  it('a store that is away is an outage', async () => {
    const away = { ...labOf().ports.keys, find: () => Promise.reject(new Error('disk I/O error')) }
    expect(await failure(askKmf1(await kmf1({ ports: { keys: away } })))).toBeInstanceOf(TemporaryFailure)
  })

  describe('the checks of step 6, in their order, before anything about UE-1 is looked up', () => {
    const wrong: readonly [string, Partial<ProseKeyRequest>, unknown][] = [
      ['NAF-Id of another KMF', { nafId: nafIdOfKmf(entry2) }, { field: 'naf-id' }],
      ['Ua id of a TLS key', { nafId: nafIdOf(first(entry1.kmfNames), uaIds.tls13) }, { field: 'naf-id' }],
      ['R2: Visited-PLMN-Id of another network', { visitedPlmn: plmn1 }, { code: 'ERR_PEER_MAY_NOT_ASK' }],
      ['R2: UE-2 ID outside the ranges of the peer', { ue2Id: ue1ProseId }, { code: 'ERR_PEER_MAY_NOT_ASK' }],
      [
        'R3: B-TID of another network',
        { ue1Id: { kind: 'b-tid', btid: btidOf(entry2) } },
        { field: 'ue1-id' },
      ],
      [
        'R3: IMSI of another network',
        { ue1Id: { kind: 'imsi', imsi: Imsi('001020123456780') } },
        { field: 'ue1-id' },
      ],
      ['extensions that are not the set in use', { extensions: 4 }, { field: 'extensions' }],
    ]

    it.each(wrong)('%s', async (_what, request, expected) => {
      const lab = await kmf1()
      expect(await failure(askKmf1(lab, request))).toMatchObject(expected as object)
      expect(lab.birs).toEqual([])
      expect(lab.branches()).toEqual([])
    })

    it('the first failure answers', async () => {
      const lab = await kmf1()
      for (let at = 0; at < wrong.length; at++) {
        const all = Object.assign(
          {},
          ...wrong
            .slice(at)
            .map(([, request]) => request)
            .reverse(),
        ) as object
        expect(await failure(askKmf1(lab, all))).toMatchObject(wrong[at]?.[2] as object)
      }
    })

    it('R39: an Origin-Host that is no KMF of the table', async () => {
      const lab = await kmf1()
      expect(await failure(askKmf1(lab, {}, Fqdn('kmf9.epc.mnc009.mcc001.3gppnetwork.org')))).toBeInstanceOf(
        PeerMayNotAsk,
      )
    })

    it('R45: 1000 requests a second of one peer, then too busy', async () => {
      const lab = await kmf1()
      for (let at = 0; at < 1000; at++) await askKmf1(lab)
      expect(await failure(askKmf1(lab))).toMatchObject({ result: { code: 3004 } })
      lab.wait(seconds(1))
      expect(await askKmf1(lab)).toHaveProperty('pdk')
    })
  })

  it('every refusal is reported once, at its step, with the reason for this node alone', async () => {
    const lab = await kmf1({ settings: { nafKeyMaxAge: hours(1) } })
    await lab.ports.authorisations.revoke(imsi1, plmn2)
    await failure(askKmf1(lab))
    const refused = lab.reports.filter((report) => report.what === 'refused')
    expect(refused).toMatchObject([{ step: '7c', fields: { reason: 'UE-1 has no permission for 001-02' } }])
    expect(lab.counts).toEqual(['kmf-ERR_NOT_AUTHORISED'])
    expect(ue2ProseId).toBe(step6.ue2Id)
  })
})
