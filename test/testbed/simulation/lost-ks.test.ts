import { expect, it } from 'vitest'
import type { TapEvent } from '../../../src/core/tap.ts'
import { inMilliseconds, milliseconds, minutes } from '../../../src/core/units.ts'
import type { NetworkConfig } from '../../../src/nodes/config/network-config.ts'
import type { UeNode } from '../../../src/nodes/ue-node.ts'
import { decodeSdu, encodeSdu } from '../../../src/reference-points/pc5/messages.ts'
import { decodePdu, encodeClearPdu, lcids } from '../../../src/reference-points/pc5/pdcp.ts'
import { decodeFrame, encodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { extensionsEverywhere, gbaU } from '../../../src/testbed/arrangements.ts'
import { startNodes } from '../../../src/testbed/network.ts'
import { SeededRandom } from '../../../src/testbed/simulation/seeded-random.ts'
import { simulatedWorld } from '../../../src/testbed/simulation/simulated-network.ts'
import { networkOf } from '../../../src/testbed/simulation/topologies.ts'

/** Every UE of two homes may link with every other. */
function twoHomes(): NetworkConfig {
  const config = networkOf('two homes')
  const plmns = config.plmns.map((plmn) => ({
    ...plmn,
    subscribers: plmn.subscribers.map((subscriber) => ({
      ...subscriber,
      ...(subscriber.prose && {
        prose: { ...subscriber.prose, permissions: ['one-to-one'] as const, mayLinkWith: ['*'] as const },
      }),
    })),
  }))
  return { ...config, plmns }
}

/** A network of that configuration in which an attacker answers a REQUEST by a re-negotiation request when told to. */
async function attacked(config: NetworkConfig) {
  let forges = false
  const identities: unknown[] = []
  const tap = (event: TapEvent) => {
    if (event.kind === 'state' && event.what === 'identity') identities.push(event.fields['sends'])
    if (event.kind !== 'message' || event.name !== 'DIRECT_COMMUNICATION_REQUEST' || !forges) return
    forges = false
    const { source, destination, lcid, pdu } = decodeFrame(event.bytes)
    const request = decodeSdu(decodePdu(lcid, pdu).data)
    if (request.type !== 'directCommunicationRequest') return
    const { nonce1 } = request
    const sdu = encodeSdu({ type: 'bootstrappingRenegotiationRequest', sequenceNumber: 1, nonce1 })
    const forged = { source: destination, destination: source, pdu: encodeClearPdu(sdu) }
    world.clock.after(milliseconds(2), () =>
      world.radio.inject('SL-SCH', encodeFrame({ ...forged, lcid: lcids.unprotected })),
    )
  }
  const world = simulatedWorld({ config, unsafeRevealKeys: false, tap }, new SeededRandom(5), 5)
  const { clock } = world
  const network = await clock.until(startNodes(world.context, new Map()))
  const ue = (name: string) => (network.running.find((node) => node.name === name) as UeNode).ue
  for (const name of ['ue1', 'ue2']) await clock.until(ue(name).openPc8())
  const connect = async () => (await clock.until(ue('ue1').connect(ue('ue2').layer2Id))).outcome
  return { clock, network, identities, connect, forge: () => (forges = true) }
}

it.each([
  ['GBA_ME', twoHomes(), 'b-tid'],
  ['GBA_U', gbaU(twoHomes()), 'imsi'],
  ['GBA_U with E1, E2 and E3', extensionsEverywhere(gbaU(twoHomes())), 'imsi'],
])(
  'R11: %s: one forged re-negotiation request while Ub is away spoils no later set-up',
  async (_, config, sent) => {
    const { clock, network, identities, connect, forge } = await attacked(config)
    expect(await connect()).toBe('secured')
    network.lab.blockUb()
    forge()
    expect(await connect()).toBe('secured')
    for (let nth = 0; nth < 2; nth++) {
      await clock.advance(inMilliseconds(minutes(2)))
      expect(await connect()).toBe('secured')
    }
    expect(identities).toEqual(['b-tid', 'b-tid', 'imsi', sent, sent])
    await clock.until(network.stop())
  },
)
