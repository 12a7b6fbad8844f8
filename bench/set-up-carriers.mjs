// The octets of a set-up over bare sockets of this process: node:http, TLS with a pre-shared key, TCP, and the radio.
import { once } from 'node:events'
import { Agent, createServer as createHttpServer, request as httpRequest } from 'node:http'
import { Agent as TlsAgent, createServer as createHttpsServer, request as httpsRequest } from 'node:https'
import { connect, createServer } from 'node:net'
import { freePortPair, openUdpRadio } from '../dist/io/radio/udp-multicast.js'
import { presharedKey } from './psk.mjs'
import { bodyOf, isDiscovery } from './set-up-codecs.mjs'

const host = '127.0.0.1'
const headerOfSize = 'x-octets'

/** Answers with as many octets as the request wants. */
function answering(incoming, outgoing) {
  incoming.resume()
  incoming.on('end', () => {
    const size = Number(incoming.headers[headerOfSize])
    outgoing.writeHead(200, { 'content-length': size })
    outgoing.end(Buffer.alloc(size, 0x20))
  })
}

async function listening(server) {
  server.listen(0, host)
  await once(server, 'listening')
  return server.address().port
}

const answered = (asking, body) =>
  new Promise((resolve, reject) => {
    asking.on('error', reject)
    asking.on('response', (incoming) => incoming.on('end', resolve).resume())
    asking.end(body)
  })

/** Ub: a connection for the requests of one bootstrapping. */
async function ubCarrier() {
  const server = createHttpServer(answering)
  const port = await listening(server)
  return {
    async run(exchanges) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      for (const { request, answer } of exchanges) {
        const headers = { authorization: 'x'.repeat(Math.max(0, request.length - 80)), [headerOfSize]: bodyOf(answer).length } // prettier-ignore
        await answered(httpRequest({ host, port, agent, headers }))
      }
      agent.destroy()
    },
    close: () => server.close(),
  }
}

/** PC8: one connection that is kept. */
async function pc8Carrier() {
  const server = createHttpsServer(
    {
      ...{ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256', keepAliveTimeout: 600_000 },
      pskCallback: () => presharedKey,
    },
    answering,
  )
  const port = await listening(server)
  const agent = new TlsAgent({ keepAlive: true, maxSockets: 1 })
  const security = {
    ...{ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256', checkServerIdentity: () => undefined },
    pskCallback: () => ({ psk: presharedKey, identity: 'ue' }),
  }
  return {
    async run(exchanges) {
      for (const { request, answer } of exchanges) {
        const headers = { [headerOfSize]: bodyOf(answer).length }
        const asking = httpsRequest({ host, port, agent, method: 'POST', headers, ...security })
        await answered(asking, bodyOf(request))
      }
    },
    close() {
      agent.destroy()
      server.close()
    },
  }
}

/** Diameter: one connection that is kept; each message comes back as an answer of the other size. */
async function diameterCarrier() {
  const sizes = []
  const answers = (socket) => {
    let rest = 0
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      for (rest += chunk.length; sizes.length > 0 && rest >= sizes[0].asked; rest -= sizes.shift().asked)
        socket.write(Buffer.alloc(sizes[0].answered))
    })
  }
  const server = createServer({ noDelay: true }, answers)
  const socket = connect({ host, port: await listening(server), noDelay: true })
  await once(socket, 'connect')
  const ask = ({ request, answer }) =>
    new Promise((resolve) => {
      let missing = answer.length
      const take = (chunk) => {
        missing -= chunk.length
        if (missing > 0) return
        socket.off('data', take)
        resolve()
      }
      socket.on('data', take)
      sizes.push({ asked: request.length, answered: answer.length })
      socket.write(request)
    })
  return {
    async run(exchanges) {
      for (const one of exchanges) await ask(one)
    },
    close() {
      socket.destroy()
      server.close()
    },
  }
}

/** PC5: the bare sockets of the radio, both UEs listening. */
async function pc5Carrier() {
  const port = await freePortPair()
  const open = () => openUdpRadio({ interface: host, port })
  const radios = new Map([
    ['ue1', await open()],
    ['ue2', await open()],
  ])
  const heardByOther = (from) =>
    new Promise((resolve) => {
      const [[, other]] = [...radios].filter(([name]) => name !== from)
      const stop = other.onFrame(() => {
        stop()
        resolve()
      })
    })
  return {
    async run(frames) {
      for (const { from, name, bytes } of frames) {
        const heard = heardByOther(from)
        radios.get(from).send(isDiscovery(name) ? 'SL-DCH' : 'SL-SCH', bytes)
        await heard
      }
    },
    close: () => radios.forEach((radio) => void radio.close()),
  }
}

/** Requests with their answers, in the order of the requests; over one point there is never more than one. */
function exchangesOf(messages) {
  const exchanges = []
  for (const { bytes } of messages) {
    const last = exchanges.at(-1)
    if (last && !last.answer) last.answer = bytes
    else exchanges.push({ request: bytes })
  }
  return exchanges
}

const diameterPoints = ['PC6', 'Zn', 'Zpn', 'Zh']

/** `run()` carries the octets of these messages, as often as it is called; `close()` when that was enough. */
export async function carriersOf(messages) {
  const of = (point) => messages.filter((message) => message.point === point)
  const carried = [
    [await pc5Carrier(), of('PC5')],
    [await pc8Carrier(), exchangesOf(of('PC8'))],
    [await ubCarrier(), exchangesOf(of('Ub'))],
    [await diameterCarrier(), diameterPoints.flatMap((point) => exchangesOf(of(point)))],
  ]
  return {
    async run() {
      for (const [carrier, what] of carried) if (what.length > 0) await carrier.run(what)
    },
    close: () => carried.forEach(([carrier]) => carrier.close()),
  }
}
