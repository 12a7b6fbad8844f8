// User data over a link, in frames without protection, and over the bare sockets, turn by turn. What sends has a thread, and
// what hears has another.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { freePortPair, openUdpRadio } from '../dist/io/radio/udp-multicast.js'
import { Arrivals } from './arrivals.mjs'
import { clearFrame } from './clear-frames.mjs'
import { kept, metered } from './heap.mjs'
import { homeNetworks, startUeOf } from './live-link.mjs'
import { atRate, throughput } from './path.mjs'
import { median, rounded, spread } from './statistics.mjs'

/** Octets of user data in a packet. */
const size = 1400
/** MAC header, PDCP header and MAC-I: as many octets over the bare sockets. */
const overhead = { seed: 17, final: 13 }

/** A packet that ends with its number. */
function packets(size) {
  const octets = new Uint8Array(size).fill(0x45)
  const view = new DataView(octets.buffer)
  return (number) => {
    view.setUint32(size - 4, number)
    return octets
  }
}

/** A radio that hears what it sends, as a UE on a multicast group does. */
async function openRadio() {
  const port = await freePortPair()
  const radio = await openUdpRadio({ interface: '127.0.0.1', port })
  radio.onFrame(() => undefined)
  return { port, ...radio }
}

/** The paths to a receiver, and what ends them. */
async function openPaths(protection) {
  const networks = await homeNetworks(protection)
  const [clearRadio, bareRadio] = [await openRadio(), await openRadio()]
  const [overLink, clear, bare] = [new Arrivals(), new Arrivals(), new Arrivals()]
  const workerData = {
    ...{ file: networks.file, profile: protection.profile, overLink: overLink.buffer },
    clear: { port: clearRadio.port, counts: clear.buffer },
    bare: { port: bareRadio.port, counts: bare.buffer },
  }
  const receiver = new Worker(new URL('receiver.mjs', import.meta.url), { workerData })
  const [peer] = await once(receiver, 'message')
  const { ue, stop } = await startUeOf(networks.file, 'ue1')
  const { outcome } = await ue.connect(peer)
  if (outcome !== 'secured') throw new Error(`the link is ${outcome}`)
  const [{ label }] = ue.links()
  const [packet, frame] = [packets(size), packets(size + overhead[protection.profile])]
  return {
    overLink: { arrivals: overLink, send: (number) => ue.send(label, packet(number), 'ip') },
    clear: {
      arrivals: clear,
      send: (number) => clearRadio.send('SL-SCH', clearFrame(peer, packet(number), protection.profile)),
    },
    bare: { arrivals: bare, send: (number) => bareRadio.send('SL-SCH', frame(number)) },
    async close() {
      await Promise.all([stop(), clearRadio.close(), bareRadio.close()])
      receiver.postMessage('end')
      await once(receiver, 'exit')
      await networks.close()
    },
  }
}

/** Packets a second of each path, turn by turn. */
async function compared({ overLink, clear, bare }, { rounds, count, warmUp }) {
  // Until its code is compiled a path shares the processors with the compiler.
  for (let turn = 0; turn < warmUp; turn++)
    for (const path of [bare, clear, overLink]) await throughput(path, count)
  const runs = []
  for (let round = 0; round < rounds; round++)
    runs.push({
      link: await throughput(overLink, count),
      clear: await throughput(clear, count),
      bare: await throughput(bare, count),
    })
  const of = (what) => median(runs.map(what))
  const ratios = runs.map(({ link, bare }) => link / bare)
  return {
    ...{ ratio: rounded(median(ratios)), spread: spread(ratios).map(rounded) },
    toClear: rounded(of(({ link, clear }) => link / clear)),
    rate: of(({ link }) => link),
    bareRate: of(({ bare }) => bare),
  }
}

/** What a packet takes of the heap at two loads, and what of it stays. */
async function heapOf(path, rate, count) {
  const [before, half, full] = [metered(path), metered(path), metered(path)]
  // Code that is not compiled yet takes more.
  await throughput(before, count)
  await atRate(half, count, rate / 2)
  await throughput(full, count)
  const stays = await kept(() => throughput(path, count))
  return {
    'heap at half': half.taken(),
    'heap at full': full.taken(),
    kept: Math.round(stays / count),
  }
}

const nameOf = ({ eea, eia, profile }) => `128-EEA${eea} 128-EIA${eia} ${profile} profile`

async function measured(protection, must, effort) {
  const paths = await openPaths(protection)
  try {
    const { ratio, spread, toClear, rate, bareRate } = await compared(paths, effort)
    const { lost, reordered } = await atRate(paths.overLink, 3 * effort.count, rate / 2)
    return {
      ...{ ratio, spread, must, what: nameOf(protection), to: 'bare UDP' },
      ...{ 'packets/s': Math.round(rate), 'bare/s': Math.round(bareRate), 'to clear frames': toClear },
      ...{ lost, reordered },
      ...(await heapOf(paths.overLink, rate, effort.count)),
    }
  } finally {
    await paths.close()
  }
}

const identities = [2, 1, 3]
const pairs = identities.flatMap((eea) => identities.map((eia) => ({ eea, eia })))
/** In the final profile user data has no MAC-I. */
const protections = ['seed', 'final'].flatMap((profile) => pairs.map((pair) => ({ ...pair, profile })))

const hardly = { rounds: 1, count: 50, warmUp: 1 }
/** Where a bound is to be met, noise must be less. */
const efforts = (must) => ({ rounds: must === undefined ? 7 : 31, count: 1000, warmUp: 12 })

/**
 * A row for each pair of algorithms in both profiles: the ratio to the bare sockets, which send one buffer of a frame's size
 * again and again, and that to frames that are made and read but not protected. `must` has the one of 128-EEA2 and 128-EIA2 in the seed profile; lost and reordered are counted at half of the
 * rate, octets of the heap for a packet at half of it and at all of it.
 */
export async function userData({ smoke, progress }) {
  const chosen = smoke ? protections.filter(({ eea, eia }) => eea === 2 && eia === 2) : protections
  const rows = []
  for (const protection of chosen) {
    progress(nameOf(protection))
    const must = protection === protections[0] ? 0.5 : undefined
    rows.push(await measured(protection, must, smoke ? hardly : efforts(must)))
  }
  return rows
}
