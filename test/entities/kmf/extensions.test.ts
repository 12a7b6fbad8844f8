import { describe, expect, it } from 'vitest'
import { Auts } from '../../../src/core/aka.ts'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { NotAuthorised } from '../../../src/core/errors.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { NafId } from '../../../src/core/identities/naf-id.ts'
import { Plmn } from '../../../src/core/identities/plmn.ts'
import { proseUeIdFromHex, ProseUeId, RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { Impi, Imsi } from '../../../src/core/identities/subscriber.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { defaultNames, PlmnTable, type PlmnEntry } from '../../../src/core/plmn-table.ts'
import { hours, later } from '../../../src/core/units.ts'
import { derivePdk, deriveRequestToken, type WantedLink } from '../../../src/crypto/prose-keys.ts'
import { proseKey } from '../../../src/reference-points/pc6/key-request.ts'
import type { ProseKeyRequest } from '../../../src/reference-points/pc6/exchange.ts'
import { experimentalResult } from '../../../src/wire/diameter/result.ts'
import chain from '../../vectors/chain.json' with { type: 'json' }
import { flipped } from '../../crypto/flip.ts'
import {
  askKmf1,
  bia,
  btidOf,
  entry1,
  entry2,
  failure,
  imsi1,
  imsi2,
  kmf1,
  ksNaf,
  labOf,
  plmn1,
  plmn2,
  pka,
  pushedKey,
  pushedRand,
  row,
  start,
  step4,
  ue1ProseId,
  ue2,
  ue2ProseId,
  unknownBTid,
  ussOf,
  type Lab,
} from './kmf-fixture.ts'

const nonce1 = new Uint8Array(16).fill(0x11)
const btid = btidOf(entry1)
const wanted = { btid, nafId: step4.nafId, nonce1, ue2Id: ue2ProseId }
const tokenWith = (key: KsNaf, changes: Partial<WantedLink> = {}) =>
  deriveRequestToken(key, { ...wanted, ...changes })
const requestToken = tokenWith(ksNaf)
/** What an honest UE-1 with all three makes the KMFs say. */
const extended = { extensions: 7, nonce1, requestToken }

const tableWith = (first: number, second: number) =>
  new PlmnTable([
    { ...entry1, extensions: first },
    { ...entry2, extensions: second },
  ])

/** KMF-1, which holds this set for the network of UE-2. */
const kmf1With = (set: number, options: Parameters<typeof kmf1>[0] = {}) =>
  kmf1({ ...options, ports: { plmns: tableWith(0, set) } })

/** KMF-2, which holds this set for the network of UE-1. */
async function kmf2With(set: number): Promise<Lab> {
  const lab = labOf({ ports: { plmns: tableWith(set, 0) } })
  await lab.ports.authorisations.grant(imsi2, plmn1)
  return lab
}

describe('E1: a PDK of one set-up alone', () => {
  it('E1: Nonce_1 makes another PDK of the same key for the same UE-2', async () => {
    const lab = await kmf1With(1)
    const other = flipped(nonce1, 0)
    const pdks = [
      await askKmf1(lab, { extensions: 1, nonce1 }),
      await askKmf1(lab, { extensions: 1, nonce1: other }),
      await askKmf1(await kmf1With(0)),
    ].map(({ pdk }) => hex(pdk))
    const expected = [nonce1, other, undefined].map((nonce) => derivePdk(ksNaf, ue2ProseId, nonce))
    expect(pdks).toEqual(expected.map(hex))
    expect(new Set(pdks).size).toBe(3)
  })

  it('E1: a pushed key too makes a PDK of this Nonce_1', async () => {
    const lab = await kmf1With(1)
    const { pdk } = await askKmf1(lab, { ue1Id: { kind: 'imsi', imsi: imsi1 }, extensions: 1, nonce1 })
    expect(hex(pdk)).toBe(hex(derivePdk(KsNaf(fromHex(pushedKey)), ue2ProseId, nonce1)))
  })

  it('E2 or E3 alone: the PDK is the one without Nonce_1', async () => {
    const plain = hex(derivePdk(ksNaf, ue2ProseId))
    const token = await askKmf1(await kmf1With(2), { ...extended, extensions: 2 })
    const covered = await askKmf1(await kmf1With(4), { extensions: 4 })
    expect([token, covered].map(({ pdk }) => hex(pdk))).toEqual([plain, plain])
  })
})

describe('E2: KMF-1 gives a key only for what UE-1 asked', () => {
  const relayServiceCode = RelayServiceCode(0x000123)
  const relayed = tokenWith(ksNaf, { relayServiceCode })
  const wrong: readonly [string, Partial<ProseKeyRequest>][] = [
    ['a wrong token', { requestToken: flipped(requestToken, 127) }],
    ['a token of another Nonce_1', { nonce1: flipped(nonce1, 5) }],
    ['a token for another UE-2', { ue2Id: ProseUeId(0x0a0b0d) }],
    ['a relay that hides the Relay Service Code', { requestToken: relayed }],
    ['a Relay Service Code that UE-1 did not give', { relayServiceCode }],
    ['a token for another B-TID', { requestToken: tokenWith(ksNaf, { btid: btidOf(entry1, 9) }) }],
    ['a token under another key', { requestToken: tokenWith(KsNaf(fromHex(pushedKey))) }],
  ]
  const flags = { ussList: [ussOf(imsi1, ue1ProseId, [1, 3, 4])] }

  describe.each(['7a', '7c'])('%s', (branch) => {
    async function lab() {
      const made = await kmf1With(2, { bir: () => Promise.resolve({ ...bia, ...flags }) })
      if (branch === '7a') await made.ports.keys.put({ ...row, ...flags })
      return made
    }
    const ask = (to: Lab, request: Partial<ProseKeyRequest>) =>
      askKmf1(to, { ...extended, extensions: 2, ...request })

    it.each(wrong)('E2: %s: not authorised, nothing derived', async (_, request) => {
      const to = await lab()
      expect(proseKey.causeOf(await failure(ask(to, request)))).toEqual(experimentalResult(5633))
      expect(to.branches()).toEqual([branch])
      expect(to.reports.map(({ what }) => what)).toEqual(['branch', 'refused'])
      expect(to.lastReason()).toBe('UE-1 did not ask for this link')
    })

    it('E2: no token: not authorised', async () => {
      const answer = askKmf1(await lab(), { extensions: 2, nonce1 })
      expect(await failure(answer)).toBeInstanceOf(NotAuthorised)
    })

    it('E2: the right token, also of a relay set-up: the key', async () => {
      expect(await ask(await lab(), {})).toHaveProperty('pdk')
      expect(await ask(await lab(), { relayServiceCode, requestToken: relayed })).toHaveProperty('pdk')
    })
  })

  it('E2: who is not authorised is not asked for a token: the refusal is that of step 7', async () => {
    const lab = await kmf1With(2)
    await lab.ports.authorisations.revoke(imsi1, plmn2)
    await failure(askKmf1(lab, { ...extended, extensions: 2, requestToken: new Uint8Array(16) }))
    expect(lab.lastReason()).toBe('UE-1 has no permission for 001-02')
  })

  it('E2: 7b and 7d need no token, and a wrong one is not looked at: the GPI shows UE-1', async () => {
    const expired = await kmf1With(2)
    await expired.ports.keys.put({ ...row, expires: start })
    const ask = { extensions: 2, nonce1 }
    expect(await askKmf1(expired, ask)).toHaveProperty('gpi')
    expect(await askKmf1(expired, { ...ask, requestToken: new Uint8Array(16) })).toHaveProperty('gpi')
    const imsi = { ...ask, ue1Id: { kind: 'imsi', imsi: imsi1 } } as const
    expect(await askKmf1(await kmf1With(2), imsi)).toHaveProperty('gpi')
    expect(expired.branches()).toEqual(['7b', '7b'])
  })

  it('E2: after AUTS the same token comes again and is not looked at', async () => {
    const lab = await kmf1With(7)
    await lab.ports.keys.put({ ...row, expires: start })
    await askKmf1(lab, extended)
    const resynchronisation = { rand: pushedRand, auts: Auts(new Uint8Array(14)) }
    expect(await askKmf1(lab, { ...extended, resynchronisation })).toHaveProperty('gpi')
  })

  it('E2: a B-TID that nobody knows is re-negotiated, whatever the token', async () => {
    const lab = await kmf1With(7, { bir: unknownBTid })
    expect(await failure(askKmf1(lab, extended))).toMatchObject({ code: 'ERR_BTID_UNKNOWN' })
  })
})

describe('each hop refuses a set that is not its own', () => {
  it.each([
    [0, 7],
    [7, 0],
    [7, 3],
    [0, 8],
  ])('step 6: KMF-1 holds %i, the request says %i: 5004 with Extensions', async (held, said) => {
    const lab = await kmf1With(held)
    const error = await failure(askKmf1(lab, { ...extended, extensions: said }))
    expect(error).toMatchObject({ resultCode: 5004, field: 'extensions' })
    expect(lab.birs).toEqual([])
  })

  it.each([
    [0, 7],
    [7, 0],
    [7, 3],
    [0, 8],
  ])('step 4: KMF-2 holds %i, the request says %i: error-code 1, no PC6', async (held, said) => {
    const lab = await kmf2With(held)
    const response = await lab.ask({ ...extended, extensions: said })
    expect(response).toEqual({ transactionId: 1, outcome: 'error', code: 1 })
    expect(lab.pkrs).toEqual([])
  })

  it('step 4: KMF-2 passes set, Nonce_1 and token on to KMF-1', async () => {
    const lab = await kmf2With(7)
    expect(await lab.ask(extended)).toMatchObject({ outcome: 'key', pdk: pka.pdk })
    expect(lab.pkrs).toMatchObject([extended])
  })

  it('a fleet may be mixed: beside a network with 7 there is one with none', async () => {
    const third: PlmnEntry = {
      ...entry2,
      ...{ ...defaultNames(Plmn('001-03')), plmn: Plmn('001-03') },
      kmfHosts: [Fqdn('kmf3.epc.mnc003.mcc001.3gppnetwork.org')],
      proseUeIds: [[ProseUeId(0x100000), ProseUeId(0x1fffff)]],
    }
    const plmns = new PlmnTable([entry1, { ...entry2, extensions: 7 }, third])
    const lab = await kmf1({ ports: { plmns } })
    await lab.ports.authorisations.grant(imsi1, third.plmn)
    const [host] = third.kmfHosts
    const ofThird = { visitedPlmn: third.plmn, ue2Id: ProseUeId(0x100001) }
    expect(await askKmf1(lab, extended)).toHaveProperty('pdk')
    expect(await askKmf1(lab, ofThird, host)).toHaveProperty('pdk')
    expect(await failure(askKmf1(lab, { ...extended, ...ofThird }, host))).toMatchObject({ resultCode: 5004 })
  })

  it('one KMF for both UEs has a set for its own network, and the same checks', async () => {
    const own = { ...ue2, imsi: Imsi('001010123456780'), ussList: [ussOf(Imsi('001010123456780'), ue2ProseId, [1])] } // prettier-ignore
    const lab = labOf({ plmn: plmn1, ports: { plmns: tableWith(7, 0) } })
    await lab.ports.authorisations.grant(own.imsi, plmn1)
    await lab.ports.authorisations.grant(imsi1, plmn1)
    expect(await lab.ask(extended, own)).toMatchObject({ outcome: 'key' })
    const forged = { ...extended, transactionId: 2, requestToken: new Uint8Array(16) }
    expect(await lab.ask(forged, own)).toMatchObject({ outcome: 'error', code: 2 })
    expect(await lab.ask({ transactionId: 3 }, own)).toMatchObject({ outcome: 'error', code: 1 })
  })
})

describe.each(chain.cases.flatMap(({ diameter, ...one }) => ('PKR extensions' in diameter ? [one] : [])))(
  'vector $seed: step 4, step 6 and step 9 with the set 7',
  ({ inputs, names, links: [link], times }) => {
    if (!link?.extensions || !times) throw new Error('an incomplete vector')
    const { extensions } = link
    const [home, visited] = [
      Plmn(`${inputs.MCC}-${inputs.MNC}`),
      Plmn(`${inputs['HPLMN of UE-2'].MCC}-${inputs['HPLMN of UE-2'].MNC}`),
    ]
    const [id1, id2] = [inputs['UE-1 ProSe UE ID'], inputs['UE-2 ProSe UE ID']].map(proseUeIdFromHex)
    if (id1 === undefined || id2 === undefined) throw new Error('an incomplete vector')
    const entry = (plmn: Plmn, id: ProseUeId, host: string): PlmnEntry => ({
      ...{ ...defaultNames(plmn), plmn, kmfHosts: [Fqdn(host)], proseUeIds: [[id, id]], extensions: 7 },
    })
    const plmns = new PlmnTable([
      entry(home, id1, names.diameter.kmf1),
      entry(visited, id2, names.diameter.kmf2),
    ])
    const imsi = Imsi(inputs.IMSI)
    const code = inputs['Relay Service Code']
    const request = {
      ue1Id: { kind: 'b-tid', btid: BTid(link['UE-1 ID'].value) },
      ...{ ue2Id: id2, nafId: NafId(fromHex(link['NAF-ID'])), extensions: 7 },
      ...(code !== null && { relayServiceCode: RelayServiceCode(Number.parseInt(code, 16)) }),
      nonce1: fromHex(link.Nonce_1),
      requestToken: fromHex(extensions['request token']?.value ?? ''),
    } as const

    it('KMF-2 makes the PKR of the step 4', async () => {
      const lab = labOf({ plmn: visited, ports: { plmns } })
      await lab.ports.authorisations.grant(imsi2, home)
      const subscriber = { ...ue2, ussList: [ussOf(imsi2, id2, [1, 2, 4])] }
      await lab.ask({ ...request, transactionId: 1 }, subscriber)
      expect(lab.pkrs).toMatchObject([{ ...request, visitedPlmn: visited }])
    })

    it('KMF-1 checks the token of the PKR and makes the PDK of the PKA', async () => {
      const meKeyMaterial = KsNaf(fromHex(link['PDK base key'].value))
      const ussList = [ussOf(imsi, id1, [1, 3, 4])]
      const keyExpiry = later(start, hours(2))
      const lab = await kmf1({
        plmn: home,
        bir: () => Promise.resolve({ ...bia, impi: Impi(names.IMPI), meKeyMaterial, keyExpiry, ussList }),
        ports: { plmns },
      })
      await lab.ports.authorisations.grant(imsi, visited)
      const answer = await askKmf1(lab, { ...request, visitedPlmn: visited }, Fqdn(names.diameter.kmf2))
      expect(hex(answer.pdk)).toBe(extensions.PDK.value)
      expect(answer.ue1ProseUeIds).toEqual([id1])
    })
  },
)
