import { describe, expect, it } from 'vitest'
import { concat, u32 } from '../../../src/core/bytes.ts'
import { KeyRequestFailed, TemporaryFailure } from '../../../src/core/errors.ts'
import type { Clock } from '../../../src/core/environment.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { Instant, milliseconds } from '../../../src/core/units.ts'
import type { Reached } from '../../../src/io/diameter/peer-rules.ts'
import { systemClock } from '../../../src/io/system.ts'
import { bootstrappingInfo } from '../../../src/reference-points/zn/bootstrapping-info.ts'
import { disconnectPeer, relayApplication } from '../../../src/wire/diameter/base.ts'
import { resultOf } from '../../../src/wire/diameter/command.ts'
import type { Header } from '../../../src/wire/diameter/header.ts'
import { decodeMessage } from '../../../src/wire/diameter/message.ts'
import { avp, bir, cer, rawPeer } from './raw-peer.ts'
import { bsfHost, kmfHost, loopback, nodeOf, realm, until, zn } from './two-nodes.ts'

const relayHost = Fqdn(`dra1.${realm}`)
const secondRelay = Fqdn(`dra2.${realm}`)
const kmf12Host = Fqdn(`pkmf1-2.${realm}`)
const thirdRelay = Fqdn(`dra3.${realm}`)
const farRealm = Fqdn('epc.mnc002.mcc001.3gppnetwork.org')
const farHost = Fqdn(`kmf2.${farRealm}`)
const request = bootstrappingInfo.decodeRequest(decodeMessage(bir()).avps)
const answer = {
  meKeyMaterial: KsNaf(new Uint8Array(32).fill(7)),
  keyExpiry: Instant(1_900_000_000_000),
  creation: Instant(1_899_913_600_000),
  ussList: [],
}
const route = { destinationRealm: realm, deadline: milliseconds(5000) }
const kmf = { host: kmfHost, realm, applications: [zn] }

const record = (host: Fqdn) => avp(282, 0, host)
const proxyInfo = (state: string) => avp(284, 0, concat(avp(280, 0, 'dra1.example.org'), avp(33, 0, state)))
const namesIn = (message: ReturnType<typeof decodeMessage>, code: number) =>
  message.avps.filter((one) => one.code === code).map((one) => new TextDecoder().decode(one.data))

/** A BSF, and the relay or relays on whose connections it hears of others. */
async function behindRelay(
  relayFor: readonly Reached[] = [kmf],
  more: { clock?: Clock; requestsPerSecond?: number; second?: Fqdn } = {},
) {
  const { clock = systemClock, requestsPerSecond = Infinity } = more
  const bsf = await nodeOf(bsfHost, {
    clock,
    security: { unsafePlainTcp: true },
    intervals: { closing: milliseconds(10) },
  })
  const asked: { readonly host: Fqdn; readonly realm: Fqdn }[] = []
  bsf.node.handle(bootstrappingInfo, (_request, from) => {
    asked.push({ host: from.originHost, realm: from.originRealm })
    return Promise.resolve(answer)
  })
  const address = await bsf.node.listen(loopback)
  const connected = async (host: Fqdn, priority: number) => {
    bsf.node.addPeer({ host, realm, applications: [], relayFor, priority, requestsPerSecond })
    const peer = await rawPeer(address)
    peer.send(cer(host, [relayApplication]))
    expect(resultOf((await peer.next()).avps)).toEqual({ code: 2001 })
    return peer
  }
  const relay = await connected(relayHost, 1)
  const second = more.second && (await connected(more.second, 0))
  return { bsf, relay, second, asked, address }
}

describe('a connection of a relay', () => {
  it('R39: brings requests of the hosts that are reachable through it, each under its own name', async () => {
    const { relay, asked } = await behindRelay()
    relay.send(bir({ more: record(kmfHost) }))
    expect(resultOf((await relay.next()).avps)).toEqual({ code: 2001 })
    expect(asked).toEqual([{ host: kmfHost, realm }])
  })

  it('R39: brings those of a realm, and of a relay behind it', async () => {
    const { relay, asked } = await behindRelay([{ realm: farRealm, applications: [zn] }])
    const far = { host: avp(264, 0, farHost), realm: avp(296, 0, farRealm) }
    relay.send(bir({ ...far, more: concat(record(farHost), record(Fqdn(`dra9.${farRealm}`))) }))
    expect(resultOf((await relay.next()).avps)).toEqual({ code: 2001 })
    expect(asked).toEqual([{ host: farHost, realm: farRealm }])
  })

  it.each([
    ['a host that is not reachable through it', { host: avp(264, 0, farHost), more: record(farHost) }],
    ['a reachable host in another realm', { realm: avp(296, 0, farRealm), more: record(kmfHost) }],
    ['a host that may only relay', { host: avp(264, 0, thirdRelay), more: record(thirdRelay) }],
    ['the relay itself', { host: avp(264, 0, relayHost) }],
    ['no Route-Record of the relay', {}],
    ['a host that asks itself in the last Route-Record', { more: record(kmf12Host) }],
    ['another host in the last Route-Record', { more: concat(record(kmfHost), record(farHost)) }],
  ])('R39, B69: %s: 5012; the relay stays, for all others', async (_, avps) => {
    const { relay, asked, bsf } = await behindRelay([
      kmf,
      { ...kmf, host: kmf12Host },
      { host: thirdRelay, realm, applications: [] },
    ])
    relay.send(bir(avps))
    expect(resultOf((await relay.next()).avps)).toEqual({ code: 5012 })
    expect(bsf.counted).toContain('diameter.forged-origin')
    relay.send(bir({ more: record(kmfHost) }))
    expect(resultOf((await relay.next()).avps)).toEqual({ code: 2001 })
    expect(asked).toHaveLength(1)
  })

  it('R39: stays with the same hosts behind it, and is left when there are others', async () => {
    const { bsf, relay, address } = await behindRelay()
    const options = { host: relayHost, realm, applications: [], priority: 1, requestsPerSecond: Infinity }
    await bsf.node.setPeers([{ ...options, relayFor: [{ ...kmf }] }])
    relay.send(bir({ more: record(kmfHost) }))
    expect(resultOf((await relay.next()).avps)).toEqual({ code: 2001 })

    await bsf.node.setPeers([{ ...options, relayFor: [{ ...kmf, host: kmf12Host }] }])
    expect((await relay.next()).header).toMatchObject({ request: true, commandCode: disconnectPeer.code })
    const again = await rawPeer(address)
    again.send(cer(relayHost, [relayApplication]))
    expect(resultOf((await again.next()).avps)).toEqual({ code: 2001 })
    again.send(bir({ more: record(kmfHost) }))
    expect(resultOf((await again.next()).avps)).toEqual({ code: 5012 })
  })

  it('leads to the realms of the hosts behind it, for their applications, while it is there', async () => {
    const { bsf, relay } = await behindRelay([{ realm: farRealm, applications: [zn] }])
    expect(bsf.node.leadsTo(farRealm, zn)).toBe(true)
    expect(bsf.node.leadsTo(realm, zn)).toBe(false)
    expect(bsf.node.leadsTo(farRealm, zn + 1)).toBe(false)
    relay.end()
    await until(() => bsf.node.peers[0]?.isAvailable === false)
    expect(bsf.node.leadsTo(farRealm, zn)).toBe(false)
  })

  it('R39: another application than the one a host behind it may use: 3007', async () => {
    const { relay, asked } = await behindRelay([kmf, { host: farHost, realm, applications: [16777268] }])
    relay.send(bir({ host: avp(264, 0, farHost), more: record(farHost) }))
    expect(resultOf((await relay.next()).avps)).toEqual({ code: 3007 })
    expect(asked).toEqual([])
  })

  it('R39: a peer that is no relay brings nobody else, and may not say that it is one', async () => {
    const bsf = await nodeOf(bsfHost, {
      security: { unsafePlainTcp: true },
      intervals: { closing: milliseconds(10) },
    })
    bsf.node.addPeer({ host: kmfHost, realm, applications: [zn] })
    const peer = await rawPeer(await bsf.node.listen(loopback))
    peer.send(cer(kmfHost, [relayApplication]))
    expect(resultOf((await peer.next()).avps)).toEqual({ code: 5010 })
  })

  it('learns what this node serves, not what it asks itself; other peers learn both', async () => {
    const identity = {
      ...{ originHost: bsfHost, originRealm: realm, hostIpAddresses: ['127.0.0.1'] },
      ...{ productName: 'Sidelock', originStateId: 1, applications: [zn, 16777221] },
    }
    const bsf = await nodeOf(bsfHost, {
      ...{ identity, security: { unsafePlainTcp: true } },
      intervals: { closing: milliseconds(10) },
    })
    bsf.node.handle(bootstrappingInfo, () => Promise.resolve(answer))
    bsf.node.addPeer({ host: relayHost, realm, applications: [], relayFor: [kmf] })
    bsf.node.addPeer(kmf)
    const address = await bsf.node.listen(loopback)
    const toldTo = async (peer: Fqdn, applications: readonly number[]) => {
      const connection = await rawPeer(address)
      connection.send(cer(peer, applications))
      return (await connection.next()).avps.filter(({ code }) => code === 260).length
    }
    expect(await toldTo(relayHost, [relayApplication])).toBe(1)
    expect(await toldTo(kmfHost, [zn])).toBe(2)
  })

  it('a request that was here before: 3005', async () => {
    const { relay } = await behindRelay()
    relay.send(bir({ more: concat(record(bsfHost), record(kmfHost)) }))
    expect(resultOf((await relay.next()).avps)).toEqual({ code: 3005 })
  })

  it('its Proxy-Info comes back in every answer, and no Route-Record does', async () => {
    const { relay } = await behindRelay()
    for (const more of [record(kmfHost), record(farHost)]) {
      relay.send(bir({ more: concat(more, proxyInfo('state')) }))
      const { avps } = await relay.next()
      expect(avps.filter(({ code }) => code === 284)).toHaveLength(1)
      expect(avps.filter(({ code }) => code === 282)).toEqual([])
    }
  })

  it('B70: a request that comes again by another relay is answered from the first time, with the Proxy-Info of its own way', async () => {
    const { relay, second, asked } = await behindRelay([kmf], { second: secondRelay })
    relay.send(bir({ more: concat(record(kmfHost), proxyInfo('first')) }))
    const first = await relay.next()
    second?.send(
      bir({ more: concat(record(kmfHost), proxyInfo('second')) }, { retransmitted: true, hopByHop: 99 }),
    )
    const again = await second?.next()
    expect(again?.header).toMatchObject({ hopByHop: 99, endToEnd: first.header.endToEnd })
    expect(namesIn(first, 284)[0]).toContain('first')
    expect(again && namesIn(again, 284)[0]).toContain('second')
    expect(asked).toHaveLength(1)
  })

  it('R43: more than it may bring in a second: 3004; what was answered before still is', async () => {
    const now = Instant(1_900_000_000_000)
    const { relay, asked } = await behindRelay([kmf], { clock: { now: () => now }, requestsPerSecond: 2 })
    const results: number[] = []
    for (const header of [
      { endToEnd: 1 },
      { endToEnd: 2 },
      { endToEnd: 3 },
      { endToEnd: 1, retransmitted: true },
    ]) {
      relay.send(bir({ more: record(kmfHost) }, header))
      results.push(resultOf((await relay.next()).avps).code)
    }
    expect(results).toEqual([2001, 2001, 3004, 2001])
    expect(asked).toHaveLength(2)
  })

  it('two hosts behind it may use one end-to-end identifier', async () => {
    const { relay, asked } = await behindRelay([kmf, { ...kmf, host: kmf12Host }])
    relay.send(bir({ more: record(kmfHost) }))
    await relay.next()
    relay.send(bir({ host: avp(264, 0, kmf12Host), more: record(kmf12Host) }, { retransmitted: true }))
    await relay.next()
    expect(asked.map(({ host }) => host)).toEqual([kmfHost, kmf12Host])
  })
})

/** The answer to a request of the BSF, of `host`. */
const answerOf = ({ hopByHop, endToEnd }: Header, code: number, host: Fqdn, itsRealm = realm) =>
  bir(
    {
      ...{ host: avp(264, 0, host), realm: avp(296, 0, itsRealm) },
      ...{ destination: undefined, btid: undefined, naf: undefined },
      more: avp(268, 0, u32(code)),
    },
    { request: false, error: code < 4000, hopByHop, endToEnd },
  )

describe('a request that goes by a relay', () => {
  it('takes the way with the lowest priority number, and the next one when that cannot deliver', async () => {
    const { bsf, relay, second } = await behindRelay([kmf], { second: secondRelay })
    const asked = bsf.node.request(bootstrappingInfo, request, route)
    const first = await second?.next()
    if (!second || !first) throw new Error('there is no second relay')
    second.send(answerOf(first.header, 3002, secondRelay))
    const again = await relay.next()
    expect(again.header).toMatchObject({ retransmitted: false, endToEnd: first.header.endToEnd })
    relay.send(answerOf(again.header, 5012, kmfHost))
    await expect(asked).rejects.toThrow(KeyRequestFailed)
  })

  it('goes to a realm that only the relay leads to, and not to one that nobody leads to', async () => {
    const { bsf, relay } = await behindRelay([{ realm: farRealm, applications: [zn] }])
    await expect(bsf.node.request(bootstrappingInfo, request, route)).rejects.toThrow(TemporaryFailure)
    const asked = bsf.node.request(bootstrappingInfo, request, { ...route, destinationRealm: farRealm })
    const { header, avps } = await relay.next()
    expect(avps.find(({ code }) => code === 283)?.data).toEqual(new TextEncoder().encode(farRealm))
    relay.send(answerOf(header, 5012, farHost, farRealm))
    await expect(asked).rejects.toThrow(KeyRequestFailed)
  })

  it('R39: an answer of a host that is not behind the relay is dropped, and the relay stays', async () => {
    const { bsf, relay } = await behindRelay()
    const asked = bsf.node.request(bootstrappingInfo, request, { ...route, deadline: milliseconds(50) })
    const { header } = await relay.next()
    relay.send(answerOf(header, 5012, farHost))
    await expect(asked).rejects.toThrow(TemporaryFailure)
    expect(bsf.counted).toContain('diameter.forged-origin')
    expect(relay.isOpen).toBe(true)
  })
})
