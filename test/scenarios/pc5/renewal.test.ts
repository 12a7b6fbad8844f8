import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { milliseconds, seconds } from '../../../src/core/units.ts'
import type { UeSettings } from '../../../src/entities/ue/ue.ts'
import { decodeSdu, type DirectCommunicationRequest } from '../../../src/reference-points/pc5/messages.ts'
import { clearFrame } from '../../entities/ue/forge.ts'
import {
  id1,
  id2,
  imsiOnly,
  messageOf,
  namesSent,
  snapshot,
  twoUes,
  type Station,
} from '../../entities/ue/two-ues.ts'

const code = RelayServiceCode(0x000123)

/** A link whose PDK ends 100 s after UE-1 has bootstrapped. */
async function shortLived(
  changes: { readonly ue2?: Partial<UeSettings> } = {},
  relayServiceCode?: RelayServiceCode,
) {
  const world = await twoUes(changes)
  world.network.ksLifetime = seconds(100)
  await world.clock.until(world.ue1.ue.bootstrap())
  const result = await world.clock.until(
    world.ue1.ue.connect(world.ue2.ue.layer2Id, relayServiceCode === undefined ? {} : { relayServiceCode }),
  )
  expect(result.outcome).toBe('secured')
  const pass = (duration: number) => world.clock.advance(milliseconds(duration))
  await pass(100)
  return { world, ue1: world.ue1, ue2: world.ue2, network: world.network, pass }
}

const labels = ({ ue }: Station) => ue.links().map(({ label }) => label)

describe('R29: before its PDK ends', () => {
  it('R29: a link is renewed by steps 3 to 14, beside the link, at nine tenths of its life', async () => {
    const { ue1, ue2, network, pass } = await shortLived()
    const asked = network.requests.length
    await pass(85_000)
    expect([labels(ue1), network.requests.length]).toEqual([['L1'], asked])
    await pass(10_000)
    expect([labels(ue1), labels(ue2), network.requests.length]).toEqual([['L2'], ['L2'], asked + 1])
    ue1.ue.send('L2', utf8('new'))
    await pass(100)
    expect(ue2.received.at(-1)?.text).toBe('new')
  })

  it('R16, R29: Ks that ends with it is renewed first, so the link lives on and on', async () => {
    const { ue1, ue2, network, pass } = await shortLived()
    await pass(1_000_000)
    expect([ue1.ue.links().length, ue2.ue.links().length]).toEqual([1, 1])
    expect(network.bootstrapped).toBeGreaterThan(8)
    expect(network.requests.length).toBeLessThan(20)
  })

  it('R29: 5 min before the end of a PDK of an hour', async () => {
    const world = await twoUes()
    await world.connect(world.ue1)
    await world.clock.advance(milliseconds(3_299_000))
    expect(labels(world.ue1)).toEqual(['L1'])
    await world.clock.advance(milliseconds(2_000))
    expect([labels(world.ue1), labels(world.ue2)]).toEqual([['L2'], ['L2']])
  })

  it('R29: a permission withdrawn meanwhile ends the link at both UEs when its PDK ends', async () => {
    const { ue1, ue2, network, pass } = await shortLived()
    network.answer = ({ transactionId }) => ({ transactionId, outcome: 'error', code: 2 })
    await pass(92_000)
    expect(namesSent(ue2)).toContain('DIRECT_COMMUNICATION_REJECT')
    expect([labels(ue1), labels(ue2)]).toEqual([['L1'], ['L1']])
    await pass(8_000)
    expect([labels(ue1), labels(ue2)]).toEqual([[], []])
  })

  it('R11: a forged REJECT #1 to the renewal does not touch the link', async () => {
    const { world, ue1, ue2, pass } = await shortLived()
    const before = snapshot(ue1)
    world.air.drop('directCommunicationRequest')
    await pass(91_000)
    const reject = { type: 'directCommunicationReject', sequenceNumber: 1, cause: 1 } as const
    world.air.inject('SL-SCH', clearFrame(reject, id2, id1))
    await pass(100)
    expect(ue1.reports.at(-1)).toMatchObject({ fields: { code: 'ERR_NOT_AUTHORISED' } })
    expect(snapshot(ue1)).toBe(before)
    expect(namesSent(ue1)).not.toContain('DIRECT_COMMUNICATION_RELEASE')
    ue1.ue.send('L1', utf8('still'))
    await pass(100)
    expect(ue2.received.at(-1)?.text).toBe('still')
  })

  it('R29: a relay stops serving a remote UE at the latest when the PDK ends', async () => {
    const { ue1, ue2, network, pass } = await shortLived({ ue2: { relayServiceCodes: [code] } }, code)
    expect(ue2.ue.links()[0]?.relayServiceCode).toBe(code)
    network.answer = ({ transactionId }) => ({ transactionId, outcome: 'error', code: 2 })
    await pass(100_000)
    expect([labels(ue1), labels(ue2)]).toEqual([[], []])
  })

  it('R29: the renewal of a relay link asks for the same Relay Service Code', async () => {
    const { ue1, ue2, pass } = await shortLived({ ue2: { relayServiceCodes: [code] } }, code)
    await pass(95_000)
    expect(ue2.ue.links().map(({ relayServiceCode }) => relayServiceCode)).toEqual([code])
    expect(messageOf(ue1, 'directCommunicationRequest', -1).relayServiceCode).toBe(code)
  })

  it('R29: without an answer the link goes on until its PDK ends, then both ends delete it', async () => {
    const { ue1, ue2, network, pass } = await shortLived()
    network.answer = (request) => {
      const { transactionId } = request
      return { transactionId, outcome: 'error', code: 3 }
    }
    await pass(95_000)
    expect([labels(ue1), labels(ue2)]).toEqual([['L1'], ['L1']])
    await pass(6_000)
    expect(labels(ue1)).toEqual([])
    expect(namesSent(ue1)).not.toContain('DIRECT_COMMUNICATION_RELEASE')
  })

  it('a rekeying does not make the PDK live longer', async () => {
    const { ue1, pass } = await shortLived()
    const expires = ue1.ue.links()[0]?.expires
    void ue1.ue.rekey('L1')
    await pass(100)
    expect(ue1.ue.links()[0]).toMatchObject({ rekeyings: 1, expires })
  })
})

describe('R13: the IMSI in a renewal', () => {
  /** Kinds of the identities sent; retransmissions and repeats are the same REQUEST. */
  const identities = (station: Station) =>
    new Set(
      station.sent.flatMap(({ name }, at) =>
        name === 'DIRECT_COMMUNICATION_REQUEST' ? [requestAt(station, at)] : [],
      ),
    ).values()
  const requestAt = ({ sent }: Station, at: number) => {
    const { ue1Id, sequenceNumber } = decodeSdu(
      sent[at]?.sdu ?? new Uint8Array(),
    ) as DirectCommunicationRequest
    return `${sequenceNumber} ${ue1Id.kind}`
  }

  async function byImsi(changes: Partial<UeSettings> = {}) {
    const world = await imsiOnly({}, changes)
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
    const { ue1, network, clock } = world
    return { ue1, network, clock, pass: (duration: number) => clock.advance(milliseconds(duration)) }
  }
  const hour = 3_600_000

  it('R13: is asked of Ub first, counted and told each time', async () => {
    const { ue1, pass } = await byImsi()
    await pass(hour)
    expect([...identities(ue1)]).toEqual(['1 imsi', expect.stringMatching(/ imsi$/)])
    const told = ue1.reports.filter(({ what }) => what === 'imsi-over-pc5')
    expect(told.map(({ fields }) => fields['allowed'])).toEqual([true, true])
  })

  it('R13: beyond the cap nothing is sent, and the link lives until its PDK ends', async () => {
    const { ue1, network, clock } = await byImsi({ imsiOverPc5PerHour: 1 })
    const asked = network.requests.length
    const { expires = 0 } = ue1.ue.links()[0] ?? {}
    await clock.advance(milliseconds(expires - clock.now() - 1))
    expect([[...identities(ue1)], network.requests.length]).toEqual([['1 imsi'], asked])
    expect(labels(ue1)).toEqual(['L1'])
    await clock.advance(milliseconds(2))
    expect(labels(ue1)).toEqual([])
  })

  it('R13: is not repeated once Ub answers: the new B-TID goes', async () => {
    const { ue1, network, pass } = await byImsi()
    network.ubAnswers = true
    await pass(hour)
    expect([...identities(ue1)]).toEqual(['1 imsi', expect.stringMatching(/ b-tid$/)])
  })

  it.each(['seed', 'never'] as const)(
    'R13, R16: policy %s: a link by B-TID is renewed by that B-TID, expired, where Ub is blocked',
    async (imsiOverPc5) => {
      const world = await twoUes({ ue1: { imsiOverPc5 } })
      world.network.ksLifetime = seconds(100)
      await world.clock.until(world.ue1.ue.bootstrap())
      await world.connect(world.ue1)
      world.network.ubAnswers = false
      await world.clock.advance(milliseconds(101_000))
      await world.connect(world.ue1)
      await world.clock.advance(milliseconds(3 * hour))
      const kinds = [...identities(world.ue1)].map((text) => text.split(' ')[1])
      expect([new Set(kinds), kinds.length > 4]).toEqual([new Set(['b-tid']), true])
      expect(world.ue1.reports.some(({ what }) => what === 'imsi-over-pc5')).toBe(false)
    },
  )
})

describe('REMOTE_UE_INFO', () => {
  it('is asked by the relay and answered by the remote UE, without its IMEI', async () => {
    const { ue1, ue2, pass } = await shortLived({ ue2: { relayServiceCodes: [code] } }, code)
    ue2.ue.askRemoteUe('L1')
    await pass(100)
    expect([namesSent(ue2).at(-1), namesSent(ue1).at(-1)]).toEqual([
      'REMOTE_UE_INFO_REQUEST',
      'REMOTE_UE_INFO_RESPONSE',
    ])
    expect(ue2.reports.at(-1)).toMatchObject({ what: 'remote-ue-info', fields: { imei: false } })
  })

  it.each(['ue1', 'ue2'] as const)('belongs to relays: %s of another link does not ask', async (by) => {
    const { world, pass } = await shortLived()
    const sent = world[by].sent.length
    world[by].ue.askRemoteUe('L1')
    await pass(100)
    expect([world[by].sent.length, world[by].dropped()]).toEqual([sent, 1])
  })
})
