import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { milliseconds, seconds } from '../../../src/core/units.ts'
import type { UeSettings } from '../../../src/entities/ue/ue.ts'
import { messageOf, namesSent, twoUes, type Station } from '../../entities/ue/two-ues.ts'

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

  it('R29: a permission withdrawn meanwhile ends the link: REJECT #1, RELEASE with reason 2', async () => {
    const { ue1, ue2, network, pass } = await shortLived()
    network.answer = ({ transactionId }) => ({ transactionId, outcome: 'error', code: 2 })
    await pass(85_000)
    expect(labels(ue1)).toEqual(['L1'])
    await pass(7_000)
    expect([labels(ue1), labels(ue2)]).toEqual([[], []])
    const release = ue1.sent.find(({ name }) => name === 'DIRECT_COMMUNICATION_RELEASE')
    expect(JSON.stringify(release?.fields)).toContain('no longer allowed')
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
