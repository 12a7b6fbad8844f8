import { writeFileSync } from 'node:fs'
import { request as overHttps } from 'node:https'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AuditEntry } from '../../../src/core/audit.ts'
import { startConsoleServer } from '../../../src/console/server/console-server.ts'
import { loginOf, NeedsLogin } from '../../../src/console/server/login.ts'
import { newCaCertificate, newHostCertificate } from '../../../src/io/lab/certificates.ts'
import { newPrivateKey } from '../../../src/io/lab/private-key.ts'
import { systemClock } from '../../../src/io/system.ts'
import { loadNetworkConfig } from '../../../src/nodes/config/load.ts'
import { sidelock } from '../../cli/command-line.ts'
import { labFile, temporaryDirectory, type Change } from '../../testbed/lab-network.ts'
import { shownFor } from './served.ts'

const everyone = { viewer: 'viewer', operator: 'operator', security: 'security' }
const nodes = [0, 1].flatMap((plmn) => ['hss', 'kmf'].map((kind) => ['plmns', plmn, kind, 'admin', 'roles']))

/** The example, each HSS and KMF with these roles. */
const configured = (roles: object, more: readonly Change[] = []) =>
  labFile(temporaryDirectory(), [...nodes.map((path): Change => [path, roles]), ...more])

describe('the login of a console', () => {
  it('R46: is that of every HSS and KMF, each name with the least role that it has', () => {
    const config = loadNetworkConfig(
      configured(everyone, [[['plmns', 1, 'kmf', 'admin', 'roles'], { security: 'viewer', operator: 'security' }]]), // prettier-ignore
    )
    const { roleOf } = loginOf(config, '192.0.2.1')
    expect([roleOf('security'), roleOf('operator'), roleOf('viewer'), roleOf('nobody')]).toEqual([
      'viewer',
      'operator',
      undefined,
      undefined,
    ])
  })

  it('is missing where one of them lets nobody in: nothing starts, and it says which', async () => {
    const file = configured(everyone, [[['plmns', 1, 'hss', 'admin', 'roles'], {}]])
    const config = loadNetworkConfig(file)
    expect(() => loginOf(config, '192.0.2.1')).toThrow(NeedsLogin)
    const { code, err } = await sidelock(file, ['testbed', '--console', '0.0.0.0:0'])
    expect(code).toBe(78)
    expect(err.join('\n')).toMatch(/a console at 0\.0\.0\.0 needs the admin login of the nodes: no roles at hss2 \[ERR_CONSOLE_NEEDS_LOGIN\]/) // prettier-ignore
  })

  it('no address is none: host and port are needed', async () => {
    const { code } = await sidelock(configured({}), ['testbed', '--console', '7330'])
    expect(code).toBe(64)
  })
})

const authorityKey = newPrivateKey()
const authority = await newCaCertificate(authorityKey, systemClock.now())

async function certified(name: string, by = authorityKey) {
  const key = newPrivateKey()
  const cert = await newHostCertificate(name, key, by, systemClock.now())
  return { key: Buffer.from(key), cert: Buffer.from(cert) }
}

/** A console behind the login of its nodes; gives the status of a request of who has this certificate. */
async function behindLogin(unsafe: boolean) {
  const directory = temporaryDirectory()
  const own = await certified('console.example')
  for (const [name, content] of Object.entries({
    'cert.pem': own.cert,
    'key.pem': own.key,
    'ca.pem': authority,
  }))
    // prettier-ignore
    writeFileSync(join(directory, name), content)
  const files = {
    certificateFile: join(directory, 'cert.pem'),
    certificateKeyFile: join(directory, 'key.pem'),
    trustedCaFile: join(directory, 'ca.pem'),
  }
  const { shown } = shownFor({ perform: () => Promise.resolve({ command: '', says: 'done' }) })
  const roles: Readonly<Record<string, 'viewer' | 'operator' | 'security'>> = { 'viewer.example': 'viewer', 'operator.example': 'operator', 'security.example': 'security' } // prettier-ignore
  const records: AuditEntry[] = []
  const audit = { record: (entry: AuditEntry) => Promise.resolve(void records.push(entry)) }
  const login = { ...files, roleOf: (name: string) => roles[name], unsafe, audit }
  const server = await startConsoleServer(shown, { host: '127.0.0.1', port: 0 }, () => undefined, login)
  onTestFinished(() => server.close())
  const { port } = server.address
  const ask = async (name: string | undefined, method: 'GET' | 'POST', path: string, by?: Uint8Array) => {
    const client = name === undefined ? {} : await certified(name, by)
    return new Promise<number>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', origin: `https://127.0.0.1:${port}` }
      const outgoing = overHttps(
        { ...client, host: '127.0.0.1', port, method, path, headers, ca: Buffer.from(authority), servername: 'console.example', agent: false }, // prettier-ignore
        (incoming) => {
          incoming.resume()
          resolve(incoming.statusCode ?? 0)
        },
      )
      outgoing.on('error', reject)
      outgoing.end(method === 'POST' ? '{"act":"block","ue":"ue1"}' : undefined)
    })
  }
  return { ask, records }
}

describe('R46: a console that others reach', () => {
  it('shows nothing to who has no certificate of its authority, or no role', async () => {
    const { ask } = await behindLogin(false)
    for (const path of ['/', '/api/runs', '/api/stream', '/nowhere']) {
      expect(await ask(undefined, 'GET', path)).toBe(401)
      expect(await ask('viewer.example', 'GET', path, newPrivateKey())).toBe(401)
      expect(await ask('nobody.example', 'GET', path)).toBe(403)
    }
  })

  it('lets viewers look and operators act, and records each act', async () => {
    const { ask, records } = await behindLogin(false)
    expect(await ask('viewer.example', 'GET', '/api/runs')).toBe(200)
    expect(await ask('viewer.example', 'POST', '/api/acts')).toBe(403)
    expect(records).toEqual([
      { who: 'certificate viewer.example', what: 'act', subject: 'testbed', outcome: 'refused' },
    ])
    expect(await ask('operator.example', 'POST', '/api/acts')).toBe(200)
    expect(records.slice(1)).toEqual([
      { who: 'certificate operator.example', what: 'act block', subject: 'testbed ue1', outcome: 'done' },
    ])
  })

  it('R31: shows a run with its keys to who may see keys only', async () => {
    const { ask } = await behindLogin(true)
    expect(await ask('operator.example', 'GET', '/api/runs')).toBe(403)
    expect(await ask('security.example', 'GET', '/api/runs')).toBe(200)
  })
})
