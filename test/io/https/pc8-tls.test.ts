import { once } from 'node:events'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { Pc8IdentityRefused, TemporaryFailure } from '../../../src/core/errors.ts'
import { uaIds } from '../../../src/core/identities/naf-id.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { Instant } from '../../../src/core/units.ts'
import type { Pc8ServerOptions } from '../../../src/io/https/pc8-server.ts'
import type { Pc8Octets } from '../../../src/io/https/pc8-message.ts'
import { pskIdentityOf } from '../../../src/reference-points/pc8/psk-identity.ts'
import { pc8Tls } from '../../../src/io/https/pc8-security.ts'
import {
  association,
  btid,
  clientOf,
  clockAt,
  closeAll,
  expires,
  key12,
  keyRequest,
  otherBtid,
  rawSocket,
  rawTls,
  serverOf as serverOfFixture,
  serviceOf,
  textUntilClose,
} from './pc8-fixture.ts'

afterEach(closeAll)

const versions = ['1.3', '1.2'] as const
const uaIdOf = { '1.3': hex(uaIds.tls13), '1.2': hex(uaIds.tls12DhePsk) }

/** TLS has the TCP socket itself where nobody captures octets, and else what passes the gate: both must hold. */
const forms: readonly (readonly [string, Partial<Pc8ServerOptions>])[] = [
  ['on the socket', {}],
  ['through the gate', { onOctets: () => undefined }],
]

describe.each(forms)('handshake of PC8 %s', (_form, form) => {
  const serverOf = (options: Partial<Pc8ServerOptions> = {}) => serverOfFixture({ ...form, ...options })

  it.each(versions)(
    'TLS %s: the key of a B-TID secures the connection, its Ua id names the version',
    async (version) => {
      const service = serviceOf()
      const server = await serverOf({ service })
      const client = clientOf(server, { versions: [version] })
      await client.open(association)
      const response = await client.requestKey(keyRequest)
      expect(response).toMatchObject({ outcome: 'key', transactionId: 17 })
      expect(service.offers.map((offer) => hex(offer.uaId))).toEqual([uaIdOf[version]])
    },
  )

  it('takes 1.3 of a client that offers both, and 1.2 where the server has only that', async () => {
    const service = serviceOf()
    for (const offered of [['1.3', '1.2'], ['1.2']] as const) {
      const client = clientOf(await serverOf({ service, versions: offered }))
      await client.open(association)
      await client.requestKey(keyRequest)
    }
    expect(service.offers.map((offer) => hex(offer.uaId))).toEqual([uaIdOf['1.3'], uaIdOf['1.2']])
  })

  it.each(versions)('TLS %s: waits for a look-up that takes its time', async (version) => {
    const service = serviceOf()
    const slow = { ...service, associate: (offer: never) => wait(30).then(() => service.associate(offer)) }
    const client = clientOf(await serverOf({ service: slow }), { versions: [version] })
    await client.open(association)
    expect(await client.requestKey(keyRequest)).toMatchObject({ outcome: 'key' })
  })

  it.each(versions)(
    'B38: TLS %s: an unknown identity gets an alert, no request is parsed',
    async (version) => {
      const server = await serverOf()
      const client = clientOf(server, { versions: [version] })
      await expect(client.open({ ...association, btid: otherBtid })).rejects.toBeInstanceOf(
        Pc8IdentityRefused,
      )
      expect(client.isOpen).toBe(false)
      await expect(client.requestKey(keyRequest)).rejects.toBeInstanceOf(TemporaryFailure)
      expect(server.messages).toEqual([])
      expect(server.counts).toEqual(['pc8-handshake-refused'])
    },
  )

  it.each(versions)('B38: TLS %s: a wrong key gets an alert', async (version) => {
    const wrong = KsNaf(new Uint8Array(32).fill(0xee))
    const client = clientOf(await serverOf(), { versions: [version] })
    await expect(client.open({ ...association, tls13Key: wrong, tls12Key: wrong })).rejects.toBeInstanceOf(
      Pc8IdentityRefused,
    )
  })

  it('B38: TLS 1.1 and an identity of more than 128 octets get an alert; the KMF is not asked', async () => {
    const service = serviceOf()
    const { port } = await serverOf({ service })
    const old = {
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'PSK-AES128-CBC-SHA@SECLEVEL=0',
    } as const
    await expect(rawTls(port, old)).rejects.toThrow(/alert/)
    // OpenSSL as a client takes no more than 256 octets; the reader of the ClientHello is tested with 2000.
    const long = { identity: '3GPP-bootstrapping;'.padEnd(200, 'x'), psk: new Uint8Array(32).fill(1) }
    await expect(rawTls(port, { pskCallback: () => long })).rejects.toThrow(/alert/)
    expect(service.offers).toEqual([])
  })

  it.each([
    'PSK-AES128-GCM-SHA256',
    'DHE-PSK-AES128-CBC-SHA256',
    'ECDHE-PSK-CHACHA20-POLY1305',
    'AES128-GCM-SHA256',
  ])('R38: offering only %s gets an alert', async (ciphers) => {
    const { port } = await serverOf()
    await expect(rawTls(port, { maxVersion: 'TLSv1.2', ciphers })).rejects.toThrow(/alert/)
  })

  it('R38: TLS 1.2 uses a group of 2048 bits', async () => {
    const { port } = await serverOf()
    const socket = await rawTls(port, { maxVersion: 'TLSv1.2', minDHSize: 2048 })
    expect(socket.getCipher().standardName).toBe('TLS_DHE_PSK_WITH_AES_128_GCM_SHA256')
    expect(socket.getEphemeralKeyInfo()).toMatchObject({ type: 'DH', size: 2048 })
  })

  it.each(versions)(
    'R38: TLS %s: no ticket, so that a second connection asks for the identity too',
    async (version) => {
      const service = serviceOf()
      const { port } = await serverOf({ service })
      const tlsVersion = version === '1.3' ? 'TLSv1.3' : 'TLSv1.2'
      const range = { minVersion: tlsVersion, maxVersion: tlsVersion } as const
      const first = await rawTls(port, range)
      let session = first.getSession()
      first.on('session', (ticket: Buffer) => (session = Buffer.from(ticket)))
      first.end(httpRequestText('127.0.0.1'))
      await textUntilClose(first)
      const resumed = rawTls(port, {
        ...range,
        ...(session ? { session: Buffer.from(session) } : {}),
        pskCallback: () => null,
      })
      await expect(resumed).rejects.toThrow()
      const second = await rawTls(port, { ...range, ...(session ? { session: Buffer.from(session) } : {}) })
      second.end(httpRequestText('127.0.0.1'))
      await textUntilClose(second)
      expect(service.offers.map((offer) => offer.identity)).toContain(pskIdentityOf(btid))
      expect(service.offers.length).toBeGreaterThanOrEqual(2)
    },
  )

  it('R38: a client that asks for renegotiation gets none', async () => {
    const socket = await rawTls((await serverOf()).port, { maxVersion: 'TLSv1.2' })
    socket.renegotiate({}, () => undefined)
    await expect(once(socket, 'close')).rejects.toThrow('no renegotiation')
  })

  it('R14: when the key cannot be looked up now, the UE sees an outage and no refusal of its B-TID', async () => {
    const away = { ...serviceOf(), associate: () => Promise.reject(new TemporaryFailure('the BSF is away')) }
    const client = clientOf(await serverOf({ service: away }))
    await expect(client.open(association)).rejects.toBeInstanceOf(TemporaryFailure)
  })

  it('a KMF that is not there is an outage', async () => {
    const gone = createTcpServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    await once(gone, 'close')
    const client = clientOf({ port })
    await expect(client.open(association)).rejects.toBeInstanceOf(TemporaryFailure)
  })

  it('a KMF that says nothing is an outage', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const client = clientOf({ port }, { deadlines: { open: 30, request: 30 } })
    await expect(client.open(association)).rejects.toBeInstanceOf(TemporaryFailure)
    silent.close()
  })

  it.each([
    ['1.3', 1],
    ['1.3', 7],
    ['1.2', 1],
    ['1.2', 7],
  ] as const)('TLS %s works when every record comes in writes of %i octets', async (version, size) => {
    const server = await serverOf()
    const chopper = createTcpServer((near) => {
      const far = rawSocket(server.port)
      far.setNoDelay(true)
      near.on('data', (chunk: Buffer) => {
        for (let at = 0; at < chunk.length; at += size) far.write(chunk.subarray(at, at + size))
      })
      far.on('data', (chunk) => near.write(chunk))
      near.on('close', () => far.destroy())
      near.on('error', () => far.destroy())
      far.on('close', () => near.destroy())
    }).listen(0, '127.0.0.1')
    await once(chopper, 'listening')
    const { port } = chopper.address() as AddressInfo
    const client = clientOf({ port }, { versions: [version] })
    await client.open(association)
    expect(await client.requestKey(keyRequest)).toMatchObject({ outcome: 'key' })
    chopper.close()
  })

  it('a client that goes away during the look-up leaves nothing behind', async () => {
    let finish: () => void = () => undefined
    const started = new Promise<void>((resolve) => {
      finish = resolve
    })
    const service = serviceOf()
    let answer: () => void = () => undefined
    const held = new Promise<void>((resolve) => (answer = resolve))
    const slow = {
      ...service,
      associate: async (offer: never) => {
        finish()
        await held
        return service.associate(offer)
      },
    }
    const server = await serverOf({ service: slow })
    const client = clientOf(server)
    const opening = client.open(association).catch((error: unknown) => error)
    await started
    const gone = client.close()
    answer()
    await gone
    expect(await opening).toBeInstanceOf(TemporaryFailure)
    const next = clientOf(server)
    await next.open(association)
    expect(await next.requestKey(keyRequest)).toMatchObject({ outcome: 'key' })
    expect(server.faults).toEqual([])
  })

  it('R42: plain HTTP, and whatever does not begin as TLS, is closed at once', async () => {
    const server = await serverOf()
    for (const start of ['POST /prose/pc8 HTTP/1.1\r\n', '\x16\x02', '\x00']) {
      const socket = rawSocket(server.port)
      socket.write(Buffer.from(start, 'latin1'))
      expect(await textUntilClose(socket)).toBe('')
    }
    expect(server.counts).toEqual(Array(3).fill('pc8-handshake-refused'))
  })

  it('R42: a client that begins no handshake, or no whole one, is closed after the handshake deadline', async () => {
    const server = await serverOf({ deadlines: { handshake: 30, request: 10_000 } })
    const idle = rawSocket(server.port)
    const slow = rawSocket(server.port)
    slow.write(Buffer.of(22, 3, 1, 0, 80, 1, 0))
    await Promise.all([textUntilClose(idle), textUntilClose(slow)])
    expect(server.counts.filter((name) => name === 'pc8-too-slow')).toHaveLength(2)
  })

  it('R43: beyond the bound of connections a new one is closed, the open one goes on', async () => {
    const server = await serverOf({ maxConnections: 1 })
    const client = clientOf(server)
    await client.open(association)
    await expect(clientOf(server).open(association)).rejects.toBeInstanceOf(TemporaryFailure)
    expect(await client.requestKey(keyRequest)).toMatchObject({ outcome: 'key' })
    expect(server.counts).toContain('pc8-connection-dropped')
  })

  it('the expiry of the key ends the connection', async () => {
    const server = await serverOf({ clock: clockAt(Instant(expires - 30)) })
    const socket = await rawTls(server.port)
    expect(await textUntilClose(socket)).toBe('')
  })

  it('gives the octets of the connection as they were, with the identity, to a capture', async () => {
    const seen: Pc8Octets[] = []
    const server = await serverOf({ onOctets: (octets) => void seen.push(octets) })
    const client = clientOf(server)
    await client.open(association)
    await client.requestKey(keyRequest)
    expect(seen.every((octets) => octets.identity?.btid === btid)).toBe(true)
    expect(seen[0]).toMatchObject({ sender: 'ue' })
    expect(seen[0]?.octets.subarray(0, 2)).toEqual(Buffer.of(22, 3))
    expect(seen.map((octets) => octets.sender)).toContain('kmf')
    expect(seen[0]?.octets.toString()).not.toContain('prose-direct-key')
  })

  it.each(versions)(
    'R31: TLS %s: key material leaves only by the key log, and only when that is wired',
    async (version) => {
      const lines: string[] = []
      const client = clientOf(
        await serverOf({ security: pc8Tls(['1.3', '1.2'], (line) => void lines.push(line)) }),
        {
          versions: [version],
        },
      )
      await client.open(association)
      await client.requestKey(keyRequest)
      expect(lines.join('\n')).toMatch(version === '1.3' ? /^CLIENT_TRAFFIC_SECRET_0 /m : /^CLIENT_RANDOM /m)
      expect(lines.join('\n')).not.toContain(hex(key12))
    },
  )
})

const httpRequestText = (host: string) => `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`
