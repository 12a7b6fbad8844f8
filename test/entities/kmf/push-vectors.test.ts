import { expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { NafId } from '../../../src/core/identities/naf-id.ts'
import { Plmn } from '../../../src/core/identities/plmn.ts'
import { proseUeIdFromHex, RelayServiceCode, type ProseUeId } from '../../../src/core/identities/prose.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import type { Ue1Id } from '../../../src/core/identities/ue1-id.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { defaultNames, PlmnTable, type PlmnEntry } from '../../../src/core/plmn-table.ts'
import { Instant, later, seconds } from '../../../src/core/units.ts'
import chain from '../../vectors/chain.json' with { type: 'json' }
import { kmf1, row, start, ussOf } from './kmf-fixture.ts'

type Vector = (typeof chain.cases)[number]

const entry = (plmn: Plmn, proseUeId: ProseUeId, kmf: string): PlmnEntry => ({
  ...{ ...defaultNames(plmn), plmn, kmfHosts: [Fqdn(kmf)], proseUeIds: [[proseUeId, proseUeId]] },
  extensions: 0,
})

/** The link of a vector that its push served. */
function pushedLink({ links, push }: Vector) {
  const link = links.find(({ step7 }) => step7 === push.step7)
  if (!link) throw new Error('an incomplete vector')
  return link
}

/** KMF-1 of a vector an hour before the GPI expires, with an expired row where UE-1 sent its B-TID. */
async function labOfVector(vector: Vector, ue1Id: Ue1Id) {
  const { inputs, names, push } = vector
  const { 'HPLMN of UE-2': other } = inputs
  const [home, visited] = [Plmn(`${inputs.MCC}-${inputs.MNC}`), Plmn(`${other.MCC}-${other.MNC}`)]
  const [ue1, ue2] = [
    proseUeIdFromHex(inputs['UE-1 ProSe UE ID']),
    proseUeIdFromHex(inputs['UE-2 ProSe UE ID']),
  ]
  const keyExpiry = Instant(Date.parse(push.GPI.inputs['key expiry']))
  const imsi = Imsi(inputs.IMSI)
  const ussList = [ussOf(imsi, ue1, [1, 3, 4])]
  const key = pushedLink(vector)['PDK base key'].value
  const lab = await kmf1({
    plmn: home,
    gpr: ({ impi }) =>
      Promise.resolve({
        ...{ impi, keyExpiry, ussList, gpi: fromHex(push.GPI.GPI), meKeyMaterial: KsNaf(fromHex(key)) },
      }),
    ports: {
      plmns: new PlmnTable([entry(home, ue1, names.diameter.kmf1), entry(visited, ue2, names.diameter.kmf2)]),
      clock: { now: () => later(keyExpiry, seconds(-3600)) },
      random: { octets: () => fromHex(push.GPI.inputs['P-TID']) },
    },
  })
  const usesGbaU = inputs.uicc === 'GBA_U'
  await lab.ports.authorisations.putAll([{ imsi, usesGbaU, mayLinkWith: [visited] }])
  if (ue1Id.kind === 'b-tid')
    await lab.ports.keys.put({ ...row, imsi, ussList, btid: ue1Id.btid, created: start, expires: start })
  return { lab, keyExpiry, ue1, ue2, visited }
}

it.each(chain.cases)('vector $seed: GPR and PKA of its push', async (vector) => {
  const { inputs, names, push } = vector
  const { 'UE-1 ID': id, 'NAF-ID': naf, PDK: pdk } = pushedLink(vector)
  const ue1Id: Ue1Id =
    id.type === 'imsi' ? { kind: 'imsi', imsi: Imsi(id.value) } : { kind: 'b-tid', btid: BTid(id.value) }
  const { lab, keyExpiry, ue1, ue2, visited } = await labOfVector(vector, ue1Id)
  const nafId = NafId(fromHex(naf))
  const code = inputs['Relay Service Code']
  const answer = await lab.kmf.keyRequested(Fqdn(names.diameter.kmf2), {
    ...{ ue1Id, ue2Id: ue2, nafId, visitedPlmn: visited, extensions: 0 },
    ...(code !== null && { relayServiceCode: RelayServiceCode(Number.parseInt(code, 16)) }),
  })
  expect(lab.gprs).toEqual([
    {
      ...{ impi: push.GPI.inputs.IMPI, nafId, ptId: fromHex(push.GPI.inputs['P-TID']), gsids: ['1000001'] },
      ...{ gbaU: push.GPI.inputs['UICC-ME'] === 'GBA_U', requestedExpiry: keyExpiry },
    },
  ])
  expect(lab.branches()).toEqual([push.step7])
  expect(hex(answer.pdk)).toBe(pdk.value)
  expect(answer).toMatchObject({ keyExpiry, gpi: fromHex(push.GPI.GPI), ue1ProseUeIds: [ue1] })
})
