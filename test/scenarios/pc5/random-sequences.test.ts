import { describe, expect, it } from 'vitest'
import { readUint, utf8 } from '../../../src/core/bytes.ts'
import { Dksi, Layer2Id } from '../../../src/core/identities/prose.ts'
import { milliseconds } from '../../../src/core/units.ts'
import type { Pc5Message } from '../../../src/reference-points/pc5/messages.ts'
import { clearFrame, forgedFrame, requestOf } from '../../entities/ue/forge.ts'
import {
  id1,
  id2,
  SeededRandom,
  snapshot,
  twoUes,
  withOctet,
  type Station,
} from '../../entities/ue/two-ues.ts'

/** Each is 24 events long; more by SEQUENCES. */
const sequences = Number(process.env['SEQUENCES'] ?? 500)
type TwoUes = Awaited<ReturnType<typeof twoUes>>

/** What an attacker on the radio sends without a key. */
const forgeries: readonly ((random: SeededRandom, world: TwoUes) => Pc5Message)[] = [
  (random) => ({
    type: 'directCommunicationReject',
    sequenceNumber: 1,
    cause: ([1, 2, 3, 6] as const)[random.below(4)] ?? 1,
  }),
  (random) => ({
    type: 'directSecurityModeReject',
    sequenceNumber: 1,
    cause: ([7, 8, 9] as const)[random.below(3)] ?? 7,
  }),
  (random) => ({ type: 'bootstrappingRenegotiationRequest', sequenceNumber: 1, nonce1: random.octets(16) }),
  (random, { network }) =>
    requestOf(network, {
      nonce1: random.octets(16),
      sequenceNumber: random.below(5),
      msbOfKdSessId: Dksi(1 + random.below(3)),
    }),
  () => ({ type: 'directCommunicationRelease', sequenceNumber: 1, reason: 1 }),
]

const attack: readonly ((random: SeededRandom, world: TwoUes) => void)[] = [
  (random, world) => {
    const [from, to]: readonly [Layer2Id, Layer2Id] = random.below(2) ? [id1, id2] : [id2, id1]
    const forgery = forgeries[random.below(forgeries.length)]
    if (forgery) world.air.inject('SL-SCH', clearFrame(forgery(random, world), from, to))
  },
  (random, world) => {
    const source = Layer2Id(0x300000 + random.below(1000))
    world.air.inject(
      'SL-SCH',
      clearFrame(requestOf(world.network, { nonce1: random.octets(16) }), source, id2),
    )
  },
  (random, world) => {
    const heard = world.air.sent[random.below(world.air.sent.length)]
    if (heard?.channel === 'SL-SCH') world.air.inject('SL-SCH', heard.frame)
  },
  (random, world) => {
    const heard = world.air.sent[random.below(world.air.sent.length)]
    if (heard)
      world.air.inject(
        'SL-SCH',
        withOctet(heard.frame, random.below(heard.frame.length), (octet) => octet ^ (1 + random.below(255))),
      )
  },
  (random, world) => {
    const kdSessId = world.ue1.ue.links()[0]?.kdSessId ?? 0x0101
    const lcid = ([1, 29, 30] as const)[random.below(3)] ?? 1
    world.air.inject(
      'SL-SCH',
      forgedFrame(kdSessId, 1 + random.below(0xffff), lcid, random.octets(5), random.octets(4)),
    )
  },
]

/** What the users of the two UEs do. */
const use: readonly ((random: SeededRandom, world: TwoUes) => void)[] = [
  (_, { ue1 }) => connect(ue1, id2),
  (_, { ue2 }) => connect(ue2, id1),
  (random, world) => {
    const { ue } = random.below(2) ? world.ue1 : world.ue2
    const [link] = ue.links()
    if (link) ue.send(link.label, utf8('data'))
  },
  (random, world) => {
    const { ue } = random.below(2) ? world.ue1 : world.ue2
    const [link] = ue.links()
    if (link && random.below(4) === 0) ue.release(link.label)
  },
  (random, world) => {
    const { ue } = random.below(2) ? world.ue1 : world.ue2
    const [link] = ue.links()
    if (link) void ue.rekey(link.label).catch(() => undefined)
  },
]

const connect = ({ ue }: Station, peer: Layer2Id): void => void ue.connect(peer).catch(() => undefined)

function pick<Value>(random: SeededRandom, values: readonly Value[]): Value {
  const value = values[random.below(values.length)]
  if (value === undefined) throw new Error('nothing to pick')
  return value
}

/** R27: no station ever sends two PDUs under one context and SN. */
function reusedCounters({ sent }: Station): string[] {
  const used = new Set<string>()
  const reused: string[] = []
  for (const { frame, link, protection } of sent) {
    if (protection === 'clear') continue
    const counter = `${link ?? ''} ${readUint(frame, 9, 2)} ${readUint(frame, 11, 2)}`
    if (used.has(counter)) reused.push(counter)
    used.add(counter)
  }
  return reused
}

/** Users and attacker at once, under loss and doubling: R27 and R44 hold whatever comes. */
async function disturbed(random: SeededRandom, world: TwoUes, seed: number): Promise<void> {
  world.air.lose(random.below(30), seed)
  for (let nth = 0; nth < 12; nth++) {
    pick(random, random.below(3) === 0 ? use : attack)(random, world)
    await world.clock.advance(milliseconds(pick(random, [1, 3, 30, 300, 3000])))
    for (const { ue } of [world.ue1, world.ue2])
      expect(ue.size.links, `seed ${seed}`).toBeLessThanOrEqual(64 + 8)
  }
  world.air.lose(0, seed)
  // A link that only one end took for secured ends with T4108.
  await world.clock.advance(milliseconds(75_000))
}

/** R11 and R21: a live link is the same, and works, whatever an attacker without its keys sends. */
async function attacked(random: SeededRandom, world: TwoUes, seed: number): Promise<void> {
  if (world.ue1.ue.links().length === 0) await world.connect(world.ue1)
  await world.clock.advance(milliseconds(100))
  const before = [snapshot(world.ue1), snapshot(world.ue2)]
  for (let nth = 0; nth < 12; nth++) {
    pick(random, attack)(random, world)
    await world.clock.advance(milliseconds(20))
  }
  expect([snapshot(world.ue1), snapshot(world.ue2)], `seed ${seed}`).toEqual(before)
  const received = world.ue2.received.length
  for (const { label } of world.ue1.ue.links()) world.ue1.ue.send(label, utf8('alive'))
  await world.clock.advance(milliseconds(20))
  expect(world.ue2.received.length - received, `seed ${seed}`).toBe(world.ue1.ue.links().length)
}

describe('random sequences of honest and hostile events', () => {
  it(`R11, R21, R27, R44 hold in ${sequences} sequences`, async () => {
    for (let seed = 1; seed <= sequences; seed++) {
      const random = new SeededRandom(seed)
      const world = await twoUes()
      if (random.below(3) === 0) world.network.keysAreTooOld = true
      if (random.below(3) === 0) await world.ue1.home.runAhead()
      await disturbed(random, world, seed)
      await attacked(random, world, seed)
      expect([reusedCounters(world.ue1), reusedCounters(world.ue2)], `seed ${seed}`).toEqual([[], []])
      await world.ue1.ue.close()
      await world.ue2.ue.close()
    }
  }, 600_000)
})
