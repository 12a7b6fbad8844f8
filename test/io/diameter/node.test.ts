import { describe as suite, expect, it } from 'vitest'
import {
  BTidUnknown,
  IdentityUnknown,
  NotAuthorised,
  TemporaryFailure,
  KeyRequestFailed,
} from '../../../src/core/errors.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { Instant, milliseconds } from '../../../src/core/units.ts'
import { resultOf } from '../../../src/wire/diameter/command.ts'
import { describe } from '../../../src/wire/diameter/describe.ts'
import { maskAvps } from '../../../src/wire/diameter/mask.ts'
import { PeerRefused } from '../../../src/io/diameter/node.ts'
import { bootstrappingInfo } from '../../../src/reference-points/zn/bootstrapping-info.ts'
import type {
  BootstrappingInfoAnswer,
  BootstrappingInfoRequest,
} from '../../../src/reference-points/zn/exchange.ts'
import {
  bsfHost,
  certified,
  kmfAndBsf,
  kmfHost,
  loopback,
  nodeOf,
  realm,
  stopped,
  until,
  zn,
} from './two-nodes.ts'

const request: BootstrappingInfoRequest = {
  btid: BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org'),
  nafId: nafIdOf(Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.prose),
  gsids: ['1000001'],
}
const answer: BootstrappingInfoAnswer = {
  meKeyMaterial: KsNaf(new Uint8Array(32).fill(7)),
  keyExpiry: Instant(1_900_000_000_000),
  creation: Instant(1_899_913_600_000),
  ussList: [{ id: '1000001', type: 0, uids: ['imsi:001010123456789'], flags: [1] }],
}
const context = '0123456789abcdef0123456789abcdef-fedcba9876543210'
const route = { destinationRealm: realm, deadline: milliseconds(5000), context }

suite('two Diameter nodes over mutual TLS', () => {
  it('exchange capabilities and a request with its answer', async () => {
    const { kmf, bsf } = await kmfAndBsf()
    bsf.node.handle(bootstrappingInfo, async (asked, from, trace) => {
      expect(asked).toEqual(request)
      expect(from).toEqual({ originHost: kmfHost, originRealm: realm })
      expect(trace).toBe(context)
      return Promise.resolve(answer)
    })
    const got = await kmf.node.request(bootstrappingInfo, request, route)
    expect(got).toEqual(answer)
    expect(Uint8Array.from(got.meKeyMaterial)).toEqual(new Uint8Array(32).fill(7))
    expect(kmf.events.map(({ direction, name }) => `${direction} ${name}`)).toEqual([
      'sent CER',
      'received CEA',
      'sent BIR',
      'received BIA',
    ])
    expect(kmf.events.slice(2).map((event) => event.context)).toEqual([context, context])
    expect(bsf.events.slice(2).map((event) => event.context)).toEqual([context, context])
  })

  it('R31: no key leaves through the tap', async () => {
    const { kmf, bsf } = await kmfAndBsf()
    bsf.node.handle(bootstrappingInfo, () => Promise.resolve(answer))
    await kmf.node.request(bootstrappingInfo, request, route)
    const bia = bsf.events.at(-1)
    if (!bia) throw new Error('nothing sent')
    expect(describe(bia.message)['ME-Key-Material']).toBe('[key]')
    const { bytes, masked } = maskAvps(bia.message)
    expect(masked).toHaveLength(1)
    expect(bytes.join()).not.toContain(new Uint8Array(32).fill(7).join())
    expect(bia.octets.join()).toContain(new Uint8Array(32).fill(7).join())
  })

  it.each([
    [new BTidUnknown('B65'), BTidUnknown],
    [new NotAuthorised('B66'), NotAuthorised],
    [new IdentityUnknown('B67'), IdentityUnknown],
    [new TemporaryFailure('away'), TemporaryFailure],
    [new KeyRequestFailed('no'), KeyRequestFailed],
    [new TypeError('a fault of the program'), KeyRequestFailed],
  ])('carry the refusal %s', async (thrown, expected) => {
    const { kmf, bsf } = await kmfAndBsf()
    bsf.node.handle(bootstrappingInfo, () => Promise.reject(thrown))
    await expect(kmf.node.request(bootstrappingInfo, request, route)).rejects.toThrow(expected)
  })

  it('start in any order: the one that connects keeps trying', async () => {
    const first = await nodeOf(bsfHost)
    const address = await first.node.listen(loopback)
    await stopped(first)
    const kmf = await nodeOf(kmfHost)
    kmf.node.addPeer({ host: bsfHost, realm, applications: [zn], address })
    await until(() => kmf.node.peers[0]?.phase === 'closed')
    const bsf = await nodeOf(bsfHost)
    bsf.node.addPeer({ host: kmfHost, realm, applications: [zn] })
    await bsf.node.listen(address)
    await kmf.node.whenAvailable(bsfHost)
  })

  it('meet when both connect at once: one connection stays', async () => {
    const bsf = await nodeOf(bsfHost)
    const kmf = await nodeOf(kmfHost)
    const toBsf = await bsf.node.listen(loopback)
    const toKmf = await kmf.node.listen(loopback)
    bsf.node.addPeer({ host: kmfHost, realm, applications: [zn], address: toKmf })
    kmf.node.addPeer({ host: bsfHost, realm, applications: [zn], address: toBsf })
    await Promise.all([kmf.node.whenAvailable(bsfHost), bsf.node.whenAvailable(kmfHost)])
    bsf.node.handle(bootstrappingInfo, () => Promise.resolve(answer))
    kmf.node.handle(bootstrappingInfo, () => Promise.resolve(answer))
    await expect(kmf.node.request(bootstrappingInfo, request, route)).resolves.toEqual(answer)
    await expect(bsf.node.request(bootstrappingInfo, request, route)).resolves.toEqual(answer)
  })

  it('B70: end a request as temporary failure when nobody is there, late or gone', async () => {
    const { kmf, bsf } = await kmfAndBsf()
    bsf.node.handle(bootstrappingInfo, () => new Promise(() => undefined))
    const elsewhere = { ...route, destinationRealm: Fqdn('other.example.org') }
    await expect(kmf.node.request(bootstrappingInfo, request, elsewhere)).rejects.toThrow(TemporaryFailure)
    const late = kmf.node.request(bootstrappingInfo, request, { ...route, deadline: milliseconds(20) })
    await expect(late).rejects.toThrow(TemporaryFailure)
    const open = kmf.node.request(bootstrappingInfo, request, { ...route, deadline: milliseconds(100) })
    await until(() => bsf.events.filter(({ name }) => name === 'BIR').length === 2)
    await stopped(bsf)
    await expect(open).rejects.toThrow(TemporaryFailure)
    await expect(kmf.node.request(bootstrappingInfo, request, route)).rejects.toThrow(TemporaryFailure)
  })

  it('B70: ask again with the T flag and the same end-to-end identifier when the peer is back', async () => {
    const security = await certified(bsfHost)
    const { kmf, bsf, address } = await kmfAndBsf({ bsf: { security } })
    bsf.node.handle(bootstrappingInfo, () => new Promise(() => undefined))
    const asked = kmf.node.request(bootstrappingInfo, request, route)
    await until(() => bsf.events.some(({ name }) => name === 'BIR'))
    await stopped(bsf)
    const again = await nodeOf(bsfHost, { security })
    again.node.handle(bootstrappingInfo, () => Promise.resolve(answer))
    again.node.addPeer({ host: kmfHost, realm, applications: [zn] })
    await again.node.listen(address)
    await expect(asked).resolves.toEqual(answer)
    const [first, second] = kmf.events.filter(({ name }) => name === 'BIR')
    expect(first?.message.header.retransmitted).toBe(false)
    expect(second?.message.header).toMatchObject({
      retransmitted: true,
      endToEnd: first?.message.header.endToEnd,
    })
  })

  it('R43: refuse work beyond their bounds, and stay up', async () => {
    const { kmf, bsf } = await kmfAndBsf({
      bsf: { limits: { working: 1 } },
      kmf: { limits: { outstanding: 2 } },
    })
    const release: (() => void)[] = []
    bsf.node.handle(bootstrappingInfo, () => new Promise((resolve) => release.push(() => resolve(answer))))
    const first = kmf.node.request(bootstrappingInfo, request, route)
    const second = kmf.node.request(bootstrappingInfo, request, route)
    await expect(kmf.node.request(bootstrappingInfo, request, route)).rejects.toThrow(TemporaryFailure)
    await expect(second).rejects.toThrow('3004')
    const busy = kmf.events.filter(({ name }) => name === 'BIA').map(({ message }) => resultOf(message.avps))
    expect(busy).toEqual([{ code: 3004 }])
    release.forEach((done) => done())
    await expect(first).resolves.toEqual(answer)
  })

  it('say good-bye with DPR and DPA', async () => {
    const { kmf, bsf } = await kmfAndBsf()
    await stopped(kmf)
    await until(() => bsf.node.peers[0]?.phase === 'closed')
    expect(bsf.events.map(({ name }) => name)).toEqual(['CER', 'CEA', 'DPR', 'DPA'])
    expect(bsf.node.peers[0]?.isAvailable).toBe(false)
  })

  it('B70: at its end a node answers what it works on, sends new requests elsewhere, and only then says DPR', async () => {
    const { kmf, bsf } = await kmfAndBsf({ bsf: { intervals: { draining: milliseconds(5000) } } })
    let finish: () => void = () => undefined
    bsf.node.handle(bootstrappingInfo, () => new Promise((resolve) => (finish = () => resolve(answer))))
    const first = kmf.node.request(bootstrappingInfo, request, route)
    await until(() => bsf.events.some(({ name }) => name === 'BIR'))
    const closed = stopped(bsf)
    await expect(kmf.node.request(bootstrappingInfo, request, route)).rejects.toThrow('3002')
    finish()
    await expect(first).resolves.toEqual(answer)
    await closed
    expect(bsf.events.slice(2).map(({ name }) => name)).toEqual(['BIR', 'BIR', 'BIA', 'BIA', 'DPR', 'DPA'])
  })

  it('leave a peer that is no more with DPR, and do not touch one that stays', async () => {
    const { kmf, bsf, address } = await kmfAndBsf()
    const peer = { host: bsfHost, realm, applications: [zn], address }
    await kmf.node.setPeers([{ ...peer }])
    expect(kmf.events.map(({ name }) => name)).toEqual(['CER', 'CEA'])
    await kmf.node.setPeers([])
    expect(kmf.events.map(({ name }) => name)).toEqual(['CER', 'CEA', 'DPR', 'DPA'])
    expect(kmf.node.peers).toEqual([])
    await kmf.node.setPeers([peer])
    await kmf.node.whenAvailable(bsfHost)
    await bsf.node.whenAvailable(kmfHost)
  })

  it('R38: new connections are secured by a new certificate, those that are open stay', async () => {
    const { kmf, bsf, address } = await kmfAndBsf()
    bsf.node.secure(await certified('elsewhere.example.org'))
    expect(kmf.node.peers[0]?.isAvailable).toBe(true)
    const late = await nodeOf(kmfHost)
    late.node.addPeer({ host: bsfHost, realm, applications: [zn], address })
    await until(() => late.node.peers[0]?.phase === 'closed')
    expect(late.events).toEqual([])
    late.node.secure(await certified(kmfHost))
    await kmf.node.setPeers([])
    bsf.node.secure(await certified(bsfHost))
    await late.node.whenAvailable(bsfHost)
  })

  it('R38: no connection with a certificate of another name, or of another authority', async () => {
    const bsf = await nodeOf(bsfHost, { security: await certified('elsewhere.example.org') })
    const kmf = await nodeOf(kmfHost)
    const address = await bsf.node.listen(loopback)
    bsf.node.addPeer({ host: kmfHost, realm, applications: [zn] })
    kmf.node.addPeer({ host: bsfHost, realm, applications: [zn], address })
    await until(() => kmf.node.peers[0]?.phase === 'closed')
    expect(kmf.events).toEqual([])
  })

  it('R38: the certificate of another peer does not do for the peer that connects', async () => {
    const bsf = await nodeOf(bsfHost)
    const address = await bsf.node.listen(loopback)
    bsf.node.addPeer({ host: kmfHost, realm, applications: [zn] })
    const kmf = await nodeOf(kmfHost, { security: await certified('elsewhere.example.org') })
    kmf.node.addPeer({ host: bsfHost, realm, applications: [zn], address })
    await until(() => bsf.counted.includes('diameter.cer-refused'))
    expect(bsf.node.peers[0]?.phase).toBe('closed')
  })

  it('take no peer twice and never themselves', async () => {
    const { kmf } = await kmfAndBsf()
    expect(() => kmf.node.addPeer({ host: bsfHost, realm, applications: [zn] })).toThrow(PeerRefused)
    expect(() => kmf.node.addPeer({ host: kmfHost, realm, applications: [zn] })).toThrow(PeerRefused)
  })
})
