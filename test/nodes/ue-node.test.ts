import { expect, it, onTestFinished } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import type { TapMessage } from '../../src/core/tap.ts'
import type { Ue } from '../../src/entities/ue/ue.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import type { Node } from '../../src/nodes/node.ts'
import type { UeNode } from '../../src/nodes/ue-node.ts'
import { startLocalNetwork } from '../../src/testbed/network.ts'
import { labFile, temporaryDirectory } from '../testbed/lab-network.ts'

const isUe = (node: Node): node is UeNode => 'ue' in node

/** Both UEs of the example with a link between them, and what their user data looked like at the tap. */
async function linkedUes(unsafeRevealKeys: boolean) {
  const told: TapMessage[] = []
  const network = await startLocalNetwork({
    config: loadNetworkConfig(labFile(temporaryDirectory())),
    tap: (event) => {
      if (event.kind === 'message' && event.name === 'USER_DATA') told.push(event)
    },
    unsafeRevealKeys,
    onFault: (_, error) => expect.fail(String(error)),
  })
  onTestFinished(() => network.stop())
  const [ue1, ue2] = network.running.filter(isUe).map(({ ue }) => ue) as [Ue, Ue]
  expect((await ue1.connect(ue2.layer2Id)).outcome).toBe('secured')
  return { ue1, ue2, told }
}

const isTold = [
  [true, 'abab'],
  [false, undefined],
] as const

it.each(isTold)(
  'user data at the tap, unsafeRevealKeys %s: its frame, and in clear %s',
  async (reveal, clear) => {
    const { ue1, ue2, told } = await linkedUes(reveal)
    const arrived = new Promise<string>((resolve) => ue2.onData(({ octets }) => resolve(hex(octets))))
    const octets = new Uint8Array(2).fill(0xab)
    ue1.send(ue1.links()[0]?.label ?? '', octets)
    // The octets of the caller are its own again.
    octets.fill(0)
    expect(await arrived).toBe('abab')
    expect(told).toMatchObject([
      { point: 'PC5', from: 'ue1', to: 'ue2', protection: 'ciphered', masked: [], heartbeat: false },
    ])
    expect(told[0]?.bytes).toHaveLength(8 + 5 + 2 + 4)
    expect(told[0]?.clear && hex(told[0].clear)).toBe(clear)
  },
)
