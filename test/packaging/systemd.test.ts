import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { configuredNodes } from '../../src/nodes/config/nodes.ts'
import { tellReady } from '../../src/io/service-manager.ts'
import { temporaryDirectory } from '../io/store/temporary.ts'

const root = resolve(import.meta.dirname, '../..')
const unit = readFileSync(join(root, 'packaging/systemd/sidelock@.service'), 'utf8')
const valuesOf = (name: string) =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)
const config = loadNetworkConfig(join(root, 'packaging/systemd/sidelock.yaml'))
const nodes = configuredNodes(config)

/** The unit with a command that is here instead of the installed one. */
function unitFile(): string {
  const file = join(temporaryDirectory(), 'sidelock@.service')
  writeFileSync(file, unit.replaceAll('/usr/bin/sidelock', join(root, 'bin/sidelock.js')))
  return file
}

function analyze(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

describe('the systemd unit', () => {
  it('is one that systemd takes, without a warning', () => {
    const file = unitFile().replace('@.', '@kmf1.')
    expect(analyze('verify', '--man=no', file)).toEqual({ status: 0, said: '' })
  })

  it('leaves a node little of the machine: exposure below 2 of 10', () => {
    expect(analyze('security', '--offline=true', '--no-pager', '--threshold=20', unitFile())).toMatchObject({
      status: 0,
    })
  })

  it('runs a node by its name, as the command line has it', () => {
    const [command = ''] = valuesOf('ExecStart')
    expect(command).toBe('/usr/bin/sidelock node %i --config /etc/sidelock/sidelock.yaml --log info')
    const help = spawnSync(process.execPath, [join(root, 'bin/sidelock.js'), 'node', '--help'], {
      encoding: 'utf8',
    })
    for (const flag of command.match(/--[a-z-]+/g) ?? []) expect(help.stdout).toContain(flag)
    expect(valuesOf('ExecReload')).toEqual(['/bin/kill -HUP $MAINPID'])
  })

  it('R31, R32: gives each node exactly the credentials that the configuration names, and no more', () => {
    const given = valuesOf('LoadCredential').map((value) => `credential:${value.split(':')[0] ?? ''}`)
    const named = nodes.flatMap((node) => {
      const { store, diameter } = node.kind === 'ue' ? expect.unreachable() : node.plmn[node.kind]
      expect(store.engine === 'sqlite' ? store.file : '').toMatch(
        new RegExp(`^/var/lib/sidelock/${node.name}/`),
      )
      return [store.keyFile, diameter.certificateKeyFile]
    })
    expect([...new Set(named)].sort()).toEqual(given.sort())
    expect(nodes.map(({ name }) => name)).toEqual(['hss1', 'bsf1', 'kmf1'])
    expect(valuesOf('StateDirectory')).toEqual(['sidelock/%i'])
  })

  it('R46: HSS and KMF are administered where the unit lets them write', () => {
    expect(valuesOf('RuntimeDirectory')).toEqual(['sidelock/%i'])
    for (const node of nodes) {
      if (node.kind !== 'hss' && node.kind !== 'kmf') continue
      expect(node.plmn[node.kind].admin).toMatchObject({
        socketFile: `/run/sidelock/${node.name}/admin.sock`,
        auditFile: `/var/lib/sidelock/${node.name}/audit`,
      })
    }
  })

  it('R31: leaves no core with keys in it, and ends within its time', () => {
    expect(valuesOf('LimitCORE')).toEqual(['0'])
    expect(Number(valuesOf('TimeoutStopSec')[0])).toBeGreaterThan(5)
  })
})

describe('systemd-notify', () => {
  it('is told that the node serves, only where systemd started it', async () => {
    const directory = temporaryDirectory()
    const told = join(directory, 'told')
    writeFileSync(join(directory, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${told}\n`)
    chmodSync(join(directory, 'systemd-notify'), 0o755)
    const path = process.env['PATH'] ?? ''
    vi.stubEnv('PATH', `${directory}:${path}`)
    onTestFinished(() => void vi.unstubAllEnvs())
    tellReady({ PATH: `${directory}:${path}` })
    tellReady({ PATH: `${directory}:${path}`, NOTIFY_SOCKET: '/run/systemd/notify' })
    await vi.waitUntil(() => existsSync(told) && readFileSync(told, 'utf8').endsWith('\n'))
    expect(readFileSync(told, 'utf8')).toBe('/run/systemd/notify --ready\n')
  })
})
