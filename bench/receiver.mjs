// The receiving end of both paths, in a thread of its own: UE-2, and a bare socket.
import { parentPort, workerData } from 'node:worker_threads'
import { openUdpRadio } from '../dist/io/radio/udp-multicast.js'
import { Arrivals } from './arrivals.mjs'
import { startUeOf } from './live-link.mjs'

const { file, port, overLink, bare } = workerData
const numberOf = (octets) => new DataView(octets.buffer, octets.byteOffset).getUint32(octets.length - 4)

const [linkArrivals, bareArrivals] = [new Arrivals(overLink), new Arrivals(bare)]
const { ue, stop } = await startUeOf(file, 'ue2')
ue.onData(({ octets }) => linkArrivals.add(numberOf(octets)))
const radio = await openUdpRadio({ interface: '127.0.0.1', port })
radio.onFrame((_, frame) => bareArrivals.add(numberOf(frame)))
parentPort.once('message', async () => {
  await stop()
  await radio.close()
  process.exit()
})
parentPort.postMessage(ue.layer2Id)
