import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { labFile, temporaryDirectory, type Change } from './lab-network.ts'
import { missingForNamespaces, Namespace } from './namespaces.ts'
import { Sidelock } from './sidelock-child.ts'

/** Home networks, and a UE of each on the same radio: three processes. */
async function byHand(
  of1: readonly string[] = [],
  of2: readonly string[] = [],
  changes: readonly Change[] = [],
) {
  const file = labFile(temporaryDirectory(), changes)
  const network = Sidelock.start('node', 'network', '--config', file, '--json')
  await network.runs
  const ue = (name: string, ...more: readonly string[]) =>
    Sidelock.start('ue', '--config', file, '--name', name, '--json', ...more)
  const [ue1, ue2] = [ue('ue1', ...of1), ue('ue2', ...of2)]
  await Promise.all([ue1.runs, ue2.runs])
  return { ue, ue1, ue2, network }
}

const missing = missingForNamespaces()

/** A server of the machine on port 80, over IPv6 and IPv4; in `there` of a page of a megabyte. */
const megabyte = 1_000_000
const machineServer = `require('node:http').createServer((_, answer) => answer.end('x'.repeat(${megabyte}))).listen(80, '::', () => console.log('up'))`

/** UE-2 is the relay of UE-1. */
const relayed: readonly Change[] = [
  [['plmns', 0, 'subscribers', 0, 'prose', 'publicSafety'], true],
  [['plmns', 0, 'subscribers', 0, 'prose', 'permissions'], ['remote-ue']],
  [['plmns', 1, 'subscribers', 0, 'prose', 'publicSafety'], true],
  [['plmns', 1, 'subscribers', 0, 'prose', 'permissions'], ['relay']],
  [['ues', 'ue1', 'wantedRelayServiceCode'], '000123'],
  [['ues', 'ue2', 'relayServiceCodes'], ['000123']],
]

const portOf = ({ stderr }: Sidelock): string => /127\.0\.0\.1:(\d+) comes out at/.exec(stderr)?.[1] ?? ''

/** Serves this page at a port of its own; gives the port. */
async function webServer(page: Uint8Array, address = '127.0.0.1'): Promise<number> {
  const server = createServer((_, response) => response.end(page)).listen(0, address)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('UEs by hand', () => {
  it('link, ping, talk and release at their prompts, and from another terminal', async () => {
    const { ue, ue1, ue2, network } = await byHand()
    ue1.type('connect ue2')
    await ue1.until(({ lines }) => lines.some(({ verb }) => verb === 'connect'))
    expect(ue1.lines.find(({ verb }) => verb === 'connect')).toMatchObject({
      ...{ outcome: 'secured', peer: 'ue2', layer2Id: '0a0b0c', role: 'initiator', peerIdentity: 'verified' },
      ...{ eea: '128-EEA2', eia: '128-EIA2', secondsLeft: 3600 },
    })
    await ue2.told('linked', { peer: 'ue1' })
    ue1.type('ping ue2 2')
    ue1.type('send ue2 hello there\u0007')
    await ue2.told('text', { peer: 'ue1', text: 'hello there.' })
    expect(ue1.lines.filter(({ verb }) => verb === 'ping').at(-1)).toMatchObject({ sent: 2, answered: 2 })

    const links = ue('ue2', 'links')
    expect(await links.exit).toBe(0)
    expect(links.lines).toMatchObject([{ event: 'row', peer: 'ue1', role: 'responder' }])
    const ping = ue('ue2', 'ping', 'ue1', '1')
    expect(await ping.exit).toBe(0)
    expect(ping.lines.at(-1)).toMatchObject({ event: 'result', answered: 1 })
    const rekey = ue('ue2', 'rekey', 'ue1')
    expect(await rekey.exit).toBe(0)
    expect(rekey.lines.at(-1)).toMatchObject({ verb: 'rekey', rekeyings: 1 })
    const release = ue('ue2', 'release', 'ue1')
    expect(await release.exit).toBe(0)
    await Promise.all([ue1.told('gone', { peer: 'ue2' }), ue2.told('gone', { peer: 'ue1' })])

    const wrong = ue('ue2', 'release', 'ue1')
    expect(await wrong.exit).toBe(1)
    expect(wrong.stderr).toContain('ERR_NOT_POSSIBLE_NOW')
    expect(wrong.stderr).toContain('connect PEER makes one')
    const unknown = ue('ue2', 'ping', 'ue7')
    expect(await unknown.exit).toBe(64)
    expect(unknown.stderr).toContain('ERR_PEER_UNKNOWN')
    for (const running of [ue1, ue2, network]) running.terminate()
    expect(await Promise.all([ue1.exit, ue2.exit, network.exit])).toEqual([0, 0, 0])
  }, 60_000)

  it('carry TCP by a port forward: an unchanged HTTP client fetches a megabyte', async () => {
    const page = randomBytes(1_000_000)
    const server = await webServer(page)
    const { ue1 } = await byHand(['--forward', '0:ue2:80'], ['--serve', `80:${server}`])
    const port = portOf(ue1)
    const fetched = await Promise.all(
      [1, 2].map(async () => Buffer.from(await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer())),
    )
    expect(fetched.map((body) => Buffer.compare(body, page))).toEqual([0, 0])
    // Both waited for the same link.
    expect(ue1.lines.filter(({ what }) => what === 'linked')).toHaveLength(1)
  }, 60_000)

  it('carry TCP through a relay to the server behind it that the relay names, and to no other', async () => {
    const page = randomBytes(100_000)
    const [named, other] = [await webServer(page, '::1'), await webServer(page, '::1')]
    const served = ['--serve', `80:[::1]:${named}`]
    const { ue1, ue } = await byHand(['--forward', '0:ue2:80'], served, relayed)
    const body = await (await fetch(`http://127.0.0.1:${portOf(ue1)}/`)).arrayBuffer()
    expect(Buffer.compare(Buffer.from(body), page)).toBe(0)
    const links = ue('ue1', 'links')
    expect(await links.exit).toBe(0)
    expect(links.lines).toMatchObject([{ peer: 'ue2', relayServiceCode: '000123' }])
    ue1.terminate()
    await ue1.exit
    const again = ue('ue1', '--forward', `0:ue2:${other}`)
    await again.runs
    await expect(fetch(`http://127.0.0.1:${portOf(again)}/`)).rejects.toThrow()
  }, 60_000)

  it.skipIf(missing !== undefined)(
    'speak TCP and echo with the machine behind a TUN device at the other end, both ways',
    async () => {
      const here = await Namespace.create()
      onTestFinished(() => here.end())
      const file = labFile(temporaryDirectory())
      const network = here.sidelock('node', 'network', '--config', file, '--json')
      await network.runs
      const web = here.spawn(process.execPath, '-e', machineServer)
      onTestFinished(() => void web.kill('SIGKILL'))
      await once(web.stdout ?? web, 'data')
      const ue = (name: string, ...more: readonly string[]) =>
        here.sidelock('ue', '--config', file, '--name', name, '--json', ...more)
      const ue2 = ue('ue2', '--tun', 'prose0')
      const ue1 = ue('ue1', '--forward', '8080:ue2:80', '--serve', '81:80')
      await Promise.all([ue1.runs, ue2.runs])
      const curl = async (url: string) => (await here.must('curl', '-sSgf', '-m', '20', url)).length
      expect(await curl('http://127.0.0.1:8080/')).toBe(megabyte)
      expect(await curl('http://[fe80::1:203%25prose0]:81/')).toBe(megabyte)
      expect(await here.must('ping', '-6', '-c', '2', '-i', '0.2', 'fe80::1:203%prose0')).toContain(
        ' 0% packet loss',
      )
      ue1.type('ping ue2 2')
      await ue1.until(({ lines }) => lines.some(({ verb, event }) => verb === 'ping' && event === 'result'))
      expect(ue1.lines.at(-1)).toMatchObject({ sent: 2, answered: 2 })
    },
    60_000,
  )

  it('are started for one verb and end with its outcome', async () => {
    const { ue, ue1 } = await byHand()
    ue1.terminate()
    expect(await ue1.exit).toBe(0)
    const discover = ue('ue1', 'discover', 'ue2')
    expect(await discover.exit).toBe(0)
    expect(discover.lines).toMatchObject([{ event: 'row', peer: 'ue2', layer2Id: '0a0b0c', model: 'a' }])
    const connect = ue('ue1', 'connect', '0a0b0c')
    expect(await connect.exit).toBe(0)
    expect(connect.lines.at(-1)).toMatchObject({ verb: 'connect', outcome: 'secured' })
    const links = ue('ue1', 'links')
    expect(await links.exit).toBe(69)
    expect(links.stderr).toContain('ERR_NOT_RUNNING')
  }, 60_000)

  it('take verbs at the place that --at gives, also as a service; two at one place cannot be', async () => {
    const file = labFile(temporaryDirectory())
    const network = Sidelock.start('node', 'network', '--config', file, '--json')
    await network.runs
    const own = (name: string) => ['--config', file, '--name', name, '--json']
    const at = join(temporaryDirectory(), 'here.sock')
    const ue1 = Sidelock.start('ue', ...own('ue1'), '--at', at)
    const ue2 = Sidelock.start('node', 'ue', ...own('ue2'))
    await Promise.all([ue1.runs, ue2.runs])
    const connect = Sidelock.start('ue', '--at', at, 'connect', 'ue2', '--json')
    expect(await connect.exit).toBe(0)
    const show = Sidelock.start('ue', ...own('ue2'), 'show')
    expect(await show.exit).toBe(0)
    expect(show.lines).toMatchObject([{ verb: 'show', ue: 'ue2', links: [{ peer: 'ue1' }] }])
    const second = Sidelock.start('ue', ...own('ue1'), '--at', at)
    expect(await second.exit).toBe(69)
    expect(second.stderr).toContain('ERR_CONTROL_ADDRESS_IN_USE')
  }, 60_000)

  it('R31: show both directions of all that a UE alone sends and hears, without keys', async () => {
    const { ue1, ue2, network } = await byHand(['--ladder'], ['--ladder'])
    ue1.type('connect ue2')
    await ue1.until(({ lines }) => lines.some(({ verb }) => verb === 'connect'))
    const heard = (ue: Sidelock, point: string) =>
      ue.lines
        .filter((line) => line.event === 'message' && line.point === point && !line.heartbeat)
        .map(({ from, to, name }) => `${from} ${to} ${name}`)
    expect(heard(ue1, 'Ub').slice(0, 4)).toEqual([
      'ue1 bsf1 GET',
      'bsf1 ue1 401 challenge',
      'ue1 bsf1 GET response',
      'bsf1 ue1 200 bootstrapped',
    ])
    expect(heard(ue2, 'PC8')).toEqual([
      'ue2 kmf2 PROSE_DIRECT_KEY_REQUEST',
      'kmf2 ue2 PROSE_DIRECT_KEY_RESPONSE',
    ])
    const asSent = network.lines.find(({ name }) => name === 'PROSE_DIRECT_KEY_RESPONSE')
    const asHeard = ue2.lines.find(({ name }) => name === 'PROSE_DIRECT_KEY_RESPONSE')
    expect(asHeard).toMatchObject({ step: '10', bytes: asSent?.bytes, masked: asSent?.masked })
    expect(asHeard?.masked).toHaveLength(1)
    for (const ue of [ue1, ue2])
      expect(heard(ue, 'PC5')).toEqual(
        expect.arrayContaining([
          'ue1 ue2 DIRECT_COMMUNICATION_REQUEST',
          'ue2 ue1 DIRECT_SECURITY_MODE_COMMAND',
          'ue1 ue2 DIRECT_SECURITY_MODE_COMPLETE',
        ]),
      )
  }, 60_000)

  it('nobody connects to a port that is not served', async () => {
    const { ue1 } = await byHand(['--forward', '0:ue2:81'], ['--serve', '80:9'])
    await expect(fetch(`http://127.0.0.1:${portOf(ue1)}/`)).rejects.toThrow()
  }, 60_000)
})
