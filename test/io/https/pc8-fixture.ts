import { createConnection, type Socket } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { Instant } from '../../../src/core/units.ts'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import type { Clock } from '../../../src/core/environment.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { ProseUeId } from '../../../src/core/identities/prose.ts'
import { KsNaf, Pdk } from '../../../src/core/keys.ts'
import type { Pc8Offer, Pc8Service, Pc8Subscriber } from '../../../src/entities/kmf/ports.ts'
import type { Pc8Association, Pc8Port } from '../../../src/entities/ue/ports.ts'
import type { GbaServer } from '../../../src/io/https/gba-server.ts'
import { createPc8Client, type Pc8ClientOptions } from '../../../src/io/https/pc8-client.ts'
import { startPc8Server, type Pc8ServerOptions } from '../../../src/io/https/pc8-server.ts'
import type { Pc8Message } from '../../../src/io/https/pc8-message.ts'
import type { ProseDirectKeyRequest } from '../../../src/reference-points/pc8/exchange.ts'
import { decodeProseDirectKeyRequest } from '../../../src/reference-points/pc8/messages.ts'
import { pskIdentityOf } from '../../../src/reference-points/pc8/psk-identity.ts'

export const kmfName = Fqdn('pkmf.mnc002.mcc001.pub.3gppnetwork.org')
export const btid = BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc002.mcc001.pub.3gppnetwork.org')
export const otherBtid = BTid('4wX2I1U8vpY3qJ0hiuZNrg==@bsf.mnc002.mcc001.pub.3gppnetwork.org')
export const key13 = KsNaf(fromHex('13'.repeat(32)))
export const key12 = KsNaf(fromHex('12'.repeat(32)))
export const pdk = Pdk(fromHex('4b'.repeat(32)))
export const expires = Instant(Date.UTC(2030, 0, 1))
export const association: Pc8Association = { kmf: kmfName, btid, tls13Key: key13, tls12Key: key12 }

export const keyRequest: ProseDirectKeyRequest = {
  transactionId: 17,
  ue1Id: { kind: 'b-tid', btid: otherBtid },
  ue2Id: ProseUeId(0x0a0b0c),
  nafId: nafIdOf(Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.prose),
  extensions: 0,
}

/** A KMF that knows one B-TID, with a key for each version of TLS. */
export function serviceOf(known: readonly BTid[] = [btid]): Pc8Service & { readonly offers: Pc8Offer[] } {
  const offers: Pc8Offer[] = []
  return {
    offers,
    associate(offer): Promise<Pc8Subscriber | undefined> {
      offers.push(offer)
      const found = known.find((candidate) => offer.identity === pskIdentityOf(candidate))
      const key = hex(offer.uaId) === hex(uaIds.tls13) ? key13 : key12
      return Promise.resolve(found && { btid: found, key: KsNaf(key), expires, ussList: [] })
    },
    answer(body) {
      const { transactionId } = decodeProseDirectKeyRequest(body)
      return Promise.resolve({
        transactionId,
        outcome: 'key',
        pdk: Pdk(pdk),
        keyExpiry: expires,
        ue1ProseUeIds: [],
      })
    },
  }
}

export interface TestServer extends GbaServer {
  readonly messages: Pc8Message[]
  readonly counts: string[]
  readonly faults: unknown[]
}

const running: { close(): unknown }[] = []

/** Ends every server, client and socket of a test. */
export async function closeAll(): Promise<void> {
  await Promise.all(running.splice(0).map((one) => one.close()))
}

export const clockAt = (now: Instant): Clock & { now: () => Instant } => ({ now: () => now })

export async function serverOf(options: Partial<Pc8ServerOptions> = {}): Promise<TestServer> {
  const messages: Pc8Message[] = []
  const counts: string[] = []
  const faults: unknown[] = []
  const server = await startPc8Server({
    ...{ address: '127.0.0.1', port: 0, names: [kmfName], versions: ['1.3', '1.2'], maxConnections: 100 },
    ...{ service: serviceOf(), clock: clockAt(Instant(Date.UTC(2029, 0, 1))) },
    onMessage: (message) => void messages.push(message),
    onFault: (fault) => void faults.push(fault),
    count: (name) => void counts.push(name),
    ...options,
  })
  running.push(server)
  return { ...server, messages, counts, faults }
}

export function clientOf(server: Pick<GbaServer, 'port'>, options: Partial<Pc8ClientOptions> = {}): Pc8Port {
  const client = createPc8Client({
    ...{ address: '127.0.0.1', port: server.port, versions: ['1.3', '1.2'], onMessage: () => undefined },
    ...options,
  })
  running.push(client)
  return client
}

/** A TCP connection through which a test says what no client of ours would. */
export function rawSocket(port: number): Socket {
  const socket = createConnection(port, '127.0.0.1')
  socket.on('error', () => undefined)
  running.push({ close: () => socket.destroy() })
  return socket
}

/** A TLS connection with the right key, for HTTP that no client of ours would send. */
export function rawTls(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host: '127.0.0.1', port, ciphers: 'TLS_AES_128_GCM_SHA256:DHE-PSK-AES128-GCM-SHA256' },
      pskCallback: (hint) => ({ psk: hint === null ? key13 : key12, identity: pskIdentityOf(btid) }),
      checkServerIdentity: () => undefined,
      ...options,
    })
    running.push({ close: () => socket.destroy() })
    socket.once('secureConnect', () => resolve(socket))
    socket.on('error', reject)
  })
}

/** All text until the peer closes. */
export function textUntilClose(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.once('close', () => resolve(text))
  })
}
