import { expect, it } from 'vitest'
import { fromHex } from '../../src/core/bytes.ts'
import { milliseconds, minutes, inMilliseconds } from '../../src/core/units.ts'
import type { TapEvent } from '../../src/core/tap.ts'
import type { UeNode } from '../../src/nodes/ue-node.ts'
import { decodeSdu, encodeSdu } from '../../src/reference-points/pc5/messages.ts'
import { decodePdu, encodeClearPdu, lcids } from '../../src/reference-points/pc5/pdcp.ts'
import { decodeFrame, encodeFrame } from '../../src/reference-points/pc5/sl-sch.ts'
import { startNodes } from '../../src/testbed/network.ts'
import { SeededRandom } from '../../src/testbed/simulation/seeded-random.ts'
import { simulatedWorld } from '../../src/testbed/simulation/simulated-network.ts'
import { networkOf } from '../../src/testbed/simulation/topologies.ts'
import { gbaU, extensionsEverywhere } from '../../src/testbed/arrangements.ts'

async function play(arrange: (c: ReturnType<typeof networkOf>) => ReturnType<typeof networkOf>) {
  const base = networkOf('two homes')
  const config = arrange({
    ...base,
    plmns: base.plmns.map((plmn) => ({
      ...plmn,
      subscribers: plmn.subscribers.map((one) => ({ ...one, ...(one.prose && { prose: { ...one.prose, permissions: ['one-to-one'] as const, mayLinkWith: ['*'] as const } }) })),
    })),
  })
  let forge = false
  const told: string[] = []
  const tap = (event: TapEvent) => {
    if (event.kind === 'message' && event.point === 'PC5' && event.name === 'DIRECT_COMMUNICATION_REQUEST' && forge) {
      forge = false
      const { source, destination, lcid, pdu } = decodeFrame(event.bytes)
      const request = decodeSdu(decodePdu(lcid, pdu).data)
      if (request.type !== 'directCommunicationRequest') return
      const sdu = encodeSdu({ type: 'bootstrappingRenegotiationRequest', sequenceNumber: 1, nonce1: request.nonce1 })
      world.clock.after(milliseconds(2), () =>
        world.radio.inject('SL-SCH', encodeFrame({ source: destination, destination: source, lcid: lcids.unprotected, pdu: encodeClearPdu(sdu) })),
      )
    }
    if (event.kind === 'state' && (event.what === 'identity' || event.what === 'branch')) told.push(`${event.node} ${event.what} ${JSON.stringify(event.fields)}`)
  }
  const world = simulatedWorld({ config, unsafeRevealKeys: false, tap }, new SeededRandom(5), 5)
  const { clock } = world
  const network = await clock.until(startNodes(world.context, new Map()))
  const ue = (name: string) => (network.running.find((node) => node.name === name) as UeNode).ue
  await clock.until(ue('ue2').openPc8())
  await clock.until(ue('ue1').openPc8())
  const results = [await clock.until(ue('ue1').connect(ue('ue2').layer2Id))]
  network.lab.blockUb()
  forge = true
  results.push(await clock.until(ue('ue1').connect(ue('ue2').layer2Id)))
  await clock.advance(inMilliseconds(minutes(2)))
  results.push(await clock.until(ue('ue1').connect(ue('ue2').layer2Id)))
  await clock.advance(inMilliseconds(minutes(2)))
  results.push(await clock.until(ue('ue1').connect(ue('ue2').layer2Id)))
  await clock.until(network.stop())
  return { results: results.map(({ outcome, reason, attempts }) => ({ outcome, reason, attempts })), told }
}
void fromHex

it.each([['GBA_ME', (c: never) => c], ['GBA_U', gbaU], ['GBA_U with E2', (c: never) => extensionsEverywhere(gbaU(c))]] as const)(
  'R11: %s: one forged re-negotiation request does not spoil later set-ups',
  async (_name, arrange) => {
    const { results, told } = await play(arrange as never)
    console.log(JSON.stringify(results, null, 0), told.join('\n'))
    expect(results.slice(1).map(({ outcome }) => outcome)).toEqual(['secured', 'secured', 'secured'])
  },
)
