import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fixedPorts, portOfChange } from './fixed-ports.ts'
import { labFile, temporaryDirectory } from './lab-network.ts'
import { Sidelock } from './sidelock-child.ts'

/** HSS, BSF and KMF of the first PLMN with their peers up, and two strangers that hold connections and say nothing. */
async function homeNetwork() {
  const ports = await fixedPorts()
  const file = labFile(temporaryDirectory(), [...ports, [['plmns', 0, 'kmf', 'pc6Peers'], []]])
  const node = (name: string) => Sidelock.start('node', name, '--config', file, '--json')
  const [hss1, bsf1, kmf1] = [node('hss1'), node('bsf1'), node('kmf1')]
  await Promise.all([bsf1.told('peer-up', { peer: 'hss1' }), kmf1.told('peer-up', { peer: 'bsf1' })])
  const strangers = [
    ['bsf', 'ubListen'],
    ['kmf', 'pc8', 'listen'],
    ['kmf', 'diameter', 'listen'],
  ].map((path) => connect(portOfChange(ports, 'plmns', 0, ...path), '127.0.0.1').on('error', () => undefined))
  onTestFinished(() => strangers.forEach((socket) => socket.destroy()))
  await Promise.all(strangers.map((socket) => new Promise((done) => socket.once('connect', done))))
  return { hss1, bsf1, kmf1 }
}

/** Seconds from SIGTERM to the end, and the exit status. */
async function ended(running: Sidelock) {
  const start = performance.now()
  running.terminate()
  const code = await running.exit
  return { code, seconds: (performance.now() - start) / 1000 }
}

const saw = (name: string) => (running: Sidelock) =>
  running.lines.some((line) => line.event === 'message' && line.name === name)

describe('SIGTERM', () => {
  it('ends a node within 5 s, with DPR to its peers, whatever strangers hold open', async () => {
    const { hss1, bsf1, kmf1 } = await homeNetwork()
    for (const [running, peer] of [
      [kmf1, bsf1],
      [bsf1, hss1],
    ] as const) {
      const { code, seconds } = await ended(running)
      expect(code).toBe(0)
      expect(seconds).toBeLessThan(5)
      await peer.told('peer-lost')
      expect(saw('DPR')(running)).toBe(true)
      await peer.until(saw('DPA'))
      expect(running.lines.some(({ what }) => what === 'fault')).toBe(false)
    }
  }, 60_000)

  it('ends a node within 5 s when its peer hangs', async () => {
    const { bsf1, kmf1 } = await homeNetwork()
    bsf1.freeze()
    const { code, seconds } = await ended(kmf1)
    expect(code).toBe(0)
    expect(seconds).toBeLessThan(5)
  }, 60_000)
})
