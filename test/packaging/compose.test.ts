import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { listenersOf } from '../../src/nodes/config/listeners.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { configuredNodes } from '../../src/nodes/config/nodes.ts'

interface Service {
  readonly image: string
  readonly command?: readonly string[]
  readonly hostname?: string
  readonly user?: string
  readonly ports?: readonly string[]
  readonly volumes: readonly string[]
  readonly read_only?: boolean
  readonly tmpfs?: readonly string[]
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly ulimits?: { readonly core: number }
  readonly healthcheck: { readonly test: readonly string[] }
}

const folder = resolve(import.meta.dirname, '../../packaging/compose')
const compose = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>
  readonly 'x-node': { readonly build: string; readonly stop_grace_period: string }
}
const { postgresql, ...services } = compose.services
const config = loadNetworkConfig(join(folder, 'sidelock.yaml'))
const nodes = configuredNodes(config)
const databases = readFileSync(join(folder, 'databases.sql'), 'utf8')

describe('compose.yaml', () => {
  it('has a service for each node of its configuration, which it runs by its name', () => {
    expect(Object.keys(services)).toEqual(nodes.map(({ name }) => name))
    for (const [name, { command, hostname }] of Object.entries(services)) {
      expect(command).toEqual(['node', name, '--config', '/etc/sidelock/sidelock.yaml', '--log', 'info'])
      expect(hostname).toBe(name)
    }
  })

  it('every node listens where the others look for it, and what is published is served', () => {
    const served = config.plmns.flatMap(listenersOf).map(({ listen: { host, port } }) => `${host}:${port}`)
    for (const address of served) expect(Object.keys(services)).toContain(address.split(':')[0])
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name}:${port.split(':')[1] ?? ''}`),
    )
    expect(published).toEqual(['bsf1:8080', 'kmf1:8443', 'bsf2:8080', 'kmf2:8443'])
    expect(served).toEqual(expect.arrayContaining(published))
  })

  it('asks each node where it says whether it is ready', () => {
    for (const node of nodes) {
      const watch = node.kind === 'ue' ? undefined : node.plmn[node.kind].watch
      const url = `http://${watch?.listen.host ?? ''}:${watch?.listen.port ?? 0}/ready`
      expect(services[node.name]?.healthcheck.test.join(' ')).toContain(url)
    }
  })

  it('every store is a database of its own in PostgreSQL', () => {
    for (const node of nodes) {
      expect(node.kind === 'ue' ? '' : node.plmn[node.kind].store.engine).toBe('postgresql')
      expect(databases).toContain(`create database ${node.name};`)
    }
    expect(postgresql?.volumes.map((volume) => volume.split(':')[0])).toContain('./databases.sql')
  })

  it('R46: is administered by a socket in memory, and its audit outlives the container', () => {
    for (const node of nodes) {
      if (node.kind !== 'hss' && node.kind !== 'kmf') continue
      expect(node.plmn[node.kind].admin).toMatchObject({
        socketFile: `/run/sidelock/${node.name}/admin.sock`,
        auditFile: `/var/lib/sidelock/${node.name}/audit`,
      })
    }
  })

  it('R32: a node may do little, and is the user whose secrets it reads', () => {
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        ...{
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          ulimits: { core: 0 },
        },
        user: '${SIDELOCK_UID:-1000}:${SIDELOCK_GID:-1000}',
      })
      const writable = service.volumes.filter((volume) => !volume.endsWith(':ro'))
      expect(writable.map((volume) => volume.split(':')[1])).toEqual(['/var/lib/sidelock'])
      expect(service.tmpfs).toEqual(['/run/sidelock'])
    }
  })

  it('builds from where the Dockerfile is, and leaves time to end', () => {
    expect(existsSync(join(folder, compose['x-node'].build, 'Dockerfile'))).toBe(true)
    expect(Number.parseInt(compose['x-node'].stop_grace_period)).toBeGreaterThan(5)
  })
})
