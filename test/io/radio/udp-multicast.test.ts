import { createSocket, Socket } from 'node:dgram'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import type { Radio, SidelinkChannel } from '../../../src/core/environment.ts'
import { InvalidValue } from '../../../src/core/errors.ts'
import { freePortPair, openUdpRadio, type UdpRadioOptions } from '../../../src/io/radio/udp-multicast.ts'

const radios: Radio[] = []
afterEach(async () => {
  await Promise.all(radios.splice(0).map((radio) => radio.close()))
})

async function open(options: Omit<UdpRadioOptions, 'interface'>): Promise<Radio> {
  const radio = await openUdpRadio({ interface: '127.0.0.1', ...options })
  radios.push(radio)
  return radio
}

/** The next `count` frames that a radio hears. */
const next = (radio: Radio, count: number): Promise<(readonly [SidelinkChannel, string])[]> =>
  new Promise((resolve) => {
    const heard: (readonly [SidelinkChannel, string])[] = []
    const stop = radio.onFrame((channel, frame) => {
      heard.push([channel, hex(frame)])
      if (heard.length < count) return
      stop()
      resolve(heard)
    })
  })

describe('close', () => {
  it('lets go out what was handed over before, on both channels', async () => {
    const port = await freePortPair()
    const [a, b] = [await open({ port }), await open({ port })]
    const heard = next(b, 2)
    a.send('SL-SCH', fromHex('06'))
    a.send('SL-DCH', fromHex('99'))
    await a.close()
    expect((await heard).map(([, frame]) => frame).toSorted()).toEqual(['06', '99'])
  })

  it('waits a second at most', async () => {
    const send = vi.spyOn(Socket.prototype, 'send').mockReturnValue()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const radio = await open({ port: await freePortPair() })
      radio.send('SL-SCH', fromHex('06'))
      let closed = false
      const end = radio.close().then(() => (closed = true))
      await vi.advanceTimersByTimeAsync(999)
      expect([send.mock.calls.length, closed]).toEqual([1, false])
      await vi.advanceTimersByTimeAsync(1)
      await end
    } finally {
      vi.useRealTimers()
      vi.restoreAllMocks()
    }
  })
})

describe('the lab bearer on multicast', () => {
  it('brings frames of both channels to every UE on the port, also to the sender', async () => {
    const port = await freePortPair()
    const [a, b, c] = [await open({ port }), await open({ port }), await open({ port })]
    const heard = [next(a, 2), next(b, 2), next(c, 2)]
    a.send('SL-SCH', fromHex('30010203'))
    a.send('SL-DCH', fromHex('99'))
    for (const frames of await Promise.all(heard))
      expect(frames.toSorted()).toEqual([
        ['SL-DCH', '99'],
        ['SL-SCH', '30010203'],
      ])
  })

  it('keeps two pairs of ports apart', async () => {
    const [first, second] = [await freePortPair(), await freePortPair()]
    const [a, b] = [await open({ port: first }), await open({ port: first })]
    const other = await open({ port: second })
    const stray: string[] = []
    other.onFrame((_, frame) => stray.push(hex(frame)))
    const heard = next(b, 1)
    a.send('SL-SCH', fromHex('aa'))
    await heard
    const own = next(other, 1)
    other.send('SL-SCH', fromHex('bb'))
    await own
    expect(first).not.toBe(second)
    expect(stray).toEqual(['bb'])
  })

  it('keeps frames in order for a receiver that is busy', async () => {
    const port = await freePortPair()
    const [a, b] = [await open({ port }), await open({ port })]
    const frames = Array.from({ length: 128 }, (_, number) => new Uint8Array(1417).fill(number))
    const heard = next(b, frames.length)
    // Nobody in this process hears anything before all are sent.
    for (const frame of frames) a.send('SL-SCH', frame)
    expect((await heard).map(([, frame]) => frame)).toEqual(frames.map(hex))
  })

  it('gives each frame octets of its own', async () => {
    const port = await freePortPair()
    const [a, b] = [await open({ port }), await open({ port })]
    const heard: Uint8Array[] = []
    const both = new Promise<void>((done) => {
      b.onFrame((_, frame) => {
        if (heard.push(frame) === 2) done()
      })
    })
    a.send('SL-SCH', fromHex('aa'))
    a.send('SL-SCH', fromHex('bb'))
    await both
    heard[0]?.fill(0)
    expect(heard.map(hex)).toEqual(['00', 'bb'])
  })

  it('carries the longest frame, and refuses a longer one', async () => {
    const port = await freePortPair()
    const [a, b] = [await open({ port }), await open({ port })]
    const heard = next(b, 1)
    a.send('SL-SCH', new Uint8Array(8205).fill(7))
    expect((await heard)[0]?.[1]).toHaveLength(2 * 8205)
    expect(() => a.send('SL-SCH', new Uint8Array(8206))).toThrow(InvalidValue)
  })
})

describe('the lab bearer without multicast', () => {
  it('sends each frame to every peer, SL-DCH to the port after', async () => {
    const [port, first, second] = [await freePortPair(), await freePortPair(), await freePortPair()]
    const listeners = [await open({ port: first, peers: [] }), await open({ port: second, peers: [] })]
    const peers = [first, second].map((one) => ({ host: '127.0.0.1', port: one }))
    const sender = await open({ port, peers })
    const heard = listeners.map((radio) => next(radio, 2))
    sender.send('SL-SCH', fromHex('aa'))
    sender.send('SL-DCH', fromHex('bb'))
    for (const frames of await Promise.all(heard))
      expect(frames.toSorted()).toEqual([
        ['SL-DCH', 'bb'],
        ['SL-SCH', 'aa'],
      ])
  })

  it('finds a peer by name', async () => {
    const peer = await freePortPair()
    const listener = await open({ port: peer, peers: [] })
    const sender = await open({ port: await freePortPair(), peers: [{ host: 'localhost', port: peer }] })
    const heard = next(listener, 1)
    sender.send('SL-SCH', fromHex('aa'))
    expect(await heard).toEqual([['SL-SCH', 'aa']])
  })

  it('R11: learns no address: what arrives from anywhere changes nothing of where it sends', async () => {
    const [port, peer, stranger] = [await freePortPair(), await freePortPair(), await freePortPair()]
    const radio = await open({ port, peers: [{ host: '127.0.0.1', port: peer }] })
    const [listener, outsider] = [
      await open({ port: peer, peers: [] }),
      await open({ port: stranger, peers: [{ host: '127.0.0.1', port }] }),
    ]
    const strange: string[] = []
    outsider.onFrame((_, frame) => strange.push(hex(frame)))
    const arrived = next(radio, 1)
    outsider.send('SL-SCH', fromHex('cc'))
    await arrived
    const heard = next(listener, 1)
    radio.send('SL-SCH', fromHex('dd'))
    expect(await heard).toEqual([['SL-SCH', 'dd']])
    expect(strange).toEqual([])
  })
})

describe('a radio', () => {
  it('rejects when a port is taken, and leaves none of its own open', async () => {
    const port = await freePortPair()
    const taken = createSocket('udp4')
    await new Promise<void>((done) => taken.bind(port + 1, '127.0.0.1', done))
    await expect(openUdpRadio({ interface: '127.0.0.1', port, peers: [] })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
    await new Promise<void>((done) => taken.close(done))
    await open({ port, peers: [] })
  })

  it('rejects an interface that is not of this machine, and leaves no socket open', async () => {
    const port = await freePortPair()
    await expect(openUdpRadio({ interface: '203.0.113.1', port })).rejects.toThrow()
    const alone = createSocket('udp4')
    await new Promise<void>((done, fail) => {
      alone.once('error', fail)
      alone.bind(port, '239.255.23.3', done)
    })
    await new Promise<void>((done) => alone.close(done))
  })

  it('may be closed twice, and sends nothing from the first time on', async () => {
    const radio = await open({ port: await freePortPair() })
    const closed = [radio.close(), radio.close()]
    radio.send('SL-SCH', fromHex('aa'))
    await Promise.all(closed)
  })

  it('counts what could not be sent', async () => {
    const [counted, count] = collect()
    const radio = await open({ port: await freePortPair(), peers: [{ host: 'no host', port: 1 }], count })
    radio.send('SL-SCH', fromHex('aa'))
    expect(await counted).toBe('radio-send-failed')
  })

  it('sends nothing once closed', async () => {
    const port = await freePortPair()
    const radio = await open({ port, peers: [] })
    await radio.close()
    radio.send('SL-SCH', fromHex('aa'))
    await radio.close()
    await open({ port, peers: [] })
  })
})

function collect(): readonly [Promise<string>, (counter: string) => void] {
  let count: (counter: string) => void = () => undefined
  const counted = new Promise<string>((resolve) => (count = resolve))
  return [counted, (counter) => count(counter)]
}
