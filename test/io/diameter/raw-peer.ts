import { connect } from 'node:net'
import type { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { u32, utf8 } from '../../../src/core/bytes.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { Connection } from '../../../src/io/diameter/connection.ts'
import type { DiameterNodeOptions } from '../../../src/io/diameter/node.ts'
import { baseRequest } from '../../../src/io/diameter/identity.ts'
import { encodeAvp } from '../../../src/wire/diameter/avp.ts'
import { findAvp, decodeMessage, type DiameterMessage } from '../../../src/wire/diameter/message.ts'
import { encodeMessage } from '../../../src/wire/diameter/header.ts'
import { bsfHost, kmfHost, nodeOf, loopback, realm, zn } from './two-nodes.ts'

/** A peer made of octets: it sends what it is told and keeps what it gets. */
export interface RawPeer {
  send(...octets: readonly Uint8Array[]): void
  /** The next message; rejects when the connection ends before. */
  next(): Promise<DiameterMessage>
  /** Breaks the connection without a word. */
  end(): void
  /** Resolves when the connection is over. */
  readonly ended: Promise<void>
  readonly isOpen: boolean
}

export async function rawPeer(address: { host: string; port: number }): Promise<RawPeer> {
  const socket = connect(address)
  const received: DiameterMessage[] = []
  let wake: () => void = () => undefined
  let open = true
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  new Connection(socket, {
    message: (octets) => {
      received.push(decodeMessage(octets))
      wake()
    },
    broken: (error) => {
      throw error
    },
    closed: () => {
      open = false
      wake()
      end()
    },
  })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return {
    send: (...octets) => octets.forEach((one) => socket.write(one)),
    end: () => socket.destroy(),
    async next() {
      for (;;) {
        const message = received.shift()
        if (message) return message
        if (!open) throw new Error('the connection is over')
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    ended,
    get isOpen() {
      return open
    },
  }
}

const identity = (originHost: Fqdn, applications: readonly number[] = [zn]) => ({
  originHost,
  originRealm: realm,
  hostIpAddresses: ['127.0.0.1'],
  productName: 'octets',
  originStateId: 1,
  applications,
})

export const cer = (host: Fqdn = kmfHost, applications: readonly number[] = [zn]) =>
  baseRequest.cer(identity(host, applications), { hopByHop: 1, endToEnd: 1 })

export const dwr = (host: Fqdn = kmfHost) => baseRequest.dwr(identity(host), { hopByHop: 2, endToEnd: 2 })

/** A BSF in clear TCP that knows the KMF, and a stranger on a connection to it. */
export async function bsfAndStranger(
  applications: readonly number[] = [zn],
  more: Partial<DiameterNodeOptions> = {},
  isObserved = true,
) {
  const options: Partial<DiameterNodeOptions> = {
    identity: identity(bsfHost, applications),
    security: { unsafePlainTcp: true },
    intervals: { closing: milliseconds(10), draining: milliseconds(10) },
    ...more,
  }
  const bsf = await nodeOf(bsfHost, options, isObserved)
  const address = await bsf.node.listen(loopback)
  bsf.node.addPeer({ host: kmfHost, realm, applications })
  const peer = await rawPeer(address)
  return { bsf, peer, address }
}

/** The same after CER and CEA. */
export async function bsfAndPeer(
  applications?: readonly number[],
  more?: Partial<DiameterNodeOptions>,
  isObserved?: boolean,
) {
  const all = await bsfAndStranger(applications, more, isObserved)
  all.peer.send(cer(kmfHost, applications))
  const cea = await all.peer.next()
  return { ...all, cea, another: () => rawPeer(all.address) }
}

/** An AVP by code and vendor, M bit and V bit as its table has them. */
export const avp = (code: number, vendorId: number, data: Uint8Array | string) =>
  encodeAvp(
    findAvp(code, vendorId) ?? { code, vendorId, mandatory: true },
    typeof data === 'string' ? utf8(data) : data,
  )

const vendor3gpp = 10415

/** The AVPs of a good BIR by name; what a test wants different it puts over them, undefined leaves one out. */
export const birAvps = {
  session: avp(263, 0, `${kmfHost};1;1`),
  application: avp(260, 0, Uint8Array.of(...avp(266, 0, u32(vendor3gpp)), ...avp(258, 0, u32(zn)))),
  host: avp(264, 0, kmfHost),
  realm: avp(296, 0, realm),
  destination: avp(283, 0, realm),
  btid: avp(401, vendor3gpp, 'I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org'),
  naf: avp(
    402,
    vendor3gpp,
    new Uint8Array([...utf8('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), 255, 0, 0, 0, 2]),
  ),
}

export const bir = (
  avps: Partial<Record<keyof typeof birAvps | 'more', Uint8Array | undefined>> = {},
  header: Partial<Parameters<typeof encodeMessage>[0]> = {},
) =>
  encodeMessage(
    {
      request: true,
      proxiable: true,
      error: false,
      retransmitted: false,
      commandCode: 310,
      applicationId: zn,
      hopByHop: 77,
      endToEnd: 88,
      ...header,
    },
    ...Object.values({ ...birAvps, ...avps }).filter((one) => one !== undefined),
  )
