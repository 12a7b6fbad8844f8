import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createSecureContext, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { KeyRequestFailed, Pc8IdentityRefused, TemporaryFailure } from '../../../src/core/errors.ts'
import { isAllZero } from '../../../src/core/bytes.ts'
import { Pdk } from '../../../src/core/keys.ts'
import { Instant } from '../../../src/core/units.ts'
import type { Pc8Service } from '../../../src/entities/kmf/ports.ts'
import type { ProseDirectKeyRequest } from '../../../src/reference-points/pc8/exchange.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import { Auts, Rand } from '../../../src/core/aka.ts'
import {
  encodeProseDirectKeyRequest,
  encodeProseDirectKeyResponse,
} from '../../../src/reference-points/pc8/messages.ts'
import type { Pc8ServerOptions } from '../../../src/io/https/pc8-server.ts'
import type { Pc8Message } from '../../../src/io/https/pc8-message.ts'
import {
  association,
  btid,
  clientOf,
  closeAll,
  expires,
  key13,
  keyRequest,
  kmfName,
  pdk,
  rawTls,
  serverOf as serverOfFixture,
  serviceOf,
  textUntilClose,
  type TestServer,
} from './pc8-fixture.ts'

afterEach(closeAll)

const document = new TextDecoder().decode(encodeProseDirectKeyRequest(keyRequest))
const mediaType = 'application/vnd.3gpp-prose-pc8+xml'

interface Parts {
  readonly method?: string
  readonly target?: string
  readonly fields?: readonly string[]
  readonly body?: string
}

/** A request as text; what is not said is right. */
const requestText = ({ method = 'POST', target = '/prose/pc8', fields, body = document }: Parts): string =>
  [
    `${method} ${target} HTTP/1.1`,
    ...(fields ?? [`Host: ${kmfName}`, `Content-Type: ${mediaType}`, `Content-Length: ${body.length}`]),
    ...['', body],
  ].join('\r\n')

const withLength = (length: string) => [
  `Host: ${kmfName}`,
  `Content-Type: ${mediaType}`,
  `Content-Length: ${length}`,
]

/** All that the server says to `text` until it closes. */
async function told(server: TestServer, text: string | Uint8Array): Promise<string> {
  const socket = await rawTls(server.port)
  socket.write(text)
  return textUntilClose(socket)
}

const status = (text: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1])

/** A service that must not be reached. */
const untouched = (): { service: Pc8Service; asked: () => number } => {
  let count = 0
  const answer = () => (count++, Promise.reject(new Error('reached')))
  return { service: { ...serviceOf(), answer }, asked: () => count }
}

/** TLS has the TCP socket itself where nobody captures octets, and else what passes the gate: both must hold. */
const forms: readonly (readonly [string, Partial<Pc8ServerOptions>])[] = [
  ['on the socket', {}],
  ['through the gate', { onOctets: () => undefined }],
]

describe.each(forms)('HTTP of PC8 %s', (_form, form) => {
  const serverOf = (options: Partial<Pc8ServerOptions> = {}) => serverOfFixture({ ...form, ...options })

  it('R33: the PDK is wiped once it is written', async () => {
    const given = Pdk(pdk)
    const service: Pc8Service = {
      ...serviceOf(),
      answer: () =>
        Promise.resolve({
          transactionId: 17,
          outcome: 'key',
          pdk: given,
          keyExpiry: expires,
          ue1ProseUeIds: [],
        }),
    }
    const client = clientOf(await serverOf({ service }))
    await client.open(association)
    const answer = await client.requestKey(keyRequest)
    expect(answer).toMatchObject({ outcome: 'key', pdk })
    expect(isAllZero(given)).toBe(true)
  })

  it.each(['GET', 'PUT', 'TRACE', 'DELETE', 'OPTIONS'])('B39: %s on the key URL is 405', async (method) => {
    const { service, asked } = untouched()
    const text = await told(await serverOf({ service }), requestText({ method }))
    expect(status(text)).toBe(405)
    expect(text).toContain('Allow: POST')
    expect(asked()).toBe(0)
  })

  it.each([
    '/',
    '/other',
    '//prose/pc8',
    '/prose//pc8',
    '/prose/../prose/pc8',
    '/%2e%2e/prose/pc8',
    '/prose/pc8?x',
    '/PROSE/PC8',
    '/prose/%70c8',
  ])('B39: target %s is 404', async (target) => {
    const { service, asked } = untouched()
    expect(status(await told(await serverOf({ service }), requestText({ target })))).toBe(404)
    expect(asked()).toBe(0)
  })

  it.each([
    ['none', []],
    ['text/xml', ['Content-Type: text/xml']],
    ['charset utf-16', [`Content-Type: ${mediaType}; charset=utf-16`]],
    ['another parameter', [`Content-Type: ${mediaType}; q=1`]],
  ])('B40: Content-Type %s is 415', async (_what, type) => {
    const { service, asked } = untouched()
    const fields = [`Host: ${kmfName}`, ...type, `Content-Length: ${document.length}`]
    expect(status(await told(await serverOf({ service }), requestText({ fields })))).toBe(415)
    expect(asked()).toBe(0)
  })

  it.each([`${mediaType}; charset=utf-8`, `${mediaType};charset="UTF-8"`, mediaType.toUpperCase()])(
    'B40: Content-Type %s is served',
    async (type) => {
      const fields = [
        `Host: ${kmfName}`,
        `Content-Type: ${type}`,
        `Content-Length: ${document.length}`,
        'Connection: close',
      ]
      expect(status(await told(await serverOf(), requestText({ fields })))).toBe(200)
    },
  )

  it.each([
    ['Content-Length and Transfer-Encoding', [...withLength('5'), 'Transfer-Encoding: chunked']],
    ['two Content-Length', [...withLength('5'), 'Content-Length: 6']],
    ['negative Content-Length', withLength('-1')],
    ['Content-Length of 2^53', withLength('9007199254740992')],
    ['no Host', [`Content-Type: ${mediaType}`, 'Content-Length: 0']],
    ['R42: Host of another', ['Host: localhost', `Content-Type: ${mediaType}`, 'Content-Length: 0']],
    ['two Host', [`Host: ${kmfName}`, 'Host: localhost', `Content-Type: ${mediaType}`, 'Content-Length: 0']],
    ['a field without a name', [': x', ...withLength('0')]],
  ])('B41: %s is 400 and the end of the connection', async (_what, fields) => {
    const { service, asked } = untouched()
    expect(status(await told(await serverOf({ service }), requestText({ fields })))).toBe(400)
    expect(asked()).toBe(0)
  })

  it('R42: Host is compared without its port and without case', async () => {
    const fields = [
      `Host: ${kmfName.toUpperCase()}:8443`,
      ...withLength(String(document.length)).slice(1),
      'Connection: close',
    ]
    expect(status(await told(await serverOf(), requestText({ fields })))).toBe(200)
  })

  it('B42: a body of 64 KiB + 1, said or chunked, and 1 GiB declared are 413', async () => {
    const { service, asked } = untouched()
    const server = await serverOf({ service })
    const long = 'x'.repeat(64 * 1024 + 1)
    expect(status(await told(server, requestText({ body: long })))).toBe(413)
    expect(status(await told(server, requestText({ fields: withLength(String(2 ** 30)) })))).toBe(413)
    const chunked = [`Host: ${kmfName}`, `Content-Type: ${mediaType}`, 'Transfer-Encoding: chunked']
    const body = `${long.length.toString(16)}\r\n${long}\r\n0\r\n\r\n`
    expect(status(await told(server, requestText({ fields: chunked, body })))).toBe(413)
    expect(asked()).toBe(0)
  })

  it('what comes after a plain request is answered after it, whatever it is', async () => {
    const server = await serverOf()
    const socket = await rawTls(server.port)
    const fields = [...withLength(String(document.length)), 'Connection: close']
    for (const text of [requestText({}), requestText({}).slice(0, 60)]) {
      socket.write(text)
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.write(requestText({}).slice(60))
    socket.write(requestText({ fields }))
    expect((await textUntilClose(socket)).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
    expect(server.counts).toEqual([])
  })

  it('R38: a plain request after the key has expired is 401 and the end of the connection', async () => {
    let now = Instant(Date.UTC(2029, 0, 1))
    const server = await serverOf({ clock: { now: () => now } })
    const socket = await rawTls(server.port)
    socket.write(requestText({}))
    await once(socket, 'data')
    now = expires
    socket.write(requestText({}))
    expect(status(await textUntilClose(socket))).toBe(401)
  })

  it('R43: a connection with more than 16 requests that wait for an answer is closed', async () => {
    const service = { ...serviceOf(), answer: () => new Promise<never>(() => undefined) }
    const server = await serverOf({ service })
    expect(await told(server, requestText({}).repeat(17))).toBe('')
    expect(server.counts).toContain('pc8-too-many-waiting')
  })

  it('R48: a fault after the answer went out is told to the node and ends nothing', async () => {
    const faults: unknown[] = []
    const server = await serverOf({
      onMessage() {
        throw new TypeError('the observer fails')
      },
      onFault: (fault) => void faults.push(fault),
    })
    const client = clientOf(server)
    await client.open(association)
    for (let turn = 0; turn < 2; turn++)
      expect(await client.requestKey(keyRequest)).toMatchObject({ outcome: 'key' })
    expect(faults).toHaveLength(2)
  })

  it('R42: a header block of more than 16 KiB is refused', async () => {
    const fields = [...withLength('0'), `X-Long: ${'x'.repeat(17 * 1024)}`]
    expect(status(await told(await serverOf(), requestText({ fields })))).toBe(431)
  })

  it('B43: a request that comes octet by octet is closed at its deadline', async () => {
    const server = await serverOf({ deadlines: { handshake: 10_000, request: 60 } })
    const socket = await rawTls(server.port)
    const text = requestText({})
    let at = 0
    const dribble = setInterval(() => socket.write(text.slice(at, ++at)), 10)
    expect(await textUntilClose(socket)).toBe('')
    clearInterval(dribble)
    expect(server.counts).toEqual(['pc8-too-slow'])
  })

  it('an idle connection stays open: its time counts only while a request comes in', async () => {
    const server = await serverOf({ deadlines: { handshake: 10_000, request: 40 } })
    const client = clientOf(server)
    await client.open(association)
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 60))
      expect(await client.requestKey(keyRequest)).toMatchObject({ outcome: 'key' })
    }
    expect(server.counts).toEqual([])
  })

  it.each([
    ['DOCTYPE', '<!DOCTYPE x>' + document.slice(document.indexOf('<prose'))],
    ['external entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
    [
      'entity used 1000 times',
      `<!DOCTYPE x [<!ENTITY e "${'a'.repeat(1024)}">]><x>${'&e;'.repeat(1000)}</x>`,
    ],
    ['60 000 character references', `<x>${'&#65;'.repeat(10_000)}</x>`],
    ['depth 17', '<x>'.repeat(17) + '</x>'.repeat(17)],
    ['257 elements', `<x>${'<y/>'.repeat(256)}</x>`],
    ['unclosed', document.slice(0, -5)],
    ['two roots', `${document}<x/>`],
    ['NUL', document.replace('0A0B0C', '0A0B\u0000C')],
    ['__proto__ element', document.replace('<ue1-id', '<__proto__/><ue1-id')],
    ['constructor element', document.replace('<ue1-id', '<constructor/><ue1-id')],
    ['toString root', '<toString/>'],
    ['no transaction-id', document.replace(' transaction-id="17"', '')],
  ])('B44, B45, B46: %s is 400, prototypes untouched', async (_what, body) => {
    expect(status(await told(await serverOf(), requestText({ body })))).toBe(400)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('B45: invalid UTF-8 and the BOM of UTF-16 are 400', async () => {
    const server = await serverOf()
    for (const body of [
      Buffer.from(document.replace('0A0B0C', '0A0\xff'), 'latin1'),
      Buffer.from(`\ufeff${document}`, 'utf16le'),
    ]) {
      const head = requestText({ fields: withLength(String(body.length)), body: '' })
      expect(status(await told(server, Buffer.concat([Buffer.from(head), body])))).toBe(400)
    }
  })

  it('R38: 401 and the end of the connection once the key has expired', async () => {
    let now = Instant(expires - 3_600_000)
    const server = await serverOf({ clock: { now: () => now } })
    const client = clientOf(server)
    await client.open(association)
    expect(await client.requestKey(keyRequest)).toMatchObject({ outcome: 'key' })
    now = expires
    await expect(client.requestKey(keyRequest)).rejects.toBeInstanceOf(Pc8IdentityRefused)
    expect(server.counts).toEqual(['pc8-http-401'])
    await new Promise((resolve) => setImmediate(resolve))
    await expect(client.requestKey(keyRequest)).rejects.toThrow()
  })

  it('a fault of ours is 500, told to the operator; the UE sees an outage', async () => {
    const fault = new Error('a bug')
    const server = await serverOf({ service: { ...serviceOf(), answer: () => Promise.reject(fault) } })
    const client = clientOf(server)
    await client.open(association)
    await expect(client.requestKey(keyRequest)).rejects.toBeInstanceOf(TemporaryFailure)
    expect(server.faults).toEqual([fault])
  })

  it('gives every message once, by its sender, as it is on the wire', async () => {
    const sent: Pc8Message[] = []
    const server = await serverOf()
    const client = clientOf(server, { onMessage: (message) => void sent.push(message) })
    await client.open(association)
    const context = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'
    await client.requestKey(keyRequest, context)
    expect(sent).toMatchObject([
      { sender: 'ue', name: 'PROSE_DIRECT_KEY_REQUEST', step: '4', context, identity: { btid } },
    ])
    expect(server.messages).toMatchObject([
      { sender: 'kmf', name: 'PROSE_DIRECT_KEY_RESPONSE', step: '10', context, identity: { btid } },
    ])
    expect(server.messages[0]?.client).toBe(sent[0]?.client)
    expect(Object.keys(server.messages[0]?.identity ?? {})).toEqual(['btid'])
    const socket = await rawTls(server.port)
    socket.write(sent[0]?.octets ?? '')
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    expect(chunk.toString()).toBe(Buffer.from(server.messages[1]?.octets ?? []).toString())
  })

  it('requests wait for their turn on the one connection', async () => {
    const order: number[] = []
    const service: Pc8Service = {
      ...serviceOf(),
      answer: async (body, subscriber) => {
        const response = await serviceOf().answer(body, subscriber)
        order.push(response.transactionId)
        return response
      },
    }
    const server = await serverOf({ service })
    const client = clientOf(server)
    await client.open(association)
    const ids = [1, 2, 3, 4, 5]
    const responses = await Promise.all(
      ids.map((id) => client.requestKey({ ...keyRequest, transactionId: id })),
    )
    expect(responses.map((response) => response.transactionId)).toEqual(ids)
    expect(order).toEqual(ids)
    expect(new Set(server.messages.map((message) => message.client)).size).toBe(1)
  })

  it('no answer in time is an outage, and the connection is given up', async () => {
    const service = { ...serviceOf(), answer: () => new Promise<never>(() => undefined) }
    const client = clientOf(await serverOf({ service }), { deadlines: { open: 10_000, request: 30 } })
    await client.open(association)
    await expect(client.requestKey(keyRequest)).rejects.toBeInstanceOf(TemporaryFailure)
  })
})

describe('a faulty KMF, on the side of UE-2', () => {
  const response = (text: string, type = mediaType) =>
    `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${text.length}\r\n\r\n${text}`
  const right = new TextDecoder().decode(
    encodeProseDirectKeyResponse({
      transactionId: 17,
      outcome: 'key',
      pdk,
      keyExpiry: expires,
      ue1ProseUeIds: [],
    }),
  )
  const imsiRequest: ProseDirectKeyRequest = {
    ...keyRequest,
    ue1Id: { kind: 'imsi', imsi: Imsi('001010123456789') },
  }
  const resynchronisation = { rand: Rand(new Uint8Array(16).fill(1)), auts: Auts(new Uint8Array(14).fill(2)) }

  /** A TLS server with the right key that says `text` to whatever comes, or at once. */
  async function faulty(text: string, when: 'asked' | 'unasked' = 'asked') {
    const server = createTlsServer({
      ciphers: 'TLS_AES_128_GCM_SHA256',
      secureContext: createSecureContext({ ciphers: 'TLS_AES_128_GCM_SHA256' }),
      pskCallback: () => key13,
    })
    server.on('secureConnection', (socket: TLSSocket) => {
      socket.on('error', () => undefined)
      if (when === 'unasked') socket.write(text)
      socket.on('data', () => {
        if (when === 'asked') socket.write(text)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = clientOf({ port }, { deadlines: { open: 10_000, request: 200 } })
    await client.open(association)
    return { client, stop: () => server.close() }
  }

  it.each([
    ['PDK of 31 octets', right.replace(/4B<\/prose-direct-key>/, '</prose-direct-key>'), keyRequest],
    ['PDK of 33 octets', right.replace('</prose-direct-key>', '4B</prose-direct-key>'), keyRequest],
    ['PDK of zeros', right.replace(/(?:4B){32}/, '00'.repeat(32)), keyRequest],
    ['no GPI to an IMSI', right, imsiRequest],
    ['no GPI to RAND and AUTS', right, { ...keyRequest, resynchronisation }],
    ['another transaction', right.replace('"17"', '"18"'), keyRequest],
    [
      'two outcomes',
      right.replace('<prose-direct-key>', '<error-code>2</error-code><prose-direct-key>'),
      keyRequest,
    ],
    ['no XML', 'no', keyRequest],
  ])('R30, B49: %s is refused', async (_what, text, request) => {
    const { client, stop } = await faulty(response(text))
    await expect(client.requestKey(request)).rejects.toBeInstanceOf(KeyRequestFailed)
    stop()
  })

  it.each([
    ['another media type', response(right, 'text/html'), KeyRequestFailed],
    [
      '302',
      'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n',
      KeyRequestFailed,
    ],
    ['400', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n', KeyRequestFailed],
    ['503', 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n', TemporaryFailure],
    [
      'a body without end',
      response(right).replace(/Content-Length: \d+/, 'Content-Length: 60000'),
      TemporaryFailure,
    ],
    ['a body of 64 KiB + 1', response('x'.repeat(65_537)), KeyRequestFailed],
    ['no HTTP', 'HELLO\r\n\r\n', TemporaryFailure],
  ])('%s is %o', async (_what, text, fault) => {
    const { client, stop } = await faulty(text)
    await expect(client.requestKey(keyRequest)).rejects.toBeInstanceOf(fault)
    stop()
  })

  const unasked = response(
    new TextDecoder().decode(
      encodeProseDirectKeyResponse({ transactionId: 17, outcome: 'bootstrapping-renegotiation' }),
    ),
  )

  it('R15: a re-negotiation before any request is dropped with its connection', async () => {
    const { client, stop } = await faulty(unasked, 'unasked')
    await expect.poll(() => client.isOpen).toBe(false)
    await expect(client.requestKey(keyRequest)).rejects.toBeInstanceOf(TemporaryFailure)
    stop()
  })

  it('R15: a second answer is dropped with its connection', async () => {
    const { client, stop } = await faulty(response(right) + unasked)
    expect(await client.requestKey(keyRequest)).toMatchObject({ outcome: 'key' })
    await expect.poll(() => client.isOpen).toBe(false)
    stop()
  })
})
