import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CaptureFile } from '../../src/io/capture/capture-file.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { startRun } from '../../src/testbed/run.ts'
import type { TapEvent } from '../../src/core/tap.ts'
import { fields, tshark } from '../io/capture/tshark.ts'
import { dissected } from '../io/wireshark/with-dissector.ts'
import { labFile, temporaryDirectory, type Change } from './lab-network.ts'

const clean: (() => void)[] = []
afterAll(() => {
  for (const remove of clean) remove()
})

/** A capture of one run of each of these scenarios, made as `--pcap` makes it. */
async function captured(
  scenarios: string,
  unsafeRevealKeys: boolean,
  changes: readonly Change[] = [],
): Promise<string> {
  const directory = temporaryDirectory((remove) => clean.push(remove))
  const path = join(directory, 'a.pcapng')
  const file = new CaptureFile(path, unsafeRevealKeys)
  const config = loadNetworkConfig(labFile(directory, changes))
  for (const scenario of scenarios.split(',')) {
    const events: TapEvent[] = []
    const options = { config, scenario, unsafeRevealKeys, once: true, processes: false }
    const run = await startRun({ ...options, tap: (event) => events.push(event) })
    expect((await run.result).expected).toBe(true)
    await run.stop()
    file.begin(scenario, run.nodes)
    for (const event of events) file.tap(event)
  }
  file.close()
  return path
}

describe('the capture of 7a, read by tshark', () => {
  let path = ''
  beforeAll(async () => {
    path = await captured('7a', false)
  })

  it('has no malformed packet, and nothing that tshark calls an error', () => {
    expect(tshark(path).length).toBeGreaterThan(50)
    expect(tshark(path, '-Y', '_ws.malformed')).toEqual([])
    expect(tshark(path, '-q', '-z', 'expert,error').filter((line) => /Errors? \(/.test(line))).toEqual([])
    expect(tshark(path, '-Y', 'tcp.analysis.flags')).toEqual([])
  })

  it('names the commands of Zh and Zn', () => {
    const commands = new Set(
      fields(
        path,
        'diameter.applicationId > 0',
        'frame.interface_name',
        'diameter.cmd.code',
        'diameter.applicationId',
      ),
    )
    expect([...commands].sort()).toEqual([
      'PC6\t16777214\t16777340',
      'Zh\t303\t16777221',
      'Zn\t310\t16777220',
    ])
    const summary = tshark(path, '-Y', 'diameter').join('\n')
    expect(summary).toMatch(/Multimedia-Auth Request\(303\).*3GPP Zh/)
    expect(summary).toMatch(/Multimedia-Auth Answer\(303\).*3GPP Zh/)
    // tshark 4.0 spells it without the t.
    expect(summary).toMatch(/Boot?strapping-Info Request\(310\).*3GPP Zn/)
    expect(summary).toMatch(/Boot?strapping-Info Answer\(310\).*3GPP Zn/)
  })

  it('shows Ub as HTTP with Digest AKA', () => {
    expect(fields(path, 'http', 'http.request.method', 'http.response.code')).toEqual(
      Array.from({ length: 2 }, () => ['GET\t', '\t401', 'GET\t', '\t200']).flat(),
    )
    expect(fields(path, 'http.response.code == 401', 'http.www_authenticate')[0]).toMatch(
      /^Digest .*AKAv1-MD5/,
    )
    expect(fields(path, 'http.authorization', 'http.authorization')[0]).toMatch(/^Digest /)
  })

  it('shows PC8 as TLS 1.3 that nobody can read', () => {
    const version = 'tls.handshake.extensions.supported_version'
    expect(fields(path, 'tls.handshake.type == 2', version)).toEqual(['0x0304', '0x0304'])
    expect(tshark(path, '-Y', 'tls && http')).toEqual([])
  })

  it('gives keys as zeros of the same length', () => {
    const keys = ['diameter.ME-Key-Material', 'diameter.Confidentiality-Key', 'diameter.Integrity-Key']
    const filter = keys.join(' || ')
    const given = fields(path, filter, ...keys).flatMap((line) => line.split(/[\t,]/))
    const lengths = given.filter((value) => value !== '').map((value) => value.replaceAll('0', '').length)
    expect(lengths).toEqual(Array.from({ length: 8 }, () => 0))
  })
})

it('a capture of 7c-found has no malformed packet either', async () => {
  const path = await captured('7c-found', false)
  expect(tshark(path, '-Y', '_ws.malformed || _ws.expert.severity == error')).toEqual([])
  expect(fields(path, 'diameter.cmd.code == 310', 'frame.comment').slice(-2)).toEqual([
    'step 7c Zn BIR',
    'step 7c Zn BIA',
  ])
})

it.each([
  ['1.3', ['tls.handshake.extensions.supported_version', '0x0304']],
  ['1.2', ['tls.handshake.ciphersuite', '0x00aa']],
] as const)(
  'a capture with keys has mode 0600, and shows the PDK inside PC8 over TLS %s',
  async (version, [field, value]) => {
    const changes = [0, 1].map((plmn) => [['plmns', plmn, 'kmf', 'pc8', 'tls'], [version]] as const)
    const path = await captured('7a', true, changes)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(tshark(path, '-Y', '_ws.malformed || _ws.expert.severity == error')).toEqual([])
    expect(fields(path, 'tls.handshake.type == 2', field)).toEqual([value, value])
    const inside = fields(path, 'tls && http', 'http.request.method', 'http.response.code', 'http.file_data')
    expect(inside).toHaveLength(2)
    expect(inside[0]).toMatch(/^POST\t\t.*<prose-direct-key-request/)
    expect(inside[1]).toMatch(/^\t200\t.*<prose-direct-key>[0-9A-F]{64}</)
    expect(inside[1]).not.toMatch(/<prose-direct-key>0{64}</)
  },
)

it('the dissector shows the AVPs of a push', async () => {
  const path = await captured('7b-expired', false)
  const names = ['UE1-ProSe-UE-ID', 'NAF-Id', 'GBA-Push-Info.UICC-App-Label', 'ProSe-Direct-Key']
  const shown = dissected(path, 'prose', 'prose.command', ...names.map((name) => `prose.${name}`))
  const nafId = 'pkmf.mnc001.mcc001.pub.3gppnetwork.org'
  expect(shown).toEqual([
    `PKR\t\t${nafId}\t\t`,
    `GPR\t\t${nafId}\t\t`,
    'GPA\t\t\tUSIM\t',
    `PKA\t010203\t\tUSIM\t${'0'.repeat(64)}`,
  ])
})

it('the dissector shows what was ciphered, in a capture with keys only', async () => {
  const hidden = 'pc5.message == "DIRECT_COMMUNICATION_ACCEPT"'
  const shown = ['pc5.messageType', 'pc5.ipAddressConfig', 'pc5.linkLocalIpv6Address']
  expect(dissected(await captured('7a', false), hidden, ...shown)).toEqual(['\t\t'])
  const path = await captured('7a', true)
  expect(dissected(path, hidden, ...shown)).toEqual(['2\t4\tfe8000000000000000000000000a0b0c'])
  const packets = dissected(path, 'pc5.message == "USER_DATA"', 'ipv6.src', 'udp.dstport')
  expect(packets).toHaveLength(40)
  expect(packets[0]).toMatch(/^fe80::\S+\t\d+,9$/)
})

describe('the capture of a set-up of the final profile, read by tshark with the dissector', () => {
  const final = ['ue1', 'ue2'].map((ue) => [['ues', ue, 'pc5Profile'], 'final'] as const)
  const described = ['DIRECT_COMMUNICATION_REQUEST', 'DIRECT_SECURITY_MODE_COMMAND']

  it('names every message, calls nothing malformed, and gives no MAC-I to user data', async () => {
    const path = await captured('7a', false, final)
    expect(dissected(path, '_ws.malformed || pc5.malformed', 'pc5.message')).toEqual([])
    const sidelink = dissected(path, 'pc5.lcid', 'pc5.message', 'pc5.lcid', 'pc5.mac')
    const rows = sidelink.map((line) => line.split('\t'))
    expect(new Set(rows.map(([name]) => name))).toEqual(
      new Set([
        ...[...described, 'DIRECT_SECURITY_MODE_COMPLETE', 'DIRECT_COMMUNICATION_ACCEPT', 'USER_DATA'],
        ...['DIRECT_COMMUNICATION_RELEASE', 'DIRECT_COMMUNICATION_RELEASE_ACCEPT'].filter((release) =>
          rows.some(([name]) => name === release),
        ),
      ]),
    )
    for (const [name, lcid, mac] of rows)
      expect([name, mac === '']).toEqual([name, lcid === '28' || name === 'USER_DATA'])
    expect(dissected(path, 'pc5.messageType && pc5.lcid', 'pc5.message')).toEqual(described)
  })

  it('with keys shows COMPLETE and the packets inside', async () => {
    const path = await captured('7a', true, final)
    expect(dissected(path, '_ws.malformed || _ws.expert.severity == error', 'pc5.message')).toEqual([])
    const complete = 'pc5.message == "DIRECT_SECURITY_MODE_COMPLETE"'
    expect(dissected(path, complete, 'pc5.messageType')).toEqual(['13'])
    const packets = dissected(path, 'pc5.message == "USER_DATA"', 'ipv6.src', 'udp.dstport')
    expect(packets).toHaveLength(40)
    expect(packets[0]).toMatch(/^fe80::\S+\t\d+,9$/)
  })
})

it('several scenarios in one capture do not mix', async () => {
  const path = await captured('7a,refused-step5', true)
  expect(dissected(path, 'pc5.message == "DIRECT_COMMUNICATION_REQUEST"', 'udp.length')).toHaveLength(2)
  expect(tshark(path, '-Y', 'tcp.analysis.flags || _ws.expert.severity == error')).toEqual([])
  expect(fields(path, 'tls && http', 'http.file_data').length).toBeGreaterThan(2)
})
