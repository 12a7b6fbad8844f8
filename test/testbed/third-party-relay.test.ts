import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tshark } from '../io/capture/tshark.ts'
import { FreeDiameter } from './free-diameter.ts'
import { freePort } from './free-port.ts'
import { Network, temporaryDirectory, type Change } from './lab-network.ts'
import { captureLoopback } from './loopback-capture.ts'

const realm1 = 'epc.mnc001.mcc001.3gppnetwork.org'
const realm2 = 'epc.mnc002.mcc001.3gppnetwork.org'
const [kmf1, kmf12, kmf2] = [`kmf1.${realm1}`, `kmf1-2.${realm1}`, `kmf2.${realm2}`]
const hosts = [`bsf1.${realm1}`, `bsf1-2.${realm1}`, kmf1, kmf12, kmf2]
const relay = { host: 'dra.example.org', realm: 'example.org' }
const secured = { outcome: 'secured', branch: '7c', keysEqual: true, data: { sent: 40, received: 40 } }

/** KMF-1 reaches its BSF and KMF-2 by the relay, and they reach it by the relay. */
function throughRelay(port: number): readonly Change[] {
  const peers = (...relayFor: readonly string[]) => [{ ...relay, address: `127.0.0.1:${port}`, relayFor }]
  return [
    [['plmns', 0, 'kmf', 'diameter', 'peers'], peers(realm1, realm2)],
    [['plmns', 0, 'bsf', 'diameter', 'peers'], peers(kmf1, kmf12)],
    [['plmns', 1, 'kmf', 'diameter', 'peers'], peers(realm1)],
  ]
}

/** The network in `directory` with freeDiameter in its middle. */
async function startIn(
  directory: string,
  port: number,
  tls: boolean,
  more: readonly Change[] = [],
  scenario = '7c-found',
): Promise<Network> {
  const agent = await FreeDiameter.start(directory, { ...relay, port, tls, peers: hosts })
  onTestFinished(() => agent.stop())
  const plain: readonly Change[] = [[['diameter'], { unsafePlainTcp: true }]]
  const changes = [...throughRelay(port), ...more, ...(tls ? [] : plain)]
  const network = await Network.startIn(directory, changes, { scenario })
  onTestFinished(() => network.run.stop())
  return network
}

it('R38: a set-up by 7c with freeDiameter between KMF and BSF and between KMFs, over mutual TLS', async () => {
  const network = await startIn(temporaryDirectory(), await freePort(), true)
  expect(await network.run.result).toMatchObject(secured)
}, 60_000)

it('R38: two instances of KMF-1 and of its BSF behind freeDiameter, which gives requests to any of them', async () => {
  const replicas: readonly Change[] = ['bsf', 'kmf'].map((kind) => [['plmns', 0, kind, 'replicas'], [{}]])
  const network = await startIn(temporaryDirectory(), await freePort(), true, replicas)
  expect(await network.run.result).toMatchObject(secured)
  for (let times = 0; times < 4; times++) expect(await network.run.again()).toMatchObject(secured)
}, 60_000)

it('R35: AUTS is taken by whichever instance freeDiameter chooses, not only by the one that pushed', async () => {
  const [directory, port] = [temporaryDirectory(), await freePort()]
  const replicas: readonly Change[] = [[['plmns', 0, 'kmf', 'replicas'], [{}]]]
  const network = await startIn(directory, port, true, replicas, 'gpi-resync')
  expect(await network.run.result).toMatchObject({ outcome: 'secured', branch: '7d' })
  const [push, resynchronisation, ...more] = network.messages.filter(({ name }) => name === 'PKR')
  for (const pkr of [push, resynchronisation]) expect(pkr?.fields['Destination-Host']).toBeUndefined()
  expect(more).toEqual([])
}, 60_000)

it('R39: each request that freeDiameter relays has the Route-Record of the relay, read by tshark', async () => {
  const directory = temporaryDirectory()
  const [port, file] = [await freePort(), join(directory, 'relay.pcapng')]
  const capture = await captureLoopback(port, file)
  const network = await startIn(directory, port, false)
  expect(await network.run.result).toMatchObject(secured)
  await capture.end()
  expect(read(file, port, '-Y', '_ws.malformed')).toEqual([])
  for (const [command, asker] of [
    [310, kmf1],
    [16777214, kmf2],
  ] as const) {
    const [first, second, ...more] = requestsIn(file, port, command)
    expect(first).toMatchObject({ asker, records: '' })
    expect(second).toMatchObject({ asker, records: asker, endToEnd: first?.endToEnd })
    expect(second?.hopByHop).not.toBe(first?.hopByHop)
    expect(more).toEqual([])
  }
}, 60_000)

const read = (file: string, port: number, ...options: readonly string[]): string[] =>
  tshark(file, '-d', `tcp.port==${port},diameter`, ...options)

/** The requests of this command as they went to the relay and from it. */
function requestsIn(file: string, port: number, command: number) {
  const names = [
    'diameter.Origin-Host',
    'diameter.Route-Record',
    'diameter.endtoendid',
    'diameter.hopbyhopid',
  ]
  const filter = `diameter.cmd.code == ${command} && diameter.flags.request == 1`
  return read(file, port, '-Y', filter, '-T', 'fields', ...names.flatMap((name) => ['-e', name])).map(
    (line) => {
      const [asker, records, endToEnd, hopByHop] = line.split('\t')
      return { asker, records, endToEnd, hopByHop }
    },
  )
}
