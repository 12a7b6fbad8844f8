import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { concat, fromUtf8, utf8 } from '../../../src/core/bytes.ts'
import { TemporaryFailure } from '../../../src/core/errors.ts'
import { SoftUsim } from '../../../src/entities/ue/usim/soft-usim.ts'
import { sqnOf } from '../../../src/core/sequence-number.ts'
import { connectUb } from '../../../src/io/https/ub-client.ts'
import type { UbMessage } from '../../../src/io/https/ub-message.ts'
import { startUbServer, type UbServer } from '../../../src/io/https/ub-server.ts'
import { requestOctets } from '../../../src/reference-points/ub/http-octets.ts'
import {
  aSubscriber,
  bsfName,
  firstRequest,
  gbaNetwork,
  type GbaNetwork,
} from '../../entities/gba-network.ts'

const context = '0123456789abcdef0123456789abcdef-fedcba9876543210'
const running: { close(): Promise<void> | void }[] = []
afterEach(async () => {
  for (const server of running.splice(0)) await server.close()
})

async function started(network: GbaNetwork = gbaNetwork()) {
  await network.subscribers.put(aSubscriber)
  const messages: UbMessage[] = []
  const faults: unknown[] = []
  const onMessage = (message: UbMessage) => void messages.push(message)
  const server: UbServer = await startUbServer({
    ...{ address: '127.0.0.1', port: 0, maxConnections: 10, onMessage },
    connect: (client) => network.bsf.connect(client),
    onFault: (error) => void faults.push(error),
  })
  running.push(server)
  const toServer = () => connectUb({ address: '127.0.0.1', port: server.port, onMessage })
  return { network, server, messages, faults, toServer }
}

/** Sends octets and gives all that comes back until the other end closes. */
async function conversation(port: number, ...octets: readonly Uint8Array[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const received: Uint8Array[] = []
  socket.on('data', (part) => received.push(part))
  for (const part of octets) socket.write(part)
  await closed(socket)
  return fromUtf8(concat(...received))
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
  })

const lines = (...texts: readonly string[]) => utf8(`${texts.join('\r\n')}\r\n\r\n`)
const authorization = `Authorization: ${firstRequest(aSubscriber.impi).fields[1]?.[1] ?? ''}`
const host = `Host: ${bsfName}`

/** Takes one request, sends these octets and ends. */
async function rawServer(answer: string) {
  const received: Uint8Array[] = []
  const server = createServer((socket) => {
    socket.on('data', (part) => {
      received.push(part)
      socket.end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  running.push({ close: () => new Promise((resolve) => server.close(() => resolve())) })
  return { received, port: (server.address() as AddressInfo).port }
}

describe('Ub over HTTP', () => {
  it('bootstraps with a resynchronisation on one connection, and gives each message once, by its sender', async () => {
    const { network, messages, toServer, faults } = await started()
    const usim = new SoftUsim(aSubscriber, sqnOf(5000, 17))
    const { btid } = await network.ue(usim, toServer).bootstrap(context)
    expect(await network.bsfPorts.bootstraps.find(btid, network.clock.now())).toBeDefined()
    expect(messages.map(({ sender, name }) => `${sender} ${name}`)).toEqual([
      ...['ue GET', 'bsf 401 challenge', 'ue GET AUTS', 'bsf 401 challenge', 'ue GET response'],
      'bsf 200 bootstrapped',
    ])
    expect(new Set(messages.map(({ client }) => client)).size).toBe(1)
    expect(new Set(messages.map(({ identity }) => identity))).toEqual(new Set([aSubscriber.impi]))
    expect(new Set(messages.map((message) => message.context))).toEqual(new Set([context]))
    expect(faults).toEqual([])
  })

  it('trace and span reach the HSS', async () => {
    const { network, toServer } = await started()
    await network.ue(new SoftUsim(aSubscriber), toServer).bootstrap(context)
    expect(network.reports.map((report) => ('context' in report ? report.context : undefined))).toEqual(
      Array(network.reports.length).fill(context),
    )
  })

  it('the octets it gives are those on the wire', async () => {
    const { server, messages } = await started()
    const { port } = server
    const request = firstRequest(aSubscriber.impi)
    const sent = { ...request, fields: [...request.fields, ['Connection', 'close']] as const }
    const answer = await conversation(port, requestOctets(sent))
    expect(messages.map(({ octets }) => fromUtf8(octets))).toEqual([answer])
  })

  it('the octets that the UE gives are those on the wire', async () => {
    const messages: UbMessage[] = []
    const { port, received } = await rawServer('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    const ub = connectUb({ address: '127.0.0.1', port, onMessage: (message) => messages.push(message) })
    const response = await ub.exchange(firstRequest(aSubscriber.impi), context)
    ub.close()
    expect(response.status).toBe(403)
    expect(messages.map(({ octets }) => fromUtf8(octets))).toEqual([fromUtf8(concat(...received))])
    expect(fromUtf8(concat(...received))).toContain(`traceparent: 00-${context}-`)
  })

  it.each([
    ['that ends in mid answer', 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 10\r\n\r\nhalf'],
    ['that speaks no HTTP', 'hello\r\n'],
    ['that answers more than 64 KiB', `HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n${'x'.repeat(65537)}`],
    ['that says nothing', ''],
  ])('a BSF %s is a temporary failure', async (_, answer) => {
    const { port } = await rawServer(answer)
    const ub = connectUb({ address: '127.0.0.1', port, onMessage: () => undefined })
    await expect(ub.exchange(firstRequest(aSubscriber.impi))).rejects.toThrow(TemporaryFailure)
    ub.close()
  })

  it('a BSF that is away is a temporary failure', async () => {
    const { network, server, toServer } = await started()
    await server.close()
    await expect(network.ue(new SoftUsim(aSubscriber), toServer).bootstrap()).rejects.toThrow(
      TemporaryFailure,
    )
  })

  it('HSS outage: 503, at the UE a temporary failure', async () => {
    const { network, toServer, messages } = await started()
    network.bsfPorts.zh.authenticate = () => Promise.reject(new TemporaryFailure('no HSS'))
    await expect(network.ue(new SoftUsim(aSubscriber), toServer).bootstrap()).rejects.toThrow(
      TemporaryFailure,
    )
    expect(messages.at(-1)?.name).toBe('503 Service Unavailable')
  })

  it('R48: a fault after the answer went out is told to the node and ends nothing', async () => {
    const faults: unknown[] = []
    const network = gbaNetwork()
    await network.subscribers.put(aSubscriber)
    const server = await startUbServer({
      ...{
        address: '127.0.0.1',
        port: 0,
        maxConnections: 10,
        connect: (client) => network.bsf.connect(client),
      },
      onMessage() {
        throw new TypeError('the observer fails')
      },
      onFault: (error) => void faults.push(error),
    })
    running.push(server)
    const ub = connectUb({ address: '127.0.0.1', port: server.port, onMessage: () => undefined })
    const statuses = [(await ub.exchange(firstRequest(aSubscriber.impi))).status]
    statuses.push((await ub.exchange(firstRequest(aSubscriber.impi))).status)
    ub.close()
    expect([statuses, faults.length]).toEqual([[401, 401], 2])
  })

  it('a fault of ours is 500 without a word, and told to the node', async () => {
    const { network, toServer, faults } = await started()
    network.bsfPorts.zh.authenticate = () => Promise.reject(new TypeError('secret'))
    const response = await toServer().exchange(firstRequest(aSubscriber.impi))
    expect([response.status, response.body.length, faults.length]).toEqual([500, 0, 1])
  })
})

describe('Ub over HTTP, bad input', () => {
  const refused: readonly (readonly [string, string, Uint8Array, string])[] = [
    [
      'R42, B41',
      'Content-Length and Transfer-Encoding',
      lines('GET / HTTP/1.1', host, 'Content-Length: 1', 'Transfer-Encoding: chunked'),
      '400',
    ],
    [
      'R42, B41',
      'two Content-Length',
      lines('GET / HTTP/1.1', host, 'Content-Length: 1', 'Content-Length: 2'),
      '400',
    ],
    ['R42, B41', 'negative Content-Length', lines('GET / HTTP/1.1', host, 'Content-Length: -1'), '400'],
    [
      'R42',
      'Content-Length of 2^53',
      lines('GET / HTTP/1.1', host, 'Content-Length: 9007199254740992'),
      '413',
    ],
    ['R42', 'no Host', lines('GET / HTTP/1.1', 'Connection: close', authorization), '400'],
    ['R42', 'two Hosts', lines('GET / HTTP/1.1', host, host, 'Connection: close', authorization), '400'],
    ['R42', 'a header block of 17 KiB', lines('GET / HTTP/1.1', host, `X: ${'a'.repeat(17 * 1024)}`), '431'],
    [
      'R42, B42',
      '1 GiB declared',
      lines('GET / HTTP/1.1', host, authorization, `Content-Length: ${2 ** 30}`),
      '413',
    ],
    [
      'R42, B42',
      'a body of 64 KiB + 1, chunked',
      concat(
        lines('GET / HTTP/1.1', host, authorization, 'Transfer-Encoding: chunked'),
        utf8(`10001\r\n${'x'.repeat(65537)}\r\n0\r\n\r\n`),
      ),
      '413',
    ],
    [
      'B50',
      'two Authorization headers',
      lines('GET / HTTP/1.1', host, authorization, authorization, 'Connection: close'),
      '400',
    ],
    [
      'B50',
      'an Authorization of 8 KiB',
      lines(
        'GET / HTTP/1.1',
        host,
        `Authorization: Digest username="${'a'.repeat(8192)}"`,
        'Connection: close',
      ),
      '400',
    ],
    ['R40', 'no HTTP', lines('\u0016\u0003\u0001hello'), '400'],
  ]
  it.each(refused)('%s: %s', async (_, __, octets, status) => {
    const { network, server, faults } = await started()
    const answer = await conversation(server.port, octets)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).not.toContain('WWW-Authenticate')
    expect(network.reports).toEqual([])
    expect(faults).toEqual([])
  })

  it('R42: the 100th answer of a connection ends it', async () => {
    const { network, server } = await started(gbaNetwork({ config: { challengesPerMinute: Infinity } }))
    const socket = connect(server.port, '127.0.0.1')
    let answers = 0
    const ask = () => socket.write(lines('GET / HTTP/1.1', host, authorization))
    socket.on('data', () => {
      answers++
      ask()
    })
    ask()
    await closed(socket)
    expect(answers).toBe(100)
    expect(network.reports.filter(({ node }) => node === 'hss')).toHaveLength(100)
  })

  it('R43: a connection with more than 16 requests that wait for an answer is closed', async () => {
    const { network, server } = await started()
    network.bsfPorts.zh.authenticate = () => new Promise(() => undefined)
    const requests = Array.from({ length: 17 }, () => lines('GET / HTTP/1.1', host, authorization))
    expect(await conversation(server.port, concat(...requests))).toBe('')
  })

  it('R36: the third wrong response ends the connection with 403', async () => {
    const { server } = await started()
    const credentials = `Authorization: Digest username="${aSubscriber.impi}", realm="${bsfName}", uri="/", response="x", nonce=`
    const socket = connect(server.port, '127.0.0.1')
    const ended = closed(socket)
    const statuses: string[] = []
    let nonce = ''
    const ask = () => socket.write(lines('GET / HTTP/1.1', host, `${credentials}"${nonce}"`))
    socket.on('data', (part) => {
      const text = part.toString()
      statuses.push(text.slice(9, 12))
      nonce = /nonce="([^"]*)"/.exec(text)?.[1] ?? ''
      if (nonce) ask()
    })
    ask()
    await ended
    expect(statuses).toEqual(['401', '401', '401', '403'])
  })
})
