import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { labFile, temporaryDirectory, type Change } from './lab-network.ts'
import { Sidelock } from './sidelock-child.ts'

const listeners: readonly (readonly (string | number)[])[] = [0, 1].flatMap((plmn) => [
  ...['hss', 'bsf', 'kmf'].map((kind) => ['plmns', plmn, kind, 'diameter', 'listen']),
  ['plmns', plmn, 'bsf', 'ubListen'],
  ['plmns', plmn, 'kmf', 'pc8', 'listen'],
])

/** A port of its own for every server, and one for the radio. */
async function fixedPorts(): Promise<readonly Change[]> {
  const servers = listeners.map(() => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => new Promise((done) => server.once('listening', done))))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return [
    ...listeners.map((path, at): Change => [path, `127.0.0.1:${ports[at] ?? 0}`]),
    [['pc5Bearer', 'port'], 20_000 + ((ports[0] ?? 0) % 10_000)],
  ]
}

function keyFile(directory: string, name: string): string {
  const file = join(directory, name)
  writeFileSync(file, `${randomBytes(16).toString('hex')}\n`, { mode: 0o600 })
  return file
}

const imsi = '001010000000001'
const linked = (ue: Sidelock) => ue.until(({ lines }) => lines.some(({ verb }) => verb === 'connect'))

it('R8, R46: a subscriber that is added while the nodes run bootstraps and links at once, until it is revoked', async () => {
  const directory = temporaryDirectory()
  const changes = await fixedPorts()
  const [k, opc] = [keyFile(directory, 'new.k'), keyFile(directory, 'new.opc')]
  const aka: Change = [
    ['plmns', 0, 'subscribers', 0, 'aka'],
    { algorithm: 'MILENAGE', kFile: k, opcFile: opc },
  ]
  // What the nodes know, and what the UE is given: UE-1 stands in the second alone.
  const unprovisioned = labFile(directory, [...changes, [['plmns', 0, 'subscribers'], []], [['ues', 'ue1'], undefined]], 'nodes.yaml') // prettier-ignore
  const handed = labFile(directory, [...changes, aka], 'ues.yaml')
  const command = (...args: readonly string[]) => Sidelock.start(...args, '--config', unprovisioned, '--json')
  const network = command('node', 'network')
  await network.runs
  const added = command(
    ...['subscriber', 'add', imsi, '--k-file', k, '--opc-file', opc, '--ue-id', '010203'],
    ...['--permission', 'one-to-one', '--may-link-with', '001-02'],
  )
  expect(await added.exit).toBe(0)
  expect(added.lines).toMatchObject([{ event: 'result', imsi, mayLinkWith: ['001-02'] }])

  const ue = (name: string) => Sidelock.start('ue', '--config', handed, '--name', name, '--json')
  const [ue1, ue2] = [ue('ue1'), ue('ue2')]
  await Promise.all([ue1.runs, ue2.runs])
  ue1.type('connect ue2')
  await linked(ue1)
  expect(ue1.lines.find(({ verb }) => verb === 'connect')).toMatchObject({ outcome: 'secured' })

  const revoked = command('permission', 'revoke', imsi, '001-02')
  expect(await revoked.exit).toBe(0)
  ue1.lines.length = 0
  ue1.type('connect ue2')
  await linked(ue1)
  expect(ue1.lines.find(({ verb }) => verb === 'connect')).not.toMatchObject({ outcome: 'secured' })
  for (const running of [ue1, ue2, network]) running.terminate()
  expect(await network.exit).toBe(0)
}, 120_000)
