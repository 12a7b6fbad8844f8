import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Rand } from '../../../src/core/aka.ts'
import { isAllZero } from '../../../src/core/bytes.ts'
import { bTidOf } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { Layer2Id } from '../../../src/core/identities/prose.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { Ks } from '../../../src/core/keys.ts'
import { hours, later, milliseconds } from '../../../src/core/units.ts'
import { deriveKsNaf } from '../../../src/crypto/gba-keys.ts'
import { derivePdk } from '../../../src/crypto/prose-keys.ts'
import { Bootstrapping } from '../../../src/entities/ue/bootstrapping.ts'
import { BTidMemory } from '../../../src/entities/ue/b-tid-memory.ts'
import { ksInMe } from '../../../src/entities/ue/gba/held-ks.ts'
import { GbaPush, type GpiReading } from '../../../src/entities/ue/gba/push.ts'
import { KeyRetrievals, type KeyRetrieval } from '../../../src/entities/ue/key-retrieval.ts'
import { LinkTable } from '../../../src/entities/ue/link/link-table.ts'
import type { GbaPort } from '../../../src/entities/ue/ports.ts'
import type { SetUpResult } from '../../../src/entities/ue/set-up.ts'
import { SimulatedClock } from '../../../src/testbed/simulated-clock.ts'
import { commandFrame, type CommandChanges } from './forge.ts'
import { id2, imsiOnly, kmf, twoUes, type TwoUes } from './two-ues.ts'

vi.mock('../../../src/crypto/gba-keys.ts', { spy: true })
vi.mock('../../../src/crypto/prose-keys.ts', { spy: true })
beforeEach(() => vi.restoreAllMocks())

/** What a derivation gave last: the octets themselves. */
const lastOf = (derivation: typeof deriveKsNaf | typeof derivePdk): Uint8Array =>
  vi.mocked(derivation).mock.results.at(-1)?.value as Uint8Array

/** UE-1 waits for a Command, and hears only what the test injects. */
async function waiting(world: TwoUes, until = milliseconds(5)) {
  world.air.drop('any', { from: 'ue2' })
  let result: SetUpResult | undefined
  void world.ue1.ue.connect(id2).then((value) => (result = value))
  await world.clock.advance(until)
  const command = async (changes: CommandChanges = {}) => {
    world.air.inject('SL-SCH', commandFrame(world.ue1, world.network, changes))
    await world.clock.advance(milliseconds(5))
  }
  return { command, result: () => result }
}

const stranger = Layer2Id(0x0d0e0f)

describe('R33: keys of UE-1', () => {
  it.each([
    ['a Command that verifies', {}],
    ['a Command that is refused', { fields: { ue2Id: stranger } }],
  ])('R33: %s ends Ks_NAF of the attempt and the PDK', async (_, changes) => {
    const world = await twoUes()
    const { command } = await waiting(world)
    const ksNaf = lastOf(deriveKsNaf)
    expect(isAllZero(ksNaf)).toBe(false)
    await command(changes)
    expect([isAllZero(ksNaf), isAllZero(lastOf(derivePdk))]).toEqual([true, true])
  })

  it('R33: the PDK of a Command whose MAC-I is wrong is wiped, Ks_NAF serves on', async () => {
    const world = await twoUes()
    const { command } = await waiting(world)
    const ksNaf = lastOf(deriveKsNaf)
    await command({ pdkOf: stranger })
    expect([isAllZero(lastOf(derivePdk)), isAllZero(ksNaf)]).toEqual([true, false])
  })

  it('R33: a key that a GPI brought ends with the attempt that it did not serve', async () => {
    const world = await imsiOnly()
    const readings = vi.spyOn(GbaPush.prototype, 'read')
    const { command, result } = await waiting(world, milliseconds(50))
    const pushed = world.ue1.home.push({ nafId: nafIdOf(kmf, uaIds.prose) }, world.clock.now())
    await command({ pushed, pdkOf: stranger })
    const reading = await (readings.mock.results[0]?.value as Promise<GpiReading> | undefined)
    if (reading?.outcome !== 'key') throw new Error('the GPI is good')
    expect(isAllZero(reading.pushed.ksNaf)).toBe(false)
    await world.clock.runUntil(() => result() !== undefined)
    expect(isAllZero(reading.pushed.ksNaf)).toBe(true)
  })

  it('R33: Ks_NAF is wiped when no DKSI is left', async () => {
    const world = await twoUes()
    const all = new Set(Array.from({ length: 256 }, (_, octet) => octet))
    vi.spyOn(LinkTable.prototype, 'takenOctets').mockReturnValue(all)
    expect(await world.connect(world.ue1)).toMatchObject({ reason: 'ERR_TEMPORARY_FAILURE', attempts: 0 })
    expect(isAllZero(lastOf(deriveKsNaf))).toBe(true)
  })

  it('R33: Ks_NAF is wiped when the UE closes before the REQUEST', async () => {
    const world = await twoUes()
    const ended = world.ue1.ue.connect(id2)
    const closed = world.ue1.ue.close()
    expect(await ended).toMatchObject({ reason: 'ERR_TEMPORARY_FAILURE' })
    await closed
    expect(isAllZero(lastOf(deriveKsNaf))).toBe(true)
    expect(world.ue1.sent).toEqual([])
  })
})

describe('R33: the PDK at UE-2', () => {
  const whenKept = [
    ['once the keys of the link are derived', {}, () => undefined],
    ['when the peer is not who it may be', { requireVerifiedPeer: true }, () => undefined],
    ['when the UE closes meanwhile', {}, (world: TwoUes) => void world.ue2.ue.close()],
  ] as const
  it.each(whenKept)('R33: is wiped %s, as is what the KMF answered', async (_, ue2, meanwhile) => {
    const world = await twoUes({ ue2 })
    const retrieved = vi.spyOn(KeyRetrievals.prototype, 'retrieve')
    const answers: Uint8Array[] = []
    world.network.answer = (request) => {
      const answer = world.network.keyFor(request)
      if (answer.outcome === 'key') answers.push(answer.pdk)
      return answer.outcome === 'key' ? { ...answer, ue1ProseUeIds: [] } : answer
    }
    await world.connect(world.ue1, id2, () => meanwhile(world))
    const retrieval = await (retrieved.mock.results[0]?.value as Promise<KeyRetrieval> | undefined)
    if (retrieval?.outcome !== 'key') throw new Error('a key was given')
    expect([isAllZero(retrieval.pdk), ...answers.map(isAllZero)]).toEqual([true, true])
  })

  it('R33: is wiped when it comes after the deadline of step 10', async () => {
    const world = await twoUes()
    const late: Uint8Array[] = []
    const given = world.network.keyFor.bind(world.network)
    world.network.answer = (request) => {
      const answer = given(request)
      if (answer.outcome === 'key') late.push(answer.pdk)
      return answer
    }
    world.network.latency = milliseconds(60_000)
    await world.connect(world.ue1)
    await world.clock.advance(milliseconds(60_000))
    expect(late.map(isAllZero)).toEqual([true])
  })

  it('R33: so is Ks that a run on Ub brings too late', async () => {
    const clock = new SimulatedClock()
    const ks = ksInMe(Ks(new Uint8Array(32).fill(1)), Rand(new Uint8Array(16)), Impi('1@ims.example'))
    const [created, expires] = [clock.now(), later(clock.now(), hours(1))]
    const btid = bTidOf(Rand(new Uint8Array(16)), Fqdn('bsf.example'))
    const gba: GbaPort = {
      bootstrap: () =>
        new Promise((resolve) => {
          clock.after(milliseconds(20_000), () => resolve({ btid, ks, created, expires }))
        }),
    }
    const memory = new BTidMemory()
    const ended = new Bootstrapping({ gba, clock, timers: clock }, memory).run().catch(String)
    await clock.advance(milliseconds(16_000))
    expect([await ended, ks.isThere]).toEqual([expect.stringContaining('within 15 s'), true])
    await clock.advance(milliseconds(5_000))
    expect([ks.isThere, memory.btid]).toEqual([false, undefined])
  })
})
