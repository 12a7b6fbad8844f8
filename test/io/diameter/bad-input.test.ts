import { describe, expect, it } from 'vitest'
import { concat, hex, u32, utf8 } from '../../../src/core/bytes.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { Instant, milliseconds } from '../../../src/core/units.ts'
import { resultOf } from '../../../src/wire/diameter/command.ts'
import { decodeMessage, type DiameterMessage } from '../../../src/wire/diameter/message.ts'
import { bootstrappingInfo } from '../../../src/reference-points/zn/bootstrapping-info.ts'
import { avp, bir, birAvps, bsfAndPeer, bsfAndStranger, cer, dwr } from './raw-peer.ts'
import { bsfHost, kmfHost, realm, until } from './two-nodes.ts'

const answer = {
  meKeyMaterial: KsNaf(new Uint8Array(32).fill(7)),
  keyExpiry: Instant(1_900_000_000_000),
  creation: Instant(1_899_913_600_000),
  ussList: [],
}

const resultIn = (message: DiameterMessage) => resultOf(message.avps).code
const failedIn = (message: DiameterMessage) => {
  const failed = message.avps.find((one) => one.definition?.name === 'Failed-AVP')
  return failed && hex(failed.data)
}

/** A BSF that answers every good BIR, and a peer of octets. */
async function serving() {
  const all = await bsfAndPeer()
  const asked: unknown[] = []
  all.bsf.node.handle(bootstrappingInfo, (request) => {
    asked.push(request)
    return Promise.resolve(answer)
  })
  return { ...all, asked }
}

/** What a BIR in this form is answered with; then a good one still is served. */
async function answerTo(octets: Uint8Array): Promise<DiameterMessage> {
  const { peer, asked } = await serving()
  peer.send(octets)
  const refusal = await peer.next()
  expect(refusal.header).toMatchObject({ request: false, hopByHop: 77, endToEnd: 88 })
  expect(asked).toEqual([])
  peer.send(bir())
  expect(resultIn(await peer.next())).toBe(2001)
  return refusal
}

describe('bad input on Diameter', () => {
  const header = (version: number, length: number) =>
    concat(Uint8Array.of(version, length >>> 16, length >>> 8, length), bir().subarray(4, 20))

  it.each([
    ['version 2', header(2, 20), 5011],
    ['length not a multiple of 4', header(1, 22), 5015],
    ['length below 20', header(1, 16), 5015],
    ['length of 16 MiB', header(1, 0xfffffc), 5015],
  ])('B56: %s: an answer, then the connection ends', async (_, octets, code) => {
    const { peer } = await serving()
    peer.send(octets)
    expect(resultIn(await peer.next())).toBe(code)
    await peer.ended
  })

  it.each([
    ['reserved flag bits', 0xc1],
    ['E bit in a request', 0xe0],
  ])('B57: %s: 3008', async (_, flags) => {
    const octets = bir()
    octets[4] = flags
    const refusal = await answerTo(octets)
    expect(resultIn(refusal)).toBe(3008)
    expect(refusal.header.error).toBe(true)
  })

  it('B58: unknown command: 3001; unknown application: 3007, whatever their AVPs', async () => {
    expect(resultIn(await answerTo(bir({}, { commandCode: 311 })))).toBe(3001)
    expect(resultIn(await answerTo(bir({}, { applicationId: 16777221 })))).toBe(3007)
    const unknown = { more: avp(4711, 0, 'x') }
    expect(resultIn(await answerTo(bir(unknown, { applicationId: 16777999 })))).toBe(3007)
  })

  it('B58: a request before the CER, and a second CER, end the connection', async () => {
    const before = await bsfAndStranger()
    before.peer.send(bir())
    await before.peer.ended
    const twice = await serving()
    twice.peer.send(cer())
    await twice.peer.ended
    expect(twice.bsf.counted).toContain('diameter.second-cer')
  })

  it.each([0, 7, 0x3ff8])('B59: AVP length %i: 5014 with Failed-AVP', async (length) => {
    const naf = Uint8Array.from(birAvps.naf)
    naf.set([length >>> 16, length >>> 8, length], 5)
    const refusal = await answerTo(bir({ naf }))
    expect(resultIn(refusal)).toBe(5014)
    expect(failedIn(refusal)).toBe('00000192c000000c000028af')
  })

  it('B59: padding missing: 5014', async () => {
    const naf = Uint8Array.from(birAvps.naf)
    naf.set([0, 0, naf.length + 1], 5)
    expect(resultIn(await answerTo(bir({ naf })))).toBe(5014)
  })

  it('B60: 64 Origin-Hosts: 5009 with the first one too many', async () => {
    const refusal = await answerTo(bir({ more: concat(...Array.from({ length: 63 }, () => birAvps.host)) }))
    expect(resultIn(refusal)).toBe(5009)
    expect(failedIn(refusal)).toBe(hex(birAvps.host))
  })

  it('B61: groups within groups, 9 deep: 5014', async () => {
    let group = avp(1, 0, 'x')
    for (let depth = 0; depth < 9; depth++) group = avp(279, 0, group)
    expect(resultIn(await answerTo(bir({ more: group })))).toBe(5014)
  })

  it('R40: a group with flag bits that may not be set: 3009, and the answer is a message itself', async () => {
    const group = Uint8Array.from(birAvps.application)
    group[4] = 0x41
    const refusal = await answerTo(bir({ application: group }))
    expect(resultIn(refusal)).toBe(3009)
    expect(failedIn(refusal)).toBe('0000010440000008')
  })

  it('R40: a group too many whose groups are 8 deep: 5009, and the answer is a message itself', async () => {
    let group = avp(1, 0, 'x')
    for (let depth = 0; depth < 7; depth++) group = avp(279, 0, group)
    const refusal = await answerTo(bir({ more: avp(260, 0, group) }))
    expect(resultIn(refusal)).toBe(5009)
    expect(failedIn(refusal)).toBe('0000010440000008')
  })

  it.each([
    ['a NUL octet', 'a\0b'],
    ['nothing', ''],
    ['60 000 characters', 'x'.repeat(60_000)],
  ])('B62: Session-Id of %s: 5004', async (_, session) => {
    const refusal = await answerTo(bir({ session: avp(263, 0, session) }))
    expect(resultIn(refusal)).toBe(5004)
    expect(failedIn(refusal)).toMatch(/^00000107/)
  })

  it.each([
    ['session', 'Session-Id', '0000010740000008'],
    ['destination', 'Destination-Realm', '0000011b40000008'],
    ['btid', 'Transaction-Identifier', '00000191c000000c000028af'],
    ['naf', 'NAF-Id', '00000192c000000c000028af'],
  ] as const)('B63: %s missing: 5005 with an empty %s in Failed-AVP', async (name, _, failed) => {
    const refusal = await answerTo(bir({ [name]: undefined }))
    expect(resultIn(refusal)).toBe(5005)
    expect(failedIn(refusal)).toBe(failed)
  })

  it('B64: unknown AVP with M bit: 5001; without: passed over', async () => {
    const unknown = avp(4711, 0, 'what is it')
    const refusal = await answerTo(bir({ more: unknown }))
    expect(resultIn(refusal)).toBe(5001)
    expect(failedIn(refusal)).toBe(hex(unknown))
    const { peer, asked } = await serving()
    unknown[4] = 0
    peer.send(bir({ more: unknown }))
    expect(resultIn(await peer.next())).toBe(2001)
    expect(asked).toHaveLength(1)
  })

  it('B64: known AVP under another vendor with M bit: 5001', async () =>
    expect(resultIn(await answerTo(bir({ more: avp(402, 99, 'x') })))).toBe(5001))

  it('B64: value of an enumeration out of range: 5004', async () => {
    const awareness = avp(407, 10415, u32(2))
    const refusal = await answerTo(bir({ more: awareness }))
    expect(resultIn(refusal)).toBe(5004)
    expect(failedIn(refusal)).toBe(hex(awareness))
  })

  it('B68: an answer that nobody asked for, twice, or on another connection: dropped', async () => {
    const { bsf, peer } = await serving()
    const route = { destinationRealm: realm, deadline: milliseconds(5000) }
    const request = bootstrappingInfo.decodeRequest(decodeMessage(bir()).avps)
    const asked = bsf.node.request(bootstrappingInfo, request, route)
    const { header } = await peer.next()
    const ids = { hopByHop: header.hopByHop, endToEnd: header.endToEnd }
    const answerWith = (more: Partial<typeof ids>) =>
      bir(
        { more: concat(avp(268, 0, u32(5012))), destination: undefined, btid: undefined, naf: undefined },
        { request: false, ...ids, ...more },
      )
    peer.send(answerWith({ hopByHop: ids.hopByHop + 1 }), answerWith({ endToEnd: ids.endToEnd + 1 }))
    await until(() => bsf.counted.filter((one) => one === 'diameter.unexpected-answer').length === 2)
    peer.send(answerWith({}), answerWith({}))
    await expect(asked).rejects.toThrow('5012')
    await until(() => bsf.counted.filter((one) => one === 'diameter.unexpected-answer').length === 3)
    expect(peer.isOpen).toBe(true)
  })

  it('an answer with the E bit and no result is malformed at once, not silence', async () => {
    const { bsf, peer } = await serving()
    const route = { destinationRealm: realm, deadline: milliseconds(60_000) }
    const request = bootstrappingInfo.decodeRequest(decodeMessage(bir()).avps)
    const asked = bsf.node.request(bootstrappingInfo, request, route)
    const { header } = await peer.next()
    const { hopByHop, endToEnd } = header
    peer.send(bir({}, { request: false, error: true, hopByHop, endToEnd }))
    await expect(asked).rejects.toThrow('the answer is malformed')
  })

  it('B69: R39: Origin-Host of another peer: 5012 and the connection ends; our own: 3005', async () => {
    const own = await answerTo(bir({ host: avp(264, 0, bsfHost) }))
    expect(resultIn(own)).toBe(3005)
    const { peer, asked } = await serving()
    peer.send(bir({ host: avp(264, 0, 'bsf2.epc.mnc001.mcc001.3gppnetwork.org') }))
    expect(resultIn(await peer.next())).toBe(5012)
    await peer.ended
    expect(asked).toEqual([])
  })

  it('B69: R39: Origin-Realm that is not the one of the CER, also in a DWR: 5012 and the end', async () => {
    const realmOnly = await serving()
    realmOnly.peer.send(bir({ realm: avp(296, 0, 'example.org') }))
    expect(resultIn(await realmOnly.peer.next())).toBe(5012)
    await realmOnly.peer.ended
    const watchdog = await serving()
    watchdog.peer.send(dwr(Fqdn('other.example.org')))
    expect(resultIn(await watchdog.peer.next())).toBe(5012)
    await watchdog.peer.ended
  })

  it.each([
    ['R39: CER of a node that is no peer: 3010', cer(Fqdn('stranger.example.org')), 3010],
    ['B69: CER under our own name: 3005', cer(bsfHost), 3005],
    ['CER without a common application: 5010', cer(kmfHost, [16777221]), 5010],
  ])('%s, and the connection ends', async (_, octets, code) => {
    const { peer } = await bsfAndStranger()
    peer.send(octets)
    expect(resultIn(await peer.next())).toBe(code)
    await peer.ended
  })

  it('a realm that is not served: 3003; another node: 3002', async () => {
    expect(resultIn(await answerTo(bir({ destination: avp(283, 0, 'example.org') })))).toBe(3003)
    expect(resultIn(await answerTo(bir({ more: avp(293, 0, 'bsf2.example.org') })))).toBe(3002)
  })

  it('our own name in Route-Record: 3005', async () =>
    expect(resultIn(await answerTo(bir({ more: avp(282, 0, bsfHost) })))).toBe(3005))

  it('Proxy-Info comes back as it went', async () => {
    const { peer } = await serving()
    const proxyInfo = avp(284, 0, concat(avp(280, 0, 'proxy.example.org'), avp(33, 0, 'state')))
    peer.send(bir({ more: proxyInfo }))
    const { octets } = await peer.next()
    expect(hex(octets)).toContain(hex(proxyInfo))
  })

  it('R43: Proxy-Info for which the answer has no room is left out, and the node lives', async () => {
    const room = 65_536 - bir().length - 16
    const { peer } = await serving()
    peer.send(bir({ more: avp(284, 0, avp(33, 0, new Uint8Array(room & ~3))) }))
    const answered = await peer.next()
    expect(resultIn(answered)).toBe(2001)
    expect(answered.octets.length).toBeLessThan(1000)
  })

  it('a duplicate with the T flag gets the first answer, and the work is done once', async () => {
    const { peer, asked } = await serving()
    peer.send(
      bir(),
      bir({}, { retransmitted: true, hopByHop: 78 }),
      bir({}, { retransmitted: true, endToEnd: 89 }),
    )
    const answers = [await peer.next(), await peer.next(), await peer.next()]
    expect(answers.map(({ header: { hopByHop, endToEnd } }) => [hopByHop, endToEnd])).toEqual([
      [77, 88],
      [78, 88],
      [77, 89],
    ])
    expect(hex(answers[1]?.octets.subarray(20) ?? new Uint8Array())).toBe(
      hex(answers[0]?.octets.subarray(20) ?? utf8('')),
    )
    expect(asked).toHaveLength(2)
  })

  it('R40: a message cut into single octets is one message', async () => {
    const { peer } = await serving()
    peer.send(...Array.from(bir(), (octet) => Uint8Array.of(octet)))
    expect(resultIn(await peer.next())).toBe(2001)
  })
})
