import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseAllDocuments, type Document } from 'yaml'
import { describe, expect, it } from 'vitest'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { configuredNodes } from '../../src/nodes/config/nodes.ts'

interface Port {
  readonly name: string
  readonly port?: number
  readonly targetPort?: string
  readonly containerPort?: number
}
interface Container {
  readonly args: readonly string[]
  readonly env: readonly unknown[]
  readonly ports: readonly Port[]
  readonly volumeMounts: readonly {
    readonly name: string
    readonly mountPath: string
    readonly readOnly?: boolean
  }[]
}
interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly serviceName?: string
    readonly clusterIP?: string
    readonly selector: Readonly<Record<string, unknown>>
    readonly ports?: readonly Port[]
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[]
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: {
        readonly terminationGracePeriodSeconds: number
        readonly containers: readonly [Container]
        readonly volumes: readonly {
          readonly name: string
          readonly secret?: { readonly defaultMode: number }
        }[]
      }
    }
  }
}

const folder = resolve(import.meta.dirname, '../../packaging/kubernetes')
const documents = parseAllDocuments(readFileSync(join(folder, 'sidelock.yaml'), 'utf8')) as Document[]
const manifests = documents.map((document) => document.toJS() as Manifest)
const sets = manifests.flatMap(({ kind, metadata, spec }) =>
  kind === 'StatefulSet' && spec.template ? [{ name: metadata.name, spec, pod: spec.template.spec }] : [],
)
const services = manifests.filter(({ kind }) => kind === 'Service')
const config = loadNetworkConfig(join(folder, 'config.yaml'))
const nodes = configuredNodes(config)

describe('the Kubernetes manifests', () => {
  it('are YAML, with a set for each node of the configuration, which it runs by its name', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
    expect(sets.map(({ name }) => name)).toEqual(nodes.map(({ name }) => name))
    for (const { name, pod } of sets)
      expect(pod.containers[0].args).toEqual([
        'node',
        name,
        '--config',
        '/etc/sidelock/config.yaml',
        '--log',
        'info',
      ])
  })

  it('every node is reached under the name of its pod, on ports that its container names', () => {
    for (const node of nodes) {
      if (node.kind === 'ue') return expect.unreachable()
      const { diameter, watch } = node.plmn[node.kind]
      const host = `${node.name}-0.sidelock`
      expect([diameter.listen, watch?.listen]).toEqual([
        { host, port: 3868 },
        { host, port: 9464 },
      ])
      const set = sets.find(({ name }) => name === node.name)
      expect(set?.spec.serviceName).toBe('sidelock')
      expect(set?.pod.containers[0].ports).toEqual(
        expect.arrayContaining([
          { name: 'diameter', containerPort: 3868 },
          { name: 'watch', containerPort: 9464 },
        ]),
      )
    }
    const [{ bsf, kmf } = expect.unreachable()] = config.plmns
    const portsOf = (name: string) => sets.find((set) => set.name === name)?.pod.containers[0].ports
    expect(portsOf('bsf1')).toContainEqual({ name: 'ub', containerPort: bsf.ubListen.port })
    expect(portsOf('kmf1')).toContainEqual({ name: 'pc8', containerPort: kmf.pc8.listen.port })
  })

  it('every service leads to pods that there are, on ports that they name', () => {
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['sidelock', 'bsf1', 'kmf1'])
    for (const { spec } of services) {
      const found = sets.filter(({ spec: { template } }) =>
        Object.entries(spec.selector).every(([label, value]) => template?.metadata.labels[label] === value),
      )
      expect(found.length).toBeGreaterThan(0)
      const named = found.flatMap(({ pod }) => pod.containers[0].ports.map(({ name }) => name))
      for (const { name, targetPort = name } of spec.ports ?? []) expect(named).toContain(targetPort)
    }
    expect(services[0]?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true })
  })

  it('R32: a pod reads its own secret alone, as credentials that others cannot read', () => {
    for (const { name, pod } of sets) {
      const [{ env, volumeMounts }] = pod.containers
      expect(env).toEqual([{ name: 'CREDENTIALS_DIRECTORY', value: '/run/credentials' }])
      expect(volumeMounts.slice(0, 2)).toEqual([
        { name: 'config', mountPath: '/etc/sidelock', readOnly: true },
        { name: 'credentials', mountPath: '/run/credentials', readOnly: true },
      ])
      expect(pod.volumes.find((volume) => volume.name === 'credentials')?.secret).toEqual({
        ...{ secretName: name, defaultMode: 0o440 },
      })
    }
    const names = nodes.flatMap((node) => {
      if (node.kind === 'ue') return expect.unreachable()
      const { store, diameter } = node.plmn[node.kind]
      const url = store.engine === 'postgresql' ? store.urlFile : expect.unreachable()
      return [store.keyFile, url, diameter.certificateFile, diameter.certificateKeyFile]
    })
    expect([...new Set([...names, config.diameter.trustedCaFile])].sort()).toEqual([
      ...['credential:ca.pem', 'credential:store.key', 'credential:store.url', 'credential:tls.key'],
      'credential:tls.pem',
    ])
  })

  it('R46: an HSS or KMF is administered by a socket in memory, and its audit outlives the pod', () => {
    for (const node of nodes) {
      if (node.kind !== 'hss' && node.kind !== 'kmf') continue
      expect(node.plmn[node.kind].admin).toMatchObject({
        socketFile: `/run/sidelock/${node.name}/admin.sock`,
        auditFile: `/var/lib/sidelock/${node.name}/audit`,
      })
      const set = sets.find(({ name }) => name === node.name)
      expect(set?.pod.containers[0].volumeMounts.slice(2)).toEqual([
        { name: 'sockets', mountPath: '/run/sidelock' },
        { name: 'state', mountPath: '/var/lib/sidelock' },
      ])
      expect(set?.pod.volumes.map(({ name }) => name)).toContain('sockets')
      expect(set?.spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name)).toEqual(['state'])
    }
  })

  it('a container may do little, is asked whether it lives and is ready, and has time to end', () => {
    for (const { pod } of sets) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      })
      expect(pod.containers[0]).toMatchObject({
        securityContext: {
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ['ALL'] },
        },
        startupProbe: { httpGet: { path: '/health', port: 'watch' } },
        livenessProbe: { httpGet: { path: '/health', port: 'watch' } },
        readinessProbe: { httpGet: { path: '/ready', port: 'watch' } },
        resources: { requests: { memory: '128Mi' }, limits: { memory: '256Mi' } },
      })
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(5)
    }
  })
})
