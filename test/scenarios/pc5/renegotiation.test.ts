import { describe, expect, it } from 'vitest'
import { fromHex, utf8 } from '../../../src/core/bytes.ts'
import { Layer2Id } from '../../../src/core/identities/prose.ts'
import { hours, inMilliseconds, milliseconds } from '../../../src/core/units.ts'
import { deriveKsNaf } from '../../../src/crypto/gba-keys.ts'
import type { SetUpResult } from '../../../src/entities/ue/set-up.ts'
import type { UeSettings } from '../../../src/entities/ue/ue.ts'
import { clearFrame, commandFrame } from '../../entities/ue/forge.ts'
import {
  equalKeys,
  id1,
  id2,
  imsiOnly,
  messageOf,
  namesSent,
  pduOf,
  snapshot,
  twoUes,
  type TwoUes,
} from '../../entities/ue/two-ues.ts'

/** BSF and KMF-1 forgot the B-TID of UE-1: branch 7c with 5403. */
async function forgotten(ue1: Partial<UeSettings> = {}) {
  const world = await twoUes({ ue1 })
  world.network.bootstraps.clear()
  return world
}

const requestsOf = (world: TwoUes) =>
  world.ue1.sent.filter(({ name }) => name === 'DIRECT_COMMUNICATION_REQUEST')

const bootstrappedAt = ({ network, ue1 }: TwoUes) =>
  [...network.bootstraps.values()].find(({ proseUeId }) => proseUeId === ue1.settings.layer2Id)?.bootstrap
    .created ?? 0

describe('CR 33.303 6.X.3.3: bootstrapping re-negotiation', () => {
  it('bootstraps and comes back with the new B-TID, a fresh Nonce_1 and a new number', async () => {
    const world = await forgotten()
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 2 })
    expect(equalKeys(world.ue1, world.ue2)).toBe(true)
    const [first, second] = [0, 1].map((nth) => messageOf(world.ue1, 'directCommunicationRequest', nth))
    expect(second?.ue1Id).not.toEqual(first?.ue1Id)
    expect(second?.nonce1).not.toEqual(first?.nonce1)
    expect(second?.sequenceNumber).toBe((first?.sequenceNumber ?? 0) + 1)
    expect(messageOf(world.ue2, 'bootstrappingRenegotiationRequest').nonce1).toEqual(first?.nonce1)
    expect(world.ue2.sent[0]?.step).toBe('RN4')
  })

  it('says the re-negotiation request again when the REQUEST comes again, and asks the KMF once', async () => {
    const world = await forgotten()
    world.air.drop('bootstrappingRenegotiationRequest', { times: 2 })
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured', attempts: 2 })
    const echoes = world.ue2.sent.filter(({ step }) => step === 'RN4')
    expect(new Set(echoes.map(({ frame }) => String(frame))).size).toBe(1)
    expect(world.network.requests).toHaveLength(2)
  })

  it('rule 6: sends the IMSI when Ub does not answer, once a run on Ub was tried (R12, R13)', async () => {
    const world = await forgotten()
    world.network.ubAnswers = false
    const result = await world.connect(world.ue1)
    expect(messageOf(world.ue1, 'directCommunicationRequest', 1).ue1Id.kind).toBe('imsi')
    expect(result).toMatchObject({ outcome: 'secured', attempts: 2 })
    expect(equalKeys(world.ue1, world.ue2)).toBe(true)
    expect(world.ue1.reports.filter(({ what }) => what === 'imsi-over-pc5')).toMatchObject([
      { fields: { allowed: true } },
    ])
    const text = JSON.stringify([world.ue1.reports, world.ue1.sent.map(({ fields }) => fields)])
    expect(text).not.toContain(world.ue1.settings.imsi)
  })

  it('R13: with imsiOverPc5 "never" nothing more is sent', async () => {
    const world = await forgotten({ imsiOverPc5: 'never' })
    world.network.ubAnswers = false
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'refused',
      reason: 'ERR_IMSI_POLICY',
      endedAt: '3',
      attempts: 1,
    })
    expect(requestsOf(world)).toHaveLength(1)
  })

  it('R13: the IMSI is sent once in a set-up: when it was no use, it is not said again', async () => {
    const world = await imsiOnly()
    world.network.answer = ({ transactionId }) => ({ transactionId, outcome: 'bootstrapping-renegotiation' })
    expect(await world.connect(world.ue1)).toMatchObject({ reason: 'ERR_IMSI_POLICY', attempts: 1 })
    expect(requestsOf(world)).toHaveLength(1)
    expect(messageOf(world.ue1, 'directCommunicationRequest').ue1Id.kind).toBe('imsi')
  })

  it('R25: after the IMSI the key of the B-TID that UE-1 still holds does not serve', async () => {
    const world = await twoUes()
    world.network.ubAnswers = false
    world.air.drop('any', { from: 'ue2' })
    let result: SetUpResult | undefined
    void world.ue1.ue.connect(id2).then((value) => (result = value))
    await world.clock.advance(milliseconds(5))
    const { nonce1, nafId } = messageOf(world.ue1, 'directCommunicationRequest')
    const forged = { type: 'bootstrappingRenegotiationRequest', sequenceNumber: 1, nonce1 } as const
    world.air.inject('SL-SCH', clearFrame(forged))
    await world.clock.advance(milliseconds(100))
    expect(messageOf(world.ue1, 'directCommunicationRequest', -1).ue1Id.kind).toBe('imsi')
    const [known] = [...world.network.bootstraps.values()]
    if (!known) throw new Error('UE-1 has no B-TID')
    const { ks, rand, impi } = known.bootstrap
    const pushed = { ksNaf: deriveKsNaf(ks, rand, impi, nafId), gpi: new Uint8Array(9) }
    const frame = commandFrame(world.ue1, world.network, { pushed, fields: { gpi: undefined } })
    world.air.inject('SL-SCH', frame)
    await world.clock.advance(milliseconds(5))
    expect(result).toMatchObject({ outcome: 'refused', reason: 'ERR_GPI_MISSING' })
  })

  it('R12, B35: a second one in the same set-up is dropped; ERR_BTID_UNKNOWN when nothing else comes', async () => {
    const world = await twoUes()
    world.network.answer = ({ transactionId }) => ({ transactionId, outcome: 'bootstrapping-renegotiation' })
    expect(await world.connect(world.ue1)).toMatchObject({
      outcome: 'refused',
      reason: 'ERR_BTID_UNKNOWN',
      attempts: 2,
    })
    expect(world.network.bootstrapped).toBe(3)
  })

  it('R12, B35: one with another nonce is dropped, as is one that no set-up waits for', async () => {
    const world = await twoUes()
    world.air.drop('any', { from: 'ue2' })
    const forged = (octet: number) =>
      clearFrame(
        {
          type: 'bootstrappingRenegotiationRequest',
          sequenceNumber: 1,
          nonce1: new Uint8Array(16).fill(octet),
        },
        id2,
        id1,
      )
    world.air.inject('SL-SCH', forged(1))
    const result = world.connect(world.ue1)
    await Promise.resolve()
    world.air.inject('SL-SCH', forged(2))
    expect(await result).toMatchObject({ outcome: 'timed-out', attempts: 1 })
    expect(world.network.bootstrapped).toBe(2)
    expect(world.ue1.dropped()).toBe(2)
  })

  it('R11: a forged one changes no cached B-TID unless Ub gives a new one', async () => {
    const world = await forgotten()
    const { ue1Id } = await firstRequest(world)
    world.network.ubAnswers = false
    await world.connect(world.ue1)
    world.network.ubAnswers = true
    world.network.answer = ({ transactionId }) => ({ transactionId, outcome: 'error', code: 2 })
    await world.connect(world.ue1)
    expect(messageOf(world.ue1, 'directCommunicationRequest', -1).ue1Id).toEqual(ue1Id)
  })

  it('B37: a REJECT with a reserved cause is dropped and T4100 decides', async () => {
    const world = await twoUes()
    world.air.drop('any', { from: 'ue2' })
    const frame = clearFrame({ type: 'directCommunicationReject', sequenceNumber: 1, cause: 1 }, id2, id1)
    const result = world.connect(world.ue1)
    await Promise.resolve()
    for (const cause of [0, 7, 8, 9, 10, 111, 255]) {
      const changed = frame.slice()
      changed[changed.length - 1] = cause
      world.air.inject('SL-SCH', changed)
    }
    expect(await result).toMatchObject({ outcome: 'timed-out', reason: 'ERR_NO_ANSWER' })
  })

  const causes: readonly (readonly [1 | 2 | 3 | 4 | 5 | 6, Partial<SetUpResult>])[] = [
    [1, { outcome: 'refused', reason: 'ERR_NOT_AUTHORISED' }],
    [2, { outcome: 'refused', reason: 'ERR_REFUSED_BY_PEER' }],
    [3, { outcome: 'refused', reason: 'ERR_REFUSED_BY_PEER' }],
    [4, { outcome: 'failed', reason: 'ERR_TEMPORARY_FAILURE' }],
    [5, { outcome: 'refused', reason: 'ERR_REFUSED_BY_PEER' }],
    [6, { outcome: 'failed', reason: 'ERR_TEMPORARY_FAILURE' }],
  ]
  it.each(causes)('REJECT #%i ends the set-up by name', async (cause, expected) => {
    const world = await twoUes()
    world.air.drop('any', { from: 'ue2' })
    const result = world.connect(world.ue1)
    await Promise.resolve()
    world.air.inject(
      'SL-SCH',
      clearFrame({ type: 'directCommunicationReject', sequenceNumber: 1, cause }, id2, id1),
    )
    expect(await result).toMatchObject({ ...expected, attempts: 1 })
  })

  it('R11: after REJECT #3 UE-1 keeps its Layer-2 ID and its links, and says nothing by itself', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    const before = snapshot(world.ue1)
    world.air.drop('any', { from: 'ue2' })
    const result = world.connect(world.ue1)
    await Promise.resolve()
    const reject = { type: 'directCommunicationReject', sequenceNumber: 1, cause: 3 } as const
    world.air.inject('SL-SCH', clearFrame(reject, id2, id1))
    expect(await result).toMatchObject({ reason: 'ERR_REFUSED_BY_PEER' })
    const sent = world.ue1.sent.length
    await world.clock.advance(milliseconds(1000))
    expect([snapshot(world.ue1), world.ue1.sent.length]).toEqual([before, sent])
    expect(await world.connect(world.ue1)).not.toMatchObject({ attempts: 0 })
    expect(new Set(world.ue1.sent.map(({ from }) => from))).toEqual(new Set([id1]))
  })
})

describe('CR 33.303 6.X.3.2 step 3: the identity on the air', () => {
  const kinds = (world: Awaited<ReturnType<typeof twoUes>>) =>
    requestsOf(world).map((_, nth) => messageOf(world.ue1, 'directCommunicationRequest', nth).ue1Id)

  it('rule 4: without a B-TID UE-1 bootstraps first', async () => {
    const world = await twoUes()
    const ue1 = world.station(Layer2Id(0x010204))
    expect(await world.connect(ue1)).toMatchObject({ outcome: 'secured' })
  })

  it('rule 2: an expired B-TID is replaced where Ub answers', async () => {
    const world = await twoUes()
    await world.clock.advance(inMilliseconds(hours(25)))
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expect(world.network.bootstrapped).toBe(3)
  })

  it('rule 1: a valid B-TID is sent, and Ub is not asked', async () => {
    const world = await twoUes()
    const before = world.network.bootstrapped
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    expect(kinds(world)).toMatchObject([{ kind: 'b-tid' }])
    expect(world.network.bootstrapped).toBe(before)
  })

  it('rule 3: an expired B-TID is sent when it was used with the KMF and Ub does not answer', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    world.network.ubAnswers = false
    world.network.keysAreTooOld = true
    await world.clock.advance(inMilliseconds(hours(25)))
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    const [first, second] = kinds(world)
    expect(first?.kind).toBe('b-tid')
    expect(second).toEqual(first)
  })

  it('one identity in every REQUEST, never both', async () => {
    const world = await forgotten()
    world.network.ubAnswers = false
    await world.connect(world.ue1)
    expect(kinds(world).map((id) => Object.keys(id).sort())).toEqual([
      ['btid', 'kind'],
      ['imsi', 'kind'],
    ])
    const { imsi } = world.ue1.settings
    const [byBTid, byImsi] = [0, 1].map((nth) => pduOf(world.ue1, 'directCommunicationRequest', nth))
    expect(holds(byBTid, bcdOf(imsi))).toBe(false)
    expect(holds(byImsi, bcdOf(imsi))).toBe(true)
    expect(holds(byImsi, utf8('@bsf.'))).toBe(false)
  })

  it('gap: an expired B-TID that was never used with the KMF is not sent, the IMSI is', async () => {
    const world = await twoUes()
    world.network.ubAnswers = false
    await world.clock.advance(inMilliseconds(hours(25)))
    await world.connect(world.ue1)
    expect(kinds(world)).toMatchObject([{ kind: 'imsi' }])
  })

  it('R13: the cap holds over all peers', async () => {
    const world = await twoUes({ ue1: { imsiOverPc5PerHour: 3 } })
    world.network.ubAnswers = false
    await world.clock.advance(inMilliseconds(hours(25)))
    world.air.drop('any', { from: 'ue2' })
    const reasons: unknown[] = []
    for (let peer = 0x0b0000; peer < 0x0b0014; peer++)
      void world.ue1.ue.connect(Layer2Id(peer)).then(({ reason }) => reasons.push(reason))
    await world.clock.advance(milliseconds(60_000))
    expect(new Set(requestsOf(world).map(({ to }) => to)).size).toBe(3)
    expect(reasons.filter((reason) => reason === 'ERR_IMSI_POLICY')).toHaveLength(17)
  })

  it('R16: no B-TID is sent in more than 20 set-ups where Ub answers, and without Ub links still come up', async () => {
    const world = await twoUes()
    for (let nth = 0; nth < 45; nth++)
      expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    const sightings = new Map<string, number>()
    for (const id of kinds(world)) {
      const text = id.kind === 'b-tid' ? id.btid : ''
      sightings.set(text, (sightings.get(text) ?? 0) + 1)
    }
    expect(Math.max(...sightings.values())).toBe(20)
    world.network.ubAnswers = false
    for (let nth = 0; nth < 20; nth++)
      expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
  })

  it('R13, R16: a B-TID that expires while Ub is asked for its renewal is sent expired; the IMSI is not', async () => {
    const world = await twoUes()
    for (let nth = 0; nth < 20; nth++) await world.connect(world.ue1)
    world.network.ubAnswers = false
    world.network.latency = milliseconds(1000)
    await world.clock.advance(milliseconds(24 * 3_600_000 - world.clock.now() + bootstrappedAt(world) - 500))
    await world.connect(world.ue1)
    expect(messageOf(world.ue1, 'directCommunicationRequest', -1).ue1Id.kind).toBe('b-tid')
  })

  it('a second set-up with the same peer at once is the fault of the caller', async () => {
    const world = await twoUes()
    const first = world.connect(world.ue1)
    await expect(world.ue1.ue.connect(id2)).rejects.toMatchObject({ code: 'ERR_NOT_POSSIBLE_NOW' })
    await expect(world.ue1.ue.connect(id1)).rejects.toMatchObject({ code: 'ERR_NOT_POSSIBLE_NOW' })
    expect(await first).toMatchObject({ outcome: 'secured' })
    expect(namesSent(world.ue1)).toHaveLength(2)
  })
})

const holds = (pdu: { readonly frame: Uint8Array } | undefined, octets: Uint8Array): boolean =>
  Buffer.from(pdu?.frame ?? []).includes(Buffer.from(octets))

/** First digit in the low nibble, an odd last one filled up. */
const bcdOf = (digits: string): Uint8Array =>
  fromHex((digits.length % 2 ? `${digits}f` : digits).replace(/(.)(.)/g, '$2$1'))

async function firstRequest(world: TwoUes) {
  world.air.drop('any', { from: 'ue2', times: 1 })
  const stop = world.air.drop('any', { from: 'ue2' })
  await world.connect(world.ue1)
  stop()
  return messageOf(world.ue1, 'directCommunicationRequest')
}
