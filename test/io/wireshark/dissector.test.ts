import fc from 'fast-check'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { concat, fromHex, hex, utf8 } from '../../../src/core/bytes.ts'
import type { Layer2Id } from '../../../src/core/identities/prose.ts'
import type { TapMessage } from '../../../src/core/tap.ts'
import { Instant } from '../../../src/core/units.ts'
import { CaptureFile } from '../../../src/io/capture/capture-file.ts'
import { udpPacket } from '../../../src/io/capture/ip-packets.ts'
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../src/io/capture/pcapng.ts'
import { explainDiscovery } from '../../../src/reference-points/pc5/discovery.ts'
import { explainFrame } from '../../../src/reference-points/pc5/explain-frame.ts'
import { encodeSdu, pc5Messages, type Pc5Message } from '../../../src/reference-points/pc5/messages.ts'
import {
  carries,
  encodeClearPdu,
  encodePdcpHeader,
  type Lcid,
  type Pc5Profile,
} from '../../../src/reference-points/pc5/pdcp.ts'
import { encodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import type { ByteRange, Explanation } from '../../../src/wire/explanation.ts'
import { chain } from '../capture/chain.ts'
import { tshark } from '../capture/tshark.ts'
import { pc5Message } from '../../reference-points/pc5/arbitrary.ts'
import { discoveryExamples } from '../../reference-points/pc5/discovery-examples.ts'
import { command } from '../../reference-points/pc5/samples.ts'
import { disturbed } from '../../wire/tlv/arbitrary.ts'
import { pdmlOf, type Item } from './pdml.ts'
import { dissected, withDissector } from './with-dissector.ts'

const folder = mkdtempSync(join(tmpdir(), 'sidelock-wireshark-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Octets before the frame in a packet: IPv4 and UDP. */
const frameAt = 28
const mac = fromHex('deadbeef')
const addresses = { source: 0x010203 as Layer2Id, destination: 0x0a0b0c as Layer2Id }

interface Sent {
  readonly frame: Uint8Array
  readonly clear?: Uint8Array
  readonly name?: string
  readonly pc5Profile?: 'final'
}

/** A frame of an SDU on a channel; ciphering is only turning every bit. */
function sentOn(lcid: Lcid, sdu: Uint8Array, profile: Pc5Profile = 'seed'): Sent {
  if (lcid === 28) return { frame: encodeFrame({ ...addresses, lcid, pdu: encodeClearPdu(sdu) }) }
  const sduType = lcid < 28 ? 'ip' : 'pc5-signalling'
  const header = encodePdcpHeader({ sduType, kdSessId: 0x5ac3, sn: 1 })
  const isClear = lcid === 29 && !(profile === 'final' && sdu[0] === 0x0d)
  const data = isClear ? sdu : sdu.map((octet) => ~octet)
  const macOf = profile === 'final' && lcid <= 10 ? new Uint8Array() : mac
  const frame = encodeFrame({ ...addresses, lcid, pdu: concat(header, data, macOf) })
  return { frame, ...(!isClear && { clear: sdu }), ...(profile === 'final' && { pc5Profile: profile }) }
}

const lcidOf = (message: Pc5Message): Lcid =>
  ([28, 29, 30] as const).find((lcid) => carries(lcid, message.type)) ?? 30

function captured(name: string, sent: readonly Sent[]): string {
  const path = join(folder, name)
  const file = new CaptureFile(path, false)
  file.begin(name, [])
  for (const { frame, name: said, ...rest } of sent) {
    const message: TapMessage = {
      ...{ kind: 'message', time: Instant(0), point: 'PC5', from: 'ue1', to: 'ue2', name: said ?? 'MESSAGE' },
      ...{ protection: 'clear', bytes: frame, masked: [], fields: {}, ...rest },
    }
    file.tap(message)
  }
  file.close()
  return path
}

/** As a capture without keys has it. */
const hiddenAs =
  (name: string) =>
  ({ frame, pc5Profile }: Sent): Sent => ({ frame, name, ...(pc5Profile && { pc5Profile }) })

const headers = ['V', 'SRC', 'DST', 'LCID', 'SDU Type', 'KD-sess ID', 'PDCP SN']

const pc5Of = (packet: readonly Item[]): Item | undefined => packet.find(({ name }) => name === 'pc5')

/** Name and text of a label such as `0011 .... = V: 24-bit addresses (3)`. */
function saidBy({ label }: Item): { readonly name: string; readonly texts: readonly string[] } {
  const [, name = '', text = ''] = /^(?:[01. ]+ = )?([^:]+): (.*)$/s.exec(label) ?? []
  const [, meaning = '', number = ''] = /^(.*) \((\d+)\)$/s.exec(text) ?? []
  return { name, texts: number === '' ? [text] : [meaning, `${number} ${meaning}`] }
}

/** That tshark says of a range what the codec says of it; long texts are cut. */
function expectSame(item: Item | undefined, range: ByteRange, octets: Uint8Array): void {
  if (!item) throw new Error(`tshark does not show ${range.name}`)
  const { name, texts } = saidBy(item)
  expect(name).toBe(range.name)
  expect([range.name, item.size]).toEqual([range.name, range.to - range.valueFrom])
  if (item.label.includes(' = ')) expect(texts).toContain(range.text)
  else {
    expect([name, item.value]).toEqual([name, hex(octets.subarray(range.valueFrom, range.to))])
    const [text = ''] = texts
    const userInfo = /^type \d$/.exec(range.text)
    if (userInfo) expect(item.items[0]?.label).toMatch(new RegExp(`\\(${userInfo[0].slice(5)}\\)$`))
    else if (text.endsWith('…')) expect(range.text.startsWith(text.slice(0, -1))).toBe(true)
    else expect(texts).toContain(range.text)
  }
}

/** Those items that the explanation has ranges for. */
const shownBy = (root: Item | undefined): readonly Item[] =>
  (root?.items ?? []).filter(
    ({ name, label }) => !/^pc5\.(message|ciphered|undecoded)$/.test(name) && label !== '',
  )

function expectExplained(packet: readonly Item[], { ranges }: Explanation, octets: Uint8Array): void {
  const items = shownBy(pc5Of(packet))
  expect(items.map((item) => saidBy(item).name)).toEqual(ranges.map(({ name }) => name))
  for (const [at, range] of ranges.entries()) expectSame(items[at], range, octets)
}

const sample = <Value>(arbitrary: fc.Arbitrary<Value>, count: number): Value[] =>
  fc.sample(arbitrary, { numRuns: count, seed: 24_334 })

describe('the dissector, read by tshark', () => {
  const messages = sample(pc5Message, 160)

  it('is taken without a word', () => {
    const path = captured('none.pcapng', [])
    const env = { PATH: process.env['PATH'], HOME: '/nonexistent' }
    const { stdout, stderr } = spawnSync('tshark', ['-r', path, ...withDissector], { env, encoding: 'utf8' })
    expect([stdout, stderr.replace(/^Running as user .*\n/, '')]).toEqual(['', ''])
  })

  it('says of every message of the table what the codec says of it, octet for octet', () => {
    expect(new Set(messages.map(({ type }) => type)).size).toBe(Object.keys(pc5Messages).length)
    const sent = messages.map((message) => sentOn(lcidOf(message), encodeSdu(message)))
    const path = captured('messages.pcapng', sent)
    const packets = pdmlOf(path, ...withDissector)
    expect(packets).toHaveLength(sent.length)
    for (const [at, { frame, clear }] of sent.entries()) {
      const sdu = clear ?? new Uint8Array()
      const plain = clear ? concat(frame.subarray(0, 13), sdu, mac) : frame
      expectExplained(packets[at] ?? [], explainFrame(frame, clear), plain)
    }
    expect(dissected(path, 'pc5', 'pc5.message')).toEqual(messages.map(({ type }) => pc5Messages[type].name))
    expect(tshark(path, ...withDissector, '-Y', '_ws.malformed || pc5.malformed')).toEqual([])
  })

  it('puts each element where it stands in the frame', () => {
    const path = captured('places.pcapng', [{ frame: chain.requestFrame }])
    const items = shownBy(pc5Of(pdmlOf(path, ...withDissector)[0] ?? []))
    const places = items.map(({ from, size }) => [from - frameAt, from - frameAt + size])
    expect(places).toEqual(
      explainFrame(chain.requestFrame).ranges.map(({ valueFrom, to }) => [valueFrom, to]),
    )
  })

  it('says of every discovery message what the codec says of it', () => {
    const frames = discoveryExamples.map(([, text]) => fromHex(text))
    const packets = pdmlOf(
      captured(
        'discovery.pcapng',
        frames.map((frame) => ({ frame })),
      ),
      ...withDissector,
    )
    for (const [at, frame] of frames.entries())
      expectExplained(packets[at] ?? [], explainDiscovery(frame), frame)
  })

  it('names what is ciphered as the capture does, and shows its MAC-I', () => {
    const { frame } = sentOn(30, fromHex('0500010000000a'))
    const path = captured('ciphered.pcapng', [
      { frame, name: 'DIRECT_COMMUNICATION_KEEPALIVE_ACK' },
      { frame, name: '-' },
    ])
    expect(dissected(path, 'pc5', 'pc5.message', 'pc5.ciphered', 'pc5.mac', 'pc5.keepaliveCounter')).toEqual([
      'DIRECT_COMMUNICATION_KEEPALIVE_ACK\tfafffefffffff5\tdeadbeef\t',
      'signalling\tfafffefffffff5\tdeadbeef\t',
    ])
  })

  it('shows what stands in the clear part of a GPI', () => {
    const gpi = concat(
      ...[
        Uint8Array.of(0x10),
        new Uint8Array(16).fill(1),
        new Uint8Array(16).fill(2),
        Uint8Array.of(4),
        utf8('USIM'),
      ],
      ...[fromHex('0002aabb'), new Uint8Array(16).fill(3)],
    )
    const path = captured('gpi.pcapng', [sentOn(29, encodeSdu({ ...command, gpi }))])
    const names = ['RAND', 'AUTN', 'UICC-App-Label', 'ciphertext', 'MAC'].map((name) => `pc5.gpi.${name}`)
    expect(dissected(path, 'pc5', ...names)).toEqual([
      ['01'.repeat(16), '02'.repeat(16), 'USIM', 'aabb', '03'.repeat(16)].join('\t'),
    ])
  })

  it('stops where the codec stops, and never fails, whatever the octets are', () => {
    const [gpi, longGpi] = [new Uint8Array(3), new Uint8Array(256)]
    const disturbedSdus = sample(disturbed(pc5Message.map(encodeSdu)), 200)
    const sent = [...disturbedSdus, encodeSdu({ ...command, gpi, longGpi })].map((sdu) => sentOn(29, sdu))
    const packets = pdmlOf(captured('disturbed.pcapng', sent), ...withDissector)
    const isFaulty = (items: readonly Item[]): boolean =>
      items.some(({ name, items: inner }) => name === 'pc5.malformed' || isFaulty(inner))
    const stopped = sent.map(({ frame }) => explainFrame(frame).stopped !== undefined)
    const told = packets.map((packet) => isFaulty(packet.filter(({ name }) => name === 'pc5')))
    expect(told).toEqual(stopped)
    expect(stopped.at(-1)).toBe(true)
    expect(JSON.stringify(packets)).not.toContain('Lua Error')
  })
})

describe('the final profile: TS 33.303 6.5.5.2, TS 36.323 6.2.10', () => {
  const messages = sample(pc5Message, 160)
  const signalling = messages.map((message) => sentOn(lcidOf(message), encodeSdu(message), 'final'))
  const userData = [utf8('hello'), utf8('x'), new Uint8Array()].map((sdu) => sentOn(1, sdu, 'final'))
  const preference = ['-o', 'pc5.profile:final']

  it('the dissector says of every message what the codec says of it, octet for octet', () => {
    const path = captured('final.pcapng', signalling)
    const packets = pdmlOf(path, ...withDissector)
    for (const [at, { frame, clear }] of signalling.entries()) {
      const plain = clear ? concat(frame.subarray(0, 13), clear, mac) : frame
      expectExplained(packets[at] ?? [], explainFrame(frame, clear, 'final'), plain)
    }
    expect(dissected(path, 'pc5', 'pc5.message')).toEqual(messages.map(({ type }) => pc5Messages[type].name))
    expect(tshark(path, ...withDissector, '-Y', '_ws.malformed || pc5.malformed')).toEqual([])
  })

  it('user data has no MAC-I: all behind the header is its SDU', () => {
    const path = captured('final-user-data.pcapng', userData.map(hiddenAs('USER_DATA')))
    const shown = ['pc5.message', 'pc5.ciphered', 'pc5.mac']
    // tshark 4.0 has a word for octets that are not there.
    expect(dissected(path, 'pc5', ...shown).map((line) => line.replace('<MISSING>', ''))).toEqual([
      'USER_DATA\t979a939390\t',
      'USER_DATA\t87\t',
      'USER_DATA\t\t',
    ])
    for (const { frame } of userData) {
      const { ranges, stopped } = explainFrame(frame, undefined, 'final')
      expect([ranges.map(({ name }) => name), stopped]).toEqual([[...headers, 'SDU'], undefined])
      expect(ranges.at(-1)?.to).toBe(frame.length)
    }
  })

  it('COMPLETE is ciphered and has a MAC-I, a Command is read', () => {
    const complete = encodeSdu({ type: 'directSecurityModeComplete', sequenceNumber: 7 })
    const sent = [sentOn(29, complete, 'final'), sentOn(29, encodeSdu(command), 'final')]
    const path = captured('final-complete.pcapng', sent.map(hiddenAs('DIRECT_SECURITY_MODE_COMPLETE')))
    expect(dissected(path, 'pc5', 'pc5.message', 'pc5.ciphered', 'pc5.mac')).toEqual([
      'DIRECT_SECURITY_MODE_COMPLETE\tf2fff8\tdeadbeef',
      'DIRECT_SECURITY_MODE_COMMAND\t\tdeadbeef',
    ])
    const [hidden, read] = sent.map(({ frame }) => explainFrame(frame, undefined, 'final'))
    expect(hidden?.ranges.map(({ name }) => name)).toEqual([...headers, 'SDU', 'MAC-I'])
    expect([hidden?.name, read?.name]).toEqual(['protected signalling', 'DIRECT_SECURITY_MODE_COMMAND'])
  })

  it('a capture of others is read as the preference says', () => {
    const others = userData.slice(0, 1).map(({ frame }) => ({ frame, name: '-' }))
    const path = captured('others-final.pcapng', others)
    expect(dissected(path, 'pc5', 'pc5.ciphered', 'pc5.mac')).toEqual(['97\t9a939390'])
    const told = [...withDissector, ...preference, '-T', 'fields', '-e', 'pc5.ciphered', '-e', 'pc5.mac']
    expect(tshark(path, ...told)).toEqual(['979a939390\t'])
  })
})

describe('datagrams of others', () => {
  const ends = [5353, 36_323].map((port) => ({ address: Uint8Array.of(10, 0, 0, 1), port })) as [never, never]
  const snmp = '302602010104067075626c6963a01902011e020100020100300e300c06082b060102010101000500'
  const near = [
    chain.requestFrame.with(0, 0x20),
    chain.requestFrame.with(7, 11),
    chain.requestFrame.with(7, 0x3c),
    chain.requestFrame.with(8, 0x41),
    chain.requestFrame.with(9, 1),
    chain.requestFrame.with(13, 0x77),
    sentOn(29, new Uint8Array(9)).frame.with(12, 0).with(11, 0),
    fromHex(discoveryExamples[0]?.[1] ?? '').with(20, 1),
    fromHex(`${discoveryExamples[0]?.[1]}00`),
  ]
  const likeOurs = fc.tuple(
    fc.constantFrom(0x30, 0x91, 0x99, 0x9e),
    fc.uint8Array({ minLength: 28, maxLength: 28 }),
  )

  it('are not taken', () => {
    const payloads = [
      ...[fromHex(snmp), utf8('M-SEARCH * HTTP/1.1\r\n\r\n'), new Uint8Array(), ...near],
      ...sample(fc.uint8Array({ maxLength: 200 }), 500),
      ...sample(likeOurs, 500).map(([first, rest]) => Uint8Array.of(first, ...rest)),
    ]
    const packets = payloads.map((payload) => enhancedPacket(0, 0, udpPacket(...ends, payload)))
    const path = join(folder, 'others.pcapng')
    writeFileSync(path, concat(sectionHeader('test', 'others'), interfaceDescription('lo'), ...packets))
    expect(tshark(path, ...withDissector, '-Y', 'pc5')).toEqual([])
    expect(tshark(path, '-Y', 'udp')).toHaveLength(payloads.length)
  })
})
