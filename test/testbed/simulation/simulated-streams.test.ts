import { createServer, type Socket } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import { Instant, milliseconds } from '../../../src/core/units.ts'
import { SimulatedClock } from '../../../src/testbed/simulated-clock.ts'
import { SimulatedStreams } from '../../../src/testbed/simulation/simulated-streams.ts'

let clock: SimulatedClock
let streams: SimulatedStreams
let heard: string[]
let accepted: Socket[]
beforeEach(() => {
  clock = new SimulatedClock(Instant(0))
  streams = new SimulatedStreams(clock, 10)
  heard = []
  accepted = []
})

const say = (what: string) => () => heard.push(`${clock.now()} ${what}`)

async function connected(): Promise<Socket> {
  const server = createServer((socket) => {
    accepted.push(socket)
    socket.on('data', (octets) => say(String(octets))())
    socket.on('close', say('closed'))
  })
  const address = {
    host: '127.0.0.1',
    port: await streams.of('bsf1').listen(server, { host: '127.0.0.1', port: 0 }),
  }
  const socket = streams.of('ue1').connect(address)
  socket.on('connect', say('connected'))
  socket.on('error', say('refused'))
  return socket
}

describe('simulated streams', () => {
  it('keep no more listeners however often their user lets go of them and takes them again', async () => {
    const socket = await connected()
    await clock.advance(milliseconds(20))
    const before = socket.listenerCount('connect')
    for (let time = 0; time < 20; time++) socket.unref().ref()
    expect(socket.listenerCount('connect')).toBe(before)
  })

  it('carry octets in order, each way after its latency, also when the latency changes', async () => {
    const socket = await connected()
    socket.write('written before it was up')
    await clock.advance(milliseconds(20))
    streams.slowDown('bsf1', 100)
    socket.write('late')
    await clock.advance(milliseconds(1))
    streams.slowDown('bsf1', 0)
    socket.write('behind it')
    await clock.advance(milliseconds(200))
    expect(heard).toEqual(['10 connected', '20 written before it was up', '130 late', '130 behind it'])
  })

  it('end at both ends', async () => {
    const socket = await connected()
    await clock.advance(milliseconds(10))
    socket.destroy()
    await clock.runUntilQuiet()
    expect(heard).toEqual(['10 connected', '20 closed'])
    expect(accepted[0]?.destroyed).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('refuse where nobody listens', async () => {
    const socket = streams.of('ue1').connect({ host: '127.0.0.1', port: 9 })
    socket.on('error', say('refused'))
    await clock.advance(milliseconds(10))
    expect(heard).toEqual(['10 refused'])
  })

  it('lose all that a silent node says and hears; what lost octets stays dead', async () => {
    const socket = await connected()
    await clock.advance(milliseconds(10))
    const speakAgain = streams.silence('bsf1')
    socket.write('lost')
    await clock.advance(milliseconds(50))
    speakAgain()
    socket.write('never')
    await clock.advance(milliseconds(50))
    expect(heard).toEqual(['10 connected'])
  })
})
