import { describe, expect, it } from 'vitest'
import { Plmn } from '../../../src/core/identities/plmn.ts'
import { Layer2Id, ProseUeId } from '../../../src/core/identities/prose.ts'
import { defaultNames, PlmnTable, type PlmnEntry } from '../../../src/core/plmn-table.ts'
import { milliseconds } from '../../../src/core/units.ts'
import type { SetUpResult } from '../../../src/entities/ue/set-up.ts'
import { decodeSdu, encodeSdu, type Pc5 } from '../../../src/reference-points/pc5/messages.ts'
import { decodePdu } from '../../../src/reference-points/pc5/pdcp.ts'
import { decodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import {
  clearFrame,
  clearSdu,
  commandFrame,
  requestOf,
  type CommandChanges,
} from '../../entities/ue/forge.ts'
import { equalKeys, id2, messageOf, namesSent, twoUes } from '../../entities/ue/two-ues.ts'

type Request = Pc5<'directCommunicationRequest'>

const entry = (plmn: string, first: number, last: number, extensions: number): PlmnEntry => ({
  ...{ ...defaultNames(Plmn(plmn)), plmn: Plmn(plmn), kmfHosts: [], extensions },
  proseUeIds: [[ProseUeId(first), ProseUeId(last)]],
})

/** The table of a UE of 001-01, and of one of 001-02, which hold these sets for each other. */
const plmnsOfUe1 = (set: number) =>
  new PlmnTable([entry('001-01', 0x000001, 0x07ffff, 0), entry('001-02', 0x080000, 0x0fffff, set)])
const plmnsOfUe2 = (set: number) =>
  new PlmnTable([entry('001-02', 0x080000, 0x0fffff, 0), entry('001-01', 0x000001, 0x07ffff, set)])

const uesWith = (set1: number, set2 = set1) =>
  twoUes({ ue1: { plmns: plmnsOfUe1(set1) }, ue2: { plmns: plmnsOfUe2(set2) } })

/** UE-1 waits for a Command; the honest UE-2 is not heard. */
async function requesting(
  set: number,
  before?: (world: Awaited<ReturnType<typeof uesWith>>) => Promise<void>,
) {
  const world = await uesWith(set)
  await before?.(world)
  world.air.drop('any', { from: 'ue2' })
  let result: SetUpResult | undefined
  void world.ue1.ue.connect(id2).then((value) => (result = value))
  await world.clock.advance(milliseconds(5))
  const request = messageOf(world.ue1, 'directCommunicationRequest', -1)
  return Object.assign(world, {
    request,
    command: async (changes: CommandChanges) => {
      world.air.inject('SL-SCH', commandFrame(world.ue1, world.network, changes))
      await world.clock.advance(milliseconds(5))
      return result
    },
    completes: () => namesSent(world.ue1).filter((name) => name === 'DIRECT_SECURITY_MODE_COMPLETE').length,
  })
}

describe('both ends hold one extension set', () => {
  it.each([1, 2, 3, 4, 5, 6, 7])('%i: secured, and each hop says it', async (set) => {
    const world = await uesWith(set)
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 1 })
    expect(equalKeys(world.ue1, world.ue2)).toBe(true)
    const { requestToken, nonce1, extensionSet } = messageOf(world.ue1, 'directCommunicationRequest')
    expect(extensionSet).toBe(set)
    expect(messageOf(world.ue2, 'directSecurityModeCommand').extensionSet).toBe(set)
    const [asked] = world.network.requests
    expect(asked?.extensions).toBe(set)
    expect(asked?.nonce1).toEqual((set & 3) === 0 ? undefined : nonce1)
    expect(requestToken !== undefined).toBe((set & 2) !== 0)
    expect(asked?.requestToken).toEqual(requestToken)
  })

  it('0: nothing of them in any message', async () => {
    const world = await uesWith(0)
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    const sent = [
      messageOf(world.ue1, 'directCommunicationRequest'),
      messageOf(world.ue2, 'directSecurityModeCommand'),
    ]
    for (const message of sent) expect(message).not.toHaveProperty('extensionSet')
    expect(world.network.requests[0]).not.toHaveProperty('nonce1')
  })

  it('a fleet may be mixed: UE-1 asks UEs of two networks, one with 7 and one with none', async () => {
    const third = Layer2Id(0x100001)
    const fleet = new PlmnTable([...plmnsOfUe1(7).entries, entry('001-03', 0x100000, 0x1fffff, 0)])
    const world = await twoUes({ ue1: { plmns: fleet }, ue2: { plmns: plmnsOfUe2(7) } })
    const ue3 = world.station(third, { plmns: new PlmnTable([entry('001-01', 0x000001, 0x07ffff, 0)]) })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expect(await world.connect(world.ue1, third)).toMatchObject({ outcome: 'secured' })
    expect(messageOf(world.ue1, 'directCommunicationRequest', 0).extensionSet).toBe(7)
    expect(messageOf(world.ue1, 'directCommunicationRequest', 1).extensionSet).toBeUndefined()
    expect(ue3.ue.links()).toHaveLength(1)
  })
})

describe('ends with different sets refuse each other', () => {
  it.each([
    [0, 7],
    [7, 0],
    [7, 5],
    [3, 4],
  ])('UE-1 holds %i, UE-2 holds %i: REJECT #2, no key request', async (set1, set2) => {
    const world = await uesWith(set1, set2)
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'refused',
      reason: 'ERR_REFUSED_BY_PEER',
    })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
    expect(world.network.requests).toEqual([])
    expect(world.ue2.ue.size.links).toBe(0)
  })

  it.each([undefined, 0, 3, 15])(
    'a Command with the set %s for a REQUEST with 1: SMR 8',
    async (extensionSet) => {
      const world = await requesting(1)
      const fields = extensionSet === undefined ? {} : { extensionSet }
      const result = await world.command({ fields, pdkNonce1: world.request.nonce1 })
      expect(result).toMatchObject({ outcome: 'refused', reason: 'ERR_EXTENSIONS_DIFFER', endedAt: '13' })
      expect(messageOf(world.ue1, 'directSecurityModeReject').cause).toBe(8)
    },
  )

  it('the set taken out of the REQUEST on the air: no bidding down, REJECT #2', async () => {
    const world = await uesWith(7)
    world.air.tamper(
      'directCommunicationRequest',
      changed(world, { extensionSet: undefined, requestToken: undefined }),
    )
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'refused',
      reason: 'ERR_REFUSED_BY_PEER',
    })
    expect(world.network.requests).toEqual([])
  })

  it('a token where the set has no E2: REJECT #2', async () => {
    const world = await uesWith(1)
    const frame = clearFrame(requestOf(world.network, { extensionSet: 1, requestToken: new Uint8Array(16) }), world.ue1.settings.layer2Id, id2) // prettier-ignore
    world.air.inject('SL-SCH', frame)
    await world.clock.advance(milliseconds(100))
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
  })
})

describe('E1: a kept PDK', () => {
  /** A link was made; what its UE-2 kept is used for the next REQUEST. */
  async function withKeptPdk(set: number) {
    let kept: Uint8Array | undefined
    const world = await requesting(set, async (linked) => {
      await linked.connect(linked.ue1)
      kept = messageOf(linked.ue1, 'directCommunicationRequest').nonce1
    })
    const before = world.completes()
    const fields = set === 0 ? {} : { extensionSet: set }
    await world.command({ fields, ...(set !== 0 && kept && { pdkNonce1: kept }) })
    return world.completes() - before
  }

  it('E1: a PDK kept of another set-up opens no link', async () => {
    expect(await withKeptPdk(1)).toBe(0)
  })

  it('without E1 it does, as long as Ks lives: the plain procedure does not promise more', async () => {
    expect(await withKeptPdk(0)).toBe(1)
  })
})

describe('E2: the request token', () => {
  it('E2: each attempt has its own token, since each has its own Nonce_1', async () => {
    const world = await uesWith(2)
    world.network.answer = ({ transactionId }) =>
      world.network.bootstrapped < 3 ? { transactionId, outcome: 'bootstrapping-renegotiation' } : undefined
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 2 })
    const [first, second] = world.network.requests.map(({ requestToken }) => requestToken)
    expect(first).toHaveLength(16)
    expect(second).not.toEqual(first)
  })

  it('E2: none with an IMSI, and none with an expired B-TID', async () => {
    const world = await uesWith(2)
    await world.connect(world.ue1)
    world.network.ubAnswers = false
    await world.clock.advance(milliseconds(25 * 3_600_000))
    await world.connect(world.ue1)
    const ue3 = world.station(Layer2Id(0x010204), { plmns: plmnsOfUe1(2) })
    await world.connect(ue3)
    const withBTid = messageOf(world.ue1, 'directCommunicationRequest', -1)
    const withImsi = messageOf(ue3, 'directCommunicationRequest', -1)
    expect([withBTid.ue1Id.kind, withImsi.ue1Id.kind]).toEqual(['b-tid', 'imsi'])
    for (const request of [withBTid, withImsi]) {
      expect(request.extensionSet).toBe(2)
      expect(request).not.toHaveProperty('requestToken')
    }
  })
})

describe('E3: UE-1 ID and NAF-ID under the MAC-I of the Command', () => {
  /** On the air the B-TID becomes the IMSI of the same UE-1: KMF-1 pushes, and UE-1 takes a GPI also for a B-TID. */
  async function swapped(set: number) {
    const world = await uesWith(set)
    const imsi = { ue1Id: { kind: 'imsi', imsi: world.ue1.settings.imsi } } as const
    world.air.tamper('directCommunicationRequest', changed(world, imsi))
    const result = await world.connect(world.ue1)
    return { world, result }
  }

  it('E3: a B-TID swapped for the IMSI on the air: no link', async () => {
    const { world, result } = await swapped(4)
    expect(result).toMatchObject({ outcome: 'refused', reason: 'ERR_MAC_MISMATCH' })
    expect(world.ue2.ue.links()).toEqual([])
  })

  it('without E3 both ends finish with different ideas of UE-1 ID', async () => {
    const { world, result } = await swapped(0)
    expect(result).toMatchObject({ outcome: 'secured' })
    expect(world.ue2.ue.links()).toHaveLength(1)
    expect(world.network.requests[0]?.ue1Id.kind).toBe('imsi')
    expect(messageOf(world.ue1, 'directCommunicationRequest').ue1Id.kind).toBe('b-tid')
  })

  it('E3: a Command whose MAC-I covers other identities is dropped, and the right one taken', async () => {
    const world = await requesting(4)
    const { request } = world
    const fields = { extensionSet: 4 }
    const another = requestOf(world.network, { nafId: request.nafId, ue1Id: { kind: 'imsi', imsi: world.ue1.settings.imsi } }) // prettier-ignore
    await world.command({ fields })
    await world.command({ fields, covers: another })
    expect(world.completes()).toBe(0)
    await world.command({ fields, covers: request })
    expect(world.completes()).toBe(1)
  })

  it('E3: a repeated Command is covered too, and COMPLETE goes again', async () => {
    const world = await uesWith(7)
    world.air.drop('directSecurityModeComplete', { times: 1 })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expect(namesSent(world.ue2).filter((name) => name === 'DIRECT_SECURITY_MODE_COMMAND')).toHaveLength(2)
  })
})

/** The REQUEST with other fields. */
const changed =
  (
    world: { readonly ue1: { readonly settings: { readonly layer2Id: Layer2Id } } },
    changes: Partial<Request>,
  ) =>
  (frame: Uint8Array): Uint8Array => {
    const { lcid, pdu } = decodeFrame(frame)
    const request = decodeSdu(decodePdu(lcid, pdu).data) as Request
    return clearSdu(encodeSdu({ ...request, ...changes }), world.ue1.settings.layer2Id, id2)
  }
