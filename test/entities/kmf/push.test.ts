import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { BTidUnknown, KeyRequestFailed, NotAuthorised } from '../../../src/core/errors.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { ProseUeId, RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { Impi, Imsi, impiOfImsi } from '../../../src/core/identities/subscriber.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { hours, later, minutes, seconds } from '../../../src/core/units.ts'
import { derivePdk } from '../../../src/crypto/prose-keys.ts'
import type { NafKeyRow } from '../../../src/entities/kmf/ports.ts'
import type { ProseKeyRequest } from '../../../src/reference-points/pc6/exchange.ts'
import type { PushInfoAnswer } from '../../../src/reference-points/zn/exchange.ts'
import {
  askKmf1,
  bia,
  btidOf,
  entry1,
  failure,
  first,
  gpa,
  gpiOf,
  imsi1,
  plmn2,
  kmf1,
  ksNaf,
  nafIdOfKmf,
  plmn1,
  pushedKey,
  pushedRand,
  row,
  start,
  ue1ProseId,
  ue2ProseId,
  unknownBTid,
  ussOf,
  type Lab,
} from './kmf-fixture.ts'

const byImsi = { ue1Id: { kind: 'imsi', imsi: imsi1 } } as const
const pushedPdk = hex(derivePdk(KsNaf(fromHex(pushedKey)), ue2ProseId))
const ownPdk = hex(derivePdk(ksNaf, ue2ProseId))
const withTlsKeyOnly: NafKeyRow = {
  ...row,
  keys: [{ nafId: nafIdOf(first(entry1.kmfNames), uaIds.tls13), key: ksNaf }],
}

interface BranchRow {
  readonly name: string
  readonly kept?: NafKeyRow
  readonly wait?: ReturnType<typeof hours>
  readonly request?: Partial<ProseKeyRequest>
  readonly bir?: typeof unknownBTid
  readonly branch: string
  readonly why: readonly string[]
  readonly notWhy: Readonly<Record<string, string>>
  readonly asked: { readonly birs: number; readonly gprs: number }
}

const noBTid = { '7a': 'no B-TID', '7b': 'no B-TID', '7c': 'no B-TID' }

const branchTable: readonly BranchRow[] = [
  {
    ...{
      name: 'B-TID found, PDK key there, valid',
      kept: row,
      branch: '7a',
      why: ['key-found', 'key-valid'],
    },
    ...{ notWhy: { '7b': 'age 0 s of 12 h', '7c': 'key is here' }, asked: { birs: 0, gprs: 0 } },
  },
  {
    ...{ name: 'B-TID found, at its maximum age', kept: row, wait: hours(12), branch: '7a' },
    ...{ why: ['key-found', 'key-valid'], notWhy: { '7b': 'age 12 h of 12 h', '7c': 'key is here' } },
    asked: { birs: 0, gprs: 0 },
  },
  {
    ...{ name: 'B-TID found, older than the maximum age', kept: row, wait: seconds(12 * 3600 + 1) },
    ...{ branch: '7b', why: ['key-found', 'key-too-old'], asked: { birs: 0, gprs: 1 } },
    notWhy: { '7a': 'key-too-old', '7c': 'B-TID is here' },
  },
  {
    ...{ name: 'B-TID found, expired', kept: row, wait: hours(24), branch: '7b' },
    ...{ why: ['key-found', 'key-expired'], asked: { birs: 0, gprs: 1 } },
    notWhy: { '7a': 'key-expired', '7c': 'B-TID is here' },
  },
  {
    ...{ name: 'B-TID found, valid, without the PDK key', kept: withTlsKeyOnly, branch: '7c' },
    ...{ why: ['key-not-found', 'bsf-gave-key'], asked: { birs: 1, gprs: 0 } },
    notWhy: { '7a': 'no key here', '7b': 'nothing here that is too old' },
  },
  {
    ...{ name: 'the same, 5403 of the BSF', kept: withTlsKeyOnly, bir: unknownBTid, branch: '7b' },
    ...{ why: ['key-not-found', 'forgotten-by-bsf'], asked: { birs: 1, gprs: 1 } },
    notWhy: { '7a': 'no key here', '7c': 'B-TID is here' },
  },
  {
    ...{ name: 'B-TID not found', branch: '7c', why: ['b-tid-not-found', 'bsf-gave-key'] },
    notWhy: { '7a': 'no key here', '7b': 'nothing here that is too old' },
    asked: { birs: 1, gprs: 0 },
  },
  {
    ...{ name: 'IMSI', request: byImsi, branch: '7d', why: ['imsi'], notWhy: noBTid },
    asked: { birs: 0, gprs: 1 },
  },
  {
    ...{ name: 'IMSI, although a valid key is here', kept: row, request: byImsi, branch: '7d' },
    ...{ why: ['imsi'], notWhy: noBTid, asked: { birs: 0, gprs: 1 } },
  },
]

async function labFor({ kept, wait, bir }: Partial<BranchRow>): Promise<Lab> {
  const lab = await kmf1(bir ? { bir } : {})
  if (kept) await lab.ports.keys.put(kept)
  if (wait !== undefined) lab.wait(wait)
  return lab
}

describe('GBA push at the KMF of UE-1, CR 33.303 6.X.3.2 step 7, TS 33.223', () => {
  it.each(branchTable)('$branch: $name', async (expected) => {
    const lab = await labFor(expected)
    const { pdk, gpi } = await askKmf1(lab, expected.request)
    const isPush = expected.asked.gprs > 0
    expect(hex(pdk)).toBe(isPush ? pushedPdk : ownPdk)
    expect(gpi).toEqual(isPush ? gpiOf(pushedRand) : undefined)
    expect({ birs: lab.birs.length, gprs: lab.gprs.length }).toEqual(expected.asked)
    const { branch, why, notWhy } = expected
    expect(lab.reports[0]).toMatchObject({ step: branch, what: 'branch' })
    expect(lab.reports[0]?.fields).toEqual({
      ...{ branch, why: [...why, 'authorised'], notWhy },
      ...(isPush && { gpi: true }),
    })
    expect(lab.reports.map(({ step, what }) => `${step} ${what}`)).toEqual([`${branch} branch`, '8 derived'])
  })

  it('7c, not found: 5403 of the BSF for a B-TID that is not here is a re-negotiation, nothing is pushed', async () => {
    const lab = await labFor({ bir: unknownBTid })
    expect(await failure(askKmf1(lab))).toBeInstanceOf(BTidUnknown)
    expect(lab.gprs).toEqual([])
  })

  it('asks for the IMPI, 16 random octets as P-TID, an hour, and the ProSe settings', async () => {
    const lab = await kmf1()
    await askKmf1(lab, byImsi)
    expect(lab.gprs).toEqual([
      {
        impi: impiOfImsi(imsi1, plmn1),
        nafId: nafIdOfKmf(entry1),
        ptId: new Uint8Array(16).fill(1),
        gbaU: false,
        requestedExpiry: later(start, hours(1)),
        gsids: ['1000001'],
      },
    ])
  })

  it('7b names the kept IMPI, whatever its form; without one that of the IMSI', async () => {
    const impi = Impi('alice@home.example')
    for (const [kept, expected] of [
      [{ ...row, impi }, impi],
      [row, impiOfImsi(imsi1, plmn1)],
    ] as const) {
      const lab = await labFor({ kept, wait: hours(24) })
      await askKmf1(lab)
      expect(lab.gprs.map((gpr) => gpr.impi)).toEqual([expected])
    }
  })

  it('7b: whose B-TID it is was never told: re-negotiation, no vector is spent', async () => {
    const { btid, created, expires, ussList, keys } = row
    const kept = { btid, created, expires, ussList, keys }
    for (const options of [
      { kept, wait: hours(24) },
      { kept: { ...kept, keys: withTlsKeyOnly.keys }, bir: unknownBTid },
    ]) {
      const lab = await labFor(options)
      expect(await failure(askKmf1(lab))).toBeInstanceOf(BTidUnknown)
      expect(lab.branches()).toEqual(['7b'])
      expect(lab.gprs).toEqual([])
    }
  })

  it('UICC-ME is that of the card', async () => {
    const lab = await kmf1()
    await lab.ports.authorisations.putAll([{ imsi: imsi1, usesGbaU: true, mayLinkWith: [plmn2] }])
    await askKmf1(lab, byImsi)
    expect(lab.gprs).toMatchObject([{ gbaU: true }])
  })

  it('R29: a pushed key is kept nowhere, serves one PDK and is erased; the next request is a new push', async () => {
    const keys: KsNaf[] = []
    const gpr = (request: Parameters<typeof gpa>[0]) => {
      const answer = gpa(request)
      keys.push(answer.meKeyMaterial)
      return Promise.resolve(answer)
    }
    const lab = await kmf1({ gpr })
    await lab.ports.keys.put(row)
    lab.wait(hours(24))
    const before = await lab.ports.keys.list(lab.ports.clock.now())
    await askKmf1(lab)
    await askKmf1(lab)
    await askKmf1(lab, byImsi)
    expect(await lab.ports.keys.list(lab.ports.clock.now())).toEqual(before)
    expect(keys.map(hex)).toEqual(Array(3).fill('00'.repeat(32)))
    expect(lab.branches()).toEqual(['7b', '7b', '7d'])
  })

  it('Key-ExpiryTime is that of the GPI, at most an hour from now', async () => {
    for (const [keyExpiry, expected] of [
      [later(start, minutes(20)), later(start, minutes(20))],
      [later(start, hours(24)), later(start, hours(1))],
    ] as const) {
      const lab = await kmf1({ gpr: (request) => Promise.resolve({ ...gpa(request), keyExpiry }) })
      expect((await askKmf1(lab, byImsi)).keyExpiry).toBe(expected)
    }
  })

  it('R7: the ProSe UE IDs that UE-2 learns are those of the newest settings', async () => {
    const ussList = [ussOf(imsi1, ProseUeId(0x000042), [1])]
    const lab = await kmf1({ gpr: (request) => Promise.resolve({ ...gpa(request), ussList }) })
    expect((await askKmf1(lab, byImsi)).ue1ProseUeIds).toEqual([0x42])
  })

  describe('R8: both looks', () => {
    it('no row in the table: no vector is spent, in 7b and 7d', async () => {
      for (const request of [{}, byImsi]) {
        const lab = await labFor({ kept: row, wait: hours(24) })
        await lab.ports.authorisations.revoke(imsi1, first(await lab.ports.authorisations.list(imsi1)).plmn)
        expect(await failure(askKmf1(lab, request))).toBeInstanceOf(NotAuthorised)
        expect(lab.gprs).toEqual([])
        expect(lab.reports[0]?.fields).not.toHaveProperty('gpi')
      }
    })

    it('7b: kept settings that do not allow it: no vector is spent', async () => {
      for (const ussList of [[], [ussOf(imsi1, ue1ProseId, [])], [{ ...first(bia.ussList), id: '7' }]]) {
        const lab = await labFor({ kept: { ...row, ussList }, wait: hours(24) })
        expect(await failure(askKmf1(lab))).toBeInstanceOf(NotAuthorised)
        expect(lab.gprs).toEqual([])
      }
    })

    it('the settings that come with the GPI do not allow it: the key does not leave', async () => {
      for (const request of [{}, byImsi])
        for (const ussList of [[], [ussOf(imsi1, ue1ProseId, [2, 3, 4])]]) {
          const lab = await kmf1({ gpr: (gpr) => Promise.resolve({ ...gpa(gpr), ussList }) })
          await lab.ports.keys.put(row)
          lab.wait(hours(24))
          expect(await failure(askKmf1(lab, request))).toBeInstanceOf(NotAuthorised)
          expect(lab.gprs).toHaveLength(1)
          expect(lab.reports.map(({ what }) => what)).toEqual(['branch', 'refused'])
        }
    })

    it('the row is withdrawn while the BSF is asked for a key, which it has not: no vector is spent', async () => {
      const lab: Lab = await kmf1({
        bir: async () => {
          for (const { imsi, plmn } of await lab.ports.authorisations.list())
            await lab.ports.authorisations.revoke(imsi, plmn)
          return unknownBTid()
        },
      })
      await lab.ports.keys.put({ ...row, keys: [] })
      expect(await failure(askKmf1(lab))).toBeInstanceOf(NotAuthorised)
      expect(lab.birs).toHaveLength(1)
      expect(lab.gprs).toEqual([])
    })

    it('the row is withdrawn while the BSF is asked: the key does not leave', async () => {
      const lab: Lab = await kmf1({
        gpr: async (request) => {
          for (const { imsi, plmn } of await lab.ports.authorisations.list())
            await lab.ports.authorisations.revoke(imsi, plmn)
          return gpa(request)
        },
      })
      expect(await failure(askKmf1(lab, byImsi))).toBeInstanceOf(NotAuthorised)
    })
  })

  it('R9: a relay set-up needs flags 3 and 4 in the settings that come with the GPI', async () => {
    const relayServiceCode = RelayServiceCode(0x123)
    for (const [flags, allowed] of [
      [[1, 3], false],
      [[1, 2, 4], false],
      [[3, 4], true],
    ] as const) {
      const ussList = [ussOf(imsi1, ue1ProseId, flags)]
      const lab = await kmf1({ gpr: (request) => Promise.resolve({ ...gpa(request), ussList }) })
      const answer = askKmf1(lab, { ...byImsi, relayServiceCode })
      if (allowed) expect(await answer).toHaveProperty('gpi')
      else expect(await failure(answer)).toBeInstanceOf(NotAuthorised)
    }
  })

  it('asks the BSF a second time within the eight seconds of the first question', async () => {
    const untils: number[] = []
    const lab: Lab = await kmf1({
      bir: (_, { until }) => {
        untils.push(until)
        lab.wait(seconds(5))
        return unknownBTid()
      },
      gpr: (request, { until }) => (untils.push(until), Promise.resolve(gpa(request))),
    })
    await lab.ports.keys.put(withTlsKeyOnly)
    await askKmf1(lab)
    expect(untils).toEqual([later(start, seconds(8)), later(start, seconds(8))])
  })

  const wrong: readonly [string, Partial<PushInfoAnswer>][] = [
    ['a key that has expired', { keyExpiry: start }],
    ['an octet string that is no GPI', { gpi: gpiOf(pushedRand).slice(0, 40) }],
    ['a GPI of more than 1024 octets', { gpi: new Uint8Array(1025).fill(0x10) }],
    ['the key of another subscriber', { impi: impiOfImsi(Imsi('001010000000001'), plmn1) }],
  ]
  it.each(wrong)('R30: an answer of the BSF with %s is failed', async (_what, part) => {
    const lab = await kmf1({ gpr: (request) => Promise.resolve({ ...gpa(request), ...part }) })
    expect(await failure(askKmf1(lab, byImsi))).toBeInstanceOf(KeyRequestFailed)
  })

  it('an expired row of another B-TID of UE-1 is no reason to push for an unknown one', async () => {
    const lab = await labFor({
      kept: { ...row, btid: btidOf(entry1, 0x55) },
      wait: hours(24),
      bir: unknownBTid,
    })
    expect(await failure(askKmf1(lab))).toBeInstanceOf(BTidUnknown)
    expect(lab.gprs).toEqual([])
  })
})
