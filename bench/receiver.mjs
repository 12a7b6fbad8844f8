// The receiving end of every path, in a thread of its own: UE-2, and two radios without a UE.
import { parentPort, workerData } from 'node:worker_threads'
import { openUdpRadio } from '../dist/io/radio/udp-multicast.js'
import { Arrivals } from './arrivals.mjs'
import { heardInClear } from './clear-frames.mjs'
import { startUeOf } from './live-link.mjs'

const { file, profile, overLink, clear, bare } = workerData
const numberOf = (octets) => new DataView(octets.buffer, octets.byteOffset).getUint32(octets.length - 4)

async function listen({ port, counts }, numberIn) {
  const arrivals = new Arrivals(counts)
  const radio = await openUdpRadio({ interface: '127.0.0.1', port })
  radio.onFrame((_, frame) => arrivals.add(numberIn(frame)))
  return radio
}

const linkArrivals = new Arrivals(overLink)
const { ue, stop } = await startUeOf(file, 'ue2')
ue.onData(({ octets }) => linkArrivals.add(numberOf(octets)))
const radios = [
  await listen(clear, (frame) => numberOf(heardInClear(ue.layer2Id, frame, profile))),
  await listen(bare, numberOf),
]
parentPort.once('message', async () => {
  await stop()
  await Promise.all(radios.map((radio) => radio.close()))
  process.exit()
})
parentPort.postMessage(ue.layer2Id)
