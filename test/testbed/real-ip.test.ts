import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { labFile, temporaryDirectory, type Change } from './lab-network.ts'
import { DeviceCapture, missingForNamespaces, Namespace, tshark } from './namespaces.ts'
import { command, type Sidelock } from './sidelock-child.ts'

const missing = missingForNamespaces()
if (missing !== undefined) process.stderr.write(`tests with network namespaces do not run here: ${missing}\n`)

const page = 'what nobody may read on the radio\n'
const core = '10.77.2.1'
const prefix = '2001:db8:5::/56'

const listening: readonly Change[] = [0, 1].flatMap((plmn): readonly Change[] =>
  [
    ['hss', 'diameter', 'listen'],
    ['bsf', 'diameter', 'listen'],
    ['bsf', 'ubListen'],
    ['kmf', 'diameter', 'listen'],
    ['kmf', 'pc8', 'listen'],
  ].map((path, at) => [['plmns', plmn, ...path], `${core}:${4000 + 10 * plmn + at}`]),
)

const prose = (plmn: number, permissions: readonly string[]): readonly Change[] => [
  [['plmns', plmn, 'subscribers', 0, 'prose', 'publicSafety'], true],
  [['plmns', plmn, 'subscribers', 0, 'prose', 'permissions'], permissions],
]

/** The same for both UEs but for the address of their radio. */
const both: readonly Change[] = [
  ...listening,
  ...prose(0, ['one-to-one', 'remote-ue']),
  ...prose(1, ['one-to-one', 'relay']),
  [['ues', 'ue1', 'tun'], { name: 'prose0', ipv4: { own: '10.45.0.1', peers: { '0a0b0c': '10.45.0.2' } } }],
  [
    ['ues', 'ue2', 'tun'],
    { name: 'prose0', remoteUePrefix: prefix, ipv4: { own: '10.45.0.2', peers: { '010203': '10.45.0.1' } } },
  ],
]

/** UE-1 is the remote UE, UE-2 its relay, and no key lives long. */
const relayed: readonly Change[] = [
  ...both,
  [['ues', 'ue1', 'wantedRelayServiceCode'], '000123'],
  [['ues', 'ue2', 'relayServiceCodes'], ['000123']],
  ...[0, 1].map((plmn): Change => [['plmns', plmn, 'kmf', 'issue'], { pdkLifetimeSeconds: 8 }]),
]

const radioOf = (address: string): Change => [['pc5Bearer', 'interface'], address]

/** A page on port 80 of a namespace, over IPv6 and IPv4. */
const server = `require('node:http').createServer((_, answer) => answer.end(${JSON.stringify(page)})).listen(80, '::')`

/**
 * Two UEs with a radio between them and a network of HSSs, BSFs and KMFs behind each; a server behind UE-2. Nothing of it
 * touches the network of this machine.
 */
class World {
  readonly directory = temporaryDirectory(afterAll)

  private constructor(
    readonly ue1: Namespace,
    readonly ue2: Namespace,
    readonly core: Namespace,
    readonly server: Namespace,
  ) {}

  static async create(): Promise<World> {
    const one = () => Namespace.create()
    const world = new World(...(await Promise.all([one(), one(), one(), one()])))
    await Promise.all([world.#radioAndCore(), world.#behindTheRelay()])
    return world
  }

  async #radioAndCore(): Promise<void> {
    await this.ue1.cable(this.ue2, ['air0', '10.77.1.1/30'], ['air0', '10.77.1.2/30'])
    await this.ue1.cable(this.core, ['core0', '10.77.2.2/30'], ['ue1', '10.77.2.1/30'])
    await this.ue2.cable(this.core, ['core0', '10.77.3.2/30'], ['ue2', '10.77.3.1/30'])
    await this.ue2.must('ip', 'route', 'add', '10.77.2.1', 'via', '10.77.3.1')
  }

  /** The server knows where remote UEs are; the relay's machine forwards. */
  async #behindTheRelay(): Promise<void> {
    await this.ue2.cable(this.server, ['wan0', '10.77.4.1/30'], ['eth0', '10.77.4.2/30'])
    await this.ue2.must('ip', '-6', 'address', 'add', '2001:db8:80::1/64', 'dev', 'wan0', 'nodad')
    await this.server.must('ip', '-6', 'address', 'add', '2001:db8:80::80/64', 'dev', 'eth0', 'nodad')
    await this.server.must('ip', '-6', 'route', 'add', prefix, 'via', '2001:db8:80::1')
    await this.ue2.must('sysctl', '-q', '-w', 'net.ipv6.conf.all.forwarding=1')
  }

  file(changes: readonly Change[], name: string): string {
    return labFile(this.directory, changes, name)
  }

  async startCore(file: string): Promise<ReadonlyMap<string, Sidelock>> {
    const names = ['hss1', 'bsf1', 'kmf1', 'hss2', 'bsf2', 'kmf2']
    const nodes = new Map(names.map((name) => [name, this.node(this.core, name, file)]))
    await Promise.all([...nodes.values()].map((node) => node.runs))
    return nodes
  }

  node(namespace: Namespace, name: string, file: string, ...more: readonly string[]): Sidelock {
    return namespace.sidelock('node', name.slice(0, -1), '--config', file, '--name', name, '--json', ...more)
  }

  async startUes(changes: readonly Change[]): Promise<readonly [Sidelock, Sidelock]> {
    const file = (address: string) => this.file([...changes, radioOf(address)], `ue-${address}.yaml`)
    const ue2 = this.node(this.ue2, 'ue2', file('10.77.1.2'))
    const ue1 = this.node(this.ue1, 'ue1', file('10.77.1.1'), '--connect', 'ue2')
    await Promise.all([ue1.told('secured'), ue2.told('secured')])
    return [ue1, ue2]
  }

  async serve(namespace: Namespace): Promise<void> {
    const child = namespace.spawn(
      process.execPath,
      '-e',
      `${server}.once('listening', () => console.log('up'))`,
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    await new Promise<void>((done) => child.stdout?.once('data', () => done()))
  }

  end(): void {
    for (const namespace of [this.ue1, this.ue2, this.core, this.server]) namespace.end()
  }
}

/** Each start of the command would compile it, many at once. */
const compiled = () => expect(spawnSync(process.execPath, [command, '--version']).status).toBe(0)

const curl = (namespace: Namespace, url: string, ...more: readonly string[]) =>
  namespace.run('curl', '-sS', '-g', '--max-time', '5', ...more, url)

describe.skipIf(missing !== undefined)('real IP over a link', () => {
  let world: World
  beforeAll(async () => {
    compiled()
    world = await World.create()
  })
  afterAll(() => world.end())

  it('two UEs: unchanged ping and curl, IPv6 link-local and IPv4; the radio carries ciphertext only', async () => {
    await world.startCore(world.file(both, 'core.yaml'))
    const radio = await DeviceCapture.begin(world.ue1, 'air0', join(world.directory, 'radio-1.pcapng'))
    await world.startUes(both)
    await world.serve(world.ue2)
    const pinged = await Promise.all([
      world.ue1.run('ping', '-6', '-c', '3', '-i', '0.01', '-W', '5', '-s', '1352', 'fe80::a:b0c%prose0'),
      world.ue2.run('ping', '-6', '-c', '3', '-i', '0.01', '-W', '5', 'fe80::1:203%prose0'),
      world.ue1.run('ping', '-4', '-c', '3', '-i', '0.01', '-W', '5', '10.45.0.2'),
    ])
    expect(pinged.map(({ stdout }) => /\d+ received/.exec(stdout)?.[0])).toEqual(Array(3).fill('3 received'))
    const fetched = await Promise.all([
      curl(world.ue1, 'http://[fe80::a:b0c%25prose0]/'),
      curl(world.ue1, 'http://10.45.0.2/'),
    ])
    expect(fetched).toEqual(Array(2).fill({ code: 0, stdout: page, stderr: '' }))
    const octets = await radio.end('10.77.1.2')
    expect(octets.includes(page.trim())).toBe(false)
    expect(octets.includes('GET / HTTP')).toBe(false)
    expect(octets.length).toBeGreaterThan(6 * 1352)
  }, 60_000)

  it.each([
    ['the remote UE', 'kmf1', 0],
    ['the relay', 'kmf2', 1],
  ])(
    'a relay: curl reaches a server behind it, until the permission of %s is withdrawn and the PDK ends',
    async (_, kmf, plmn) => {
      const nodes = await world.startCore(world.file(relayed, 'relayed.yaml'))
      const radio = await DeviceCapture.begin(world.ue1, 'air0', join(world.directory, 'radio-2.pcapng'))
      const behind = await DeviceCapture.begin(world.ue2, 'wan0', join(world.directory, 'behind.pcapng'))
      await world.serve(world.server)
      const [ue1, ue2] = await world.startUes(relayed)
      await Promise.all([
        ue1.told('ip-assigned', { address: '2001:db8:5:0:0:0:1:203/128' }),
        ue1.told('ip-assigned', { route: '0:0:0:0:0:0:0:0/0' }),
        ue2.told('ip-assigned', { route: '2001:db8:5:0:0:0:0:0/64' }),
      ])
      expect(await curl(world.ue1, 'http://[2001:db8:80::80]/')).toEqual({
        code: 0,
        stdout: page,
        stderr: '',
      })
      const before = nodes.get(kmf)
      before?.terminate()
      expect(await before?.exit).toBe(0)
      const withdrawn = world.file([...relayed, ...prose(plmn, ['one-to-one'])], 'withdrawn.yaml')
      const again = world.node(world.core, kmf, withdrawn)
      await Promise.all([again.runs, ue1.told('ip-withdrawn'), ue2.told('ip-withdrawn')])
      const addresses = await world.ue1.must(
        'ip',
        '-6',
        'address',
        'show',
        'dev',
        'prose0',
        'scope',
        'global',
      )
      expect(addresses).toBe('')
      expect((await curl(world.ue1, 'http://[2001:db8:80::80]/')).code).not.toBe(0)
      const onAir = await radio.end('10.77.1.2')
      expect(onAir.includes(page.trim())).toBe(false)
      expect(onAir.includes('GET / HTTP')).toBe(false)
      await behind.end('10.77.4.2')
      const requests = await tshark(behind.file, '-Y', 'http.request', '-T', 'fields', '-e', 'ipv6.src')
      expect(requests.trim().split('\n')).toEqual(['2001:db8:5::1:203'])
    },
    60_000,
  )
})
