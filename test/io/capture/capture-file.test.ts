import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromHex, utf8 } from '../../../src/core/bytes.ts'
import type { ReferencePoint, TapEvent, TapMessage } from '../../../src/core/tap.ts'
import { Instant } from '../../../src/core/units.ts'
import type { CapturedNode } from '../../../src/io/capture/addresses.ts'
import { CaptureFile } from '../../../src/io/capture/capture-file.ts'
import { OutputUnwritable } from '../../../src/io/output.ts'
import { chain } from './chain.ts'
import { fields, tshark } from './tshark.ts'

const nodes: readonly CapturedNode[] = [
  { name: 'hss1', role: 'hss', plmn: '001-01' },
  { name: 'bsf1', role: 'bsf', plmn: '001-01' },
  { name: 'kmf1', role: 'kmf', plmn: '001-01' },
  { name: 'ue1', role: 'ue', plmn: '001-01' },
  { name: 'ue2', role: 'ue', plmn: '001-02' },
  { name: 'kmf2', role: 'kmf', plmn: '001-02' },
]

let clock = Date.UTC(2030, 0, 1)

const message = (
  point: ReferencePoint,
  from: string,
  to: string,
  name: string,
  bytes: Uint8Array,
): TapMessage => ({
  kind: 'message',
  time: Instant((clock += 1.5)),
  point,
  from,
  to,
  name,
  step: '7c',
  protection: 'clear',
  bytes,
  masked: [],
  fields: {},
})

const httpRequest = utf8('GET / HTTP/1.1\r\nHost: bsf.mnc001.mcc001.pub.3gppnetwork.org\r\n\r\n')
const httpAnswer = utf8('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')

/** TLS 1.2 record with a close_notify alert. */
const alert = fromHex('15030300020100')

const folder = mkdtempSync(join(tmpdir(), 'sidelock-capture-'))
afterAll(() => rmSync(folder, { recursive: true }))

function capture(name: string, events: readonly TapEvent[], unsafeRevealKeys = false): string {
  const path = join(folder, name)
  const file = new CaptureFile(path, unsafeRevealKeys)
  file.begin(name, nodes)
  for (const event of events) file.tap(event)
  file.close()
  return path
}

describe('a capture of every reference point, read by tshark', () => {
  let path = ''

  beforeAll(() => {
    path = capture('all.pcapng', [
      message('Ub', 'ue1', 'bsf1', 'GET', httpRequest),
      message('Zh', 'bsf1', 'hss1', 'MAR', chain.MAR),
      message('Zh', 'hss1', 'bsf1', 'MAA', chain.MAA),
      message('Ub', 'bsf1', 'ue1', '401', httpAnswer),
      message('PC5', 'ue2', 'ue1', 'PC5_DISCOVERY', fromHex('99')),
      message('PC5', 'ue1', 'ue2', 'DIRECT_COMMUNICATION_REQUEST', chain.requestFrame),
      message('PC6', 'kmf2', 'kmf1', 'PKR', chain.PKR),
      message('Zn', 'kmf1', 'bsf1', 'BIR', chain.BIR),
      message('Zn', 'bsf1', 'kmf1', 'BIA', chain.BIA),
      message('PC6', 'kmf1', 'kmf2', 'PKA', chain.PKA),
      message('PC8', 'ue2', 'kmf2', 'PROSE_DIRECT_KEY_REQUEST', utf8('<not-a-packet/>')),
      {
        kind: 'octets',
        time: Instant(clock),
        point: 'PC8',
        connection: 'c1',
        from: 'ue2',
        to: 'kmf2',
        bytes: alert,
      },
      { kind: 'state', time: Instant(clock), node: 'kmf1', what: 'branch', fields: {} },
    ])
  })

  it('holds no malformed packet and no wrong checksum or sequence number', () => {
    expect(tshark(path, '-Y', '_ws.malformed')).toEqual([])
    const checks = [
      '-o',
      'ip.check_checksum:TRUE',
      '-o',
      'tcp.check_checksum:TRUE',
      '-o',
      'udp.check_checksum:TRUE',
    ]
    const faults =
      'ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || udp.checksum.status == "Bad" || tcp.analysis.flags'
    expect(tshark(path, ...checks, '-Y', faults)).toEqual([])
  })

  it('names the Diameter applications and commands of Zh and Zn', () => {
    expect(
      fields(path, 'diameter', 'frame.interface_name', 'diameter.cmd.code', 'diameter.applicationId'),
    ).toEqual([
      'Zh\t303\t16777221',
      'Zh\t303\t16777221',
      'PC6\t16777214\t16777340',
      'Zn\t310\t16777220',
      'Zn\t310\t16777220',
      'PC6\t16777214\t16777340',
    ])
    const summary = tshark(path, '-Y', 'diameter').join('\n')
    expect(summary).toContain('Multimedia-Auth Request')
    expect(summary).toMatch(/Boot?strapping-Info Answer/)
  })

  it('shows Ub as HTTP', () => {
    expect(fields(path, 'http', 'http.request.method', 'http.response.code')).toEqual(['GET\t', '\t401'])
  })

  it('sends PC5 frames to the group of the lab bearer, discovery on the next port', () => {
    expect(fields(path, 'frame.interface_name == "PC5"', 'ip.dst', 'udp.dstport', 'udp.length')).toEqual([
      `239.255.23.3\t36324\t${8 + 1}`,
      `239.255.23.3\t36323\t${8 + chain.requestFrame.length}`,
    ])
  })

  it('shows PC8 as the TLS records really exchanged, once, under the name of the message', () => {
    expect(
      fields(path, 'tcp.port == 443 && tcp.len > 0', 'tls.record.content_type', 'frame.comment'),
    ).toEqual(['21\tstep 7c PC8 PROSE_DIRECT_KEY_REQUEST'])
  })

  it('gives each packet its time, its step and the names of both nodes', () => {
    const [first] = fields(path, 'http.request', 'frame.time_epoch', 'frame.comment')
    expect(first).toBe(`${Date.UTC(2030, 0, 1) / 1000}.001500000\tstep 7c Ub GET`)
    expect(tshark(path, '-N', 'n', '-Y', 'http.request')[0]).toMatch(/ue1 → bsf1/)
  })
})

describe('a capture with keys', () => {
  it('has mode 0600 and holds the TLS secrets before the first packet', () => {
    const line = `CLIENT_RANDOM ${'1'.repeat(64)} ${'2'.repeat(96)}`
    const path = capture(
      'keys.pcapng',
      [
        message('Ub', 'ue1', 'bsf1', 'GET', httpRequest),
        { kind: 'secret', time: Instant(clock), node: 'kmf1', name: 'keylog', text: line },
      ],
      true,
    )
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(tshark(path, '-Y', 'http')).toHaveLength(1)
    const octets = readFileSync(path)
    expect(octets.indexOf(line)).toBeGreaterThan(0)
    expect(octets.indexOf(line)).toBeLessThan(octets.indexOf('GET / HTTP'))
  })

  it('leaves the secrets out when keys are not to be shown', () => {
    const path = capture('no-keys.pcapng', [
      { kind: 'secret', time: Instant(clock), node: 'kmf1', name: 'keylog', text: 'CLIENT_RANDOM 11 22' },
    ])
    expect(readFileSync(path).includes('CLIENT_RANDOM')).toBe(false)
  })
})

describe('B76: a capture that cannot be written', () => {
  it('is refused at once when the file cannot be created', () => {
    expect(() => new CaptureFile(join(folder, 'no/such/folder.pcapng'), false)).toThrow(OutputUnwritable)
    expect(() => new CaptureFile(folder, false)).toThrow(/it is a folder/)
  })

  it('is told at the end when the disk is full, and never to the nodes', () => {
    const file = new CaptureFile('/dev/full', false)
    file.begin('full', nodes)
    expect(() => file.tap(message('Ub', 'ue1', 'bsf1', 'GET', httpRequest))).not.toThrow()
    expect(() => file.close()).toThrow(/the disk is full/)
  })
})
