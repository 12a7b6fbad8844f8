import { existsSync, statSync, writeFileSync } from 'node:fs'
import { request as overHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as overHttps } from 'node:https'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { AuditEntry } from '../../../src/core/audit.ts'
import type { AdminRoute } from '../../../src/io/admin/admin-route.ts'
import {
  startAdminServer,
  type AdminCredentials,
  type AdminServerOptions,
} from '../../../src/io/admin/admin-server.ts'
import { ControlAddressInUse } from '../../../src/io/local-socket.ts'
import { newCaCertificate, newHostCertificate } from '../../../src/io/lab/certificates.ts'
import { newPrivateKey } from '../../../src/io/lab/private-key.ts'
import { systemClock } from '../../../src/io/system.ts'
import { hssAdministration } from '../../../src/nodes/administration/administration.ts'
import { hssRoutes } from '../../../src/nodes/administration/routes.ts'
import { Administered, record } from '../../contracts/administration.ts'
import { imsi1, noon } from '../../contracts/values.ts'
import { temporaryDirectory } from '../store/temporary.ts'

interface Authority {
  readonly key: Uint8Array
  readonly certificate: Uint8Array
}

async function newAuthority(): Promise<Authority> {
  const key = newPrivateKey()
  return { key, certificate: await newCaCertificate(key, systemClock.now()) }
}

const [authority, another] = [await newAuthority(), await newAuthority()]

async function certified(name: string, by = authority) {
  const key = newPrivateKey()
  const cert = await newHostCertificate(name, key, by.key, systemClock.now())
  return { key: Buffer.from(key), cert: Buffer.from(cert), ca: Buffer.from(authority.certificate) }
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function answerOf(incoming: IncomingMessage): Promise<Answer> {
  let text = ''
  for await (const chunk of incoming.setEncoding('utf8') as AsyncIterable<string>) text += chunk
  return { status: incoming.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) }
}

const roles = new Map([
  ['viewer.example', 'viewer'],
  ['operator.example', 'operator'],
  ['security.example', 'security'],
] as const)

/** An HSS that is administered on a socket and by mutual TLS. */
async function served(more: readonly AdminRoute[] = [], options: Partial<AdminServerOptions> = {}) {
  const directory = temporaryDirectory()
  const socketFile = join(directory, 'run', 'admin.sock')
  const own = await certified('hss1.example')
  const files = { certificateFile: 'cert.pem', certificateKeyFile: 'key.pem', trustedCaFile: 'ca.pem' }
  for (const [name, content] of [
    ['cert.pem', own.cert],
    ['key.pem', own.key],
    ['ca.pem', own.ca],
  ] as const)
    // prettier-ignore
    writeFileSync(join(directory, name), content)
  const at = (name: string) => join(directory, name)
  const administered = new Administered()
  const faults: unknown[] = []
  const server = await startAdminServer({
    ...{ node: 'hss1', socketFile, clock: systemClock, audit: administered.hss.audit },
    requestsPerMinute: 100,
    routes: [...hssRoutes((who) => hssAdministration(who, administered.hss)), ...more],
    tls: {
      ...{ host: '127.0.0.1', port: 0, roles, certificateFile: at(files.certificateFile) },
      ...{ certificateKeyFile: at(files.certificateKeyFile), trustedCaFile: at(files.trustedCaFile) },
    },
    onFault: (error) => faults.push(error),
    ...options,
  })
  onTestFinished(() => server.close())
  const send = (options: RequestOptions, body: string | undefined, ask: typeof overHttp): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = ask({ ...options }, (incoming) => {
        answerOf(incoming).then(resolve, reject)
      })
      outgoing.on('error', reject).end(body)
    })
  const json = { 'content-type': 'application/json' }
  const optionsOf = (method: string, path: string, type: object = json) => ({
    method,
    path,
    headers: { ...type },
  })
  return {
    ...{ administered, socketFile, faults },
    /** As after SIGHUP: these roles, and another certificate of the server. */
    renew: async (roles: AdminCredentials['roles']) => {
      const { cert, key } = await certified('hss1.example')
      writeFileSync(at('cert.pem'), cert)
      writeFileSync(at('key.pem'), key)
      server.renew({
        ...{ roles, certificateFile: at('cert.pem'), certificateKeyFile: at('key.pem') },
        trustedCaFile: at('ca.pem'),
      })
    },
    locally: (method: string, path: string, body?: string, type: object = body === undefined ? {} : json) =>
      send({ ...optionsOf(method, path, type), socketPath: socketFile }, body, overHttp),
    remotely: (tls: object, method: string, path: string, body?: string) => {
      const to = { host: '127.0.0.1', port: server.port, servername: 'hss1.example', agent: false }
      const options = { ...optionsOf(method, path, body === undefined ? {} : json), ...to, ...tls }
      return send(options, body, overHttps)
    },
  }
}

const adding = JSON.stringify(record(imsi1))
const codeOf = ({ status, body }: Answer) => [status, (body as { code?: string } | undefined)?.code]
const outcomes = (audited: readonly AuditEntry[]) => audited.map(({ who, outcome }) => [who, outcome])

describe('the admin API', () => {
  it('R46: on a socket that its owner alone can open, as the user of the operating system', async () => {
    const { locally, socketFile, administered } = await served()
    expect(statSync(socketFile).mode & 0o777).toBe(0o600)
    expect(statSync(join(socketFile, '..')).mode & 0o777).toBe(0o700)
    expect(codeOf(await locally('POST', '/subscribers', adding))).toEqual([201, undefined])
    expect(administered.audited[0]?.who).toMatch(/^user \S+$/)
  })

  it('B75: 401 without a certificate, and with one of another authority', async () => {
    const { remotely, administered } = await served()
    const ca = Buffer.from(authority.certificate)
    expect(codeOf(await remotely({ ca }, 'GET', '/subscribers'))).toEqual([401, 'ERR_NOT_IDENTIFIED'])
    expect(codeOf(await remotely({ ca }, 'GET', '/openapi.json'))).toEqual([401, 'ERR_NOT_IDENTIFIED'])
    const forged = await certified('security.example', another)
    expect(codeOf(await remotely(forged, 'POST', '/subscribers', adding))).toEqual([
      401,
      'ERR_NOT_IDENTIFIED',
    ])
    expect(await administered.subscribers.findByImsi(imsi1)).toBeUndefined()
  })

  it('R46: 403 to a certificate that has no role', async () => {
    const { remotely } = await served()
    const peer = await certified('kmf2.example')
    expect(codeOf(await remotely(peer, 'GET', '/subscribers'))).toEqual([403, 'ERR_NOT_PERMITTED'])
  })

  it.each(['viewer.example', 'operator.example'])(
    'B75: 403 to %s that writes what its role does not include; it is told in the audit',
    async (name) => {
      const { remotely, administered } = await served()
      const as = await certified(name)
      expect((await remotely(as, 'GET', '/subscribers')).status).toBe(200)
      expect(codeOf(await remotely(as, 'POST', '/subscribers', adding))).toEqual([403, 'ERR_NOT_PERMITTED'])
      expect(codeOf(await remotely(as, 'DELETE', `/subscribers/${imsi1}`))).toEqual([
        403,
        'ERR_NOT_PERMITTED',
      ])
      expect(await administered.subscribers.findByImsi(imsi1)).toBeUndefined()
      expect(outcomes(administered.audited)).toEqual([
        [`certificate ${name}`, 'refused'],
        [`certificate ${name}`, 'refused'],
      ])
    },
  )

  it('R46: a certificate with the role adds, under its name', async () => {
    const { remotely, administered } = await served()
    const as = await certified('security.example')
    expect((await remotely(as, 'POST', '/subscribers', adding)).status).toBe(201)
    expect(outcomes(administered.audited)).toEqual([['certificate security.example', 'done']])
  })

  it('R46: gives and takes roles while it runs', async () => {
    const { remotely, renew } = await served()
    const [given, taken] = [await certified('kmf2.example'), await certified('security.example')]
    expect((await remotely(taken, 'GET', '/subscribers')).status).toBe(200)
    await renew(new Map([['kmf2.example', 'security']]))
    expect((await remotely(given, 'POST', '/subscribers', adding)).status).toBe(201)
    expect(codeOf(await remotely(taken, 'GET', '/subscribers'))).toEqual([403, 'ERR_NOT_PERMITTED'])
  })

  it('R38: speaks no TLS before 1.3', async () => {
    const { remotely } = await served()
    const old = { ...(await certified('security.example')), maxVersion: 'TLSv1.2' }
    await expect(remotely(old, 'GET', '/subscribers')).rejects.toThrow(/alert|version/i)
  })

  it('B75: 413 to 1 MiB of JSON', async () => {
    const { locally } = await served()
    const large = JSON.stringify({ imsi: 'x'.repeat(1024 * 1024) })
    const answer = locally('POST', '/subscribers', large)
    // A connection that is closed before all was sent says the same.
    expect(await answer.then(codeOf, systemCodeOf)).toSatisfy(
      (told) => told === 'EPIPE' || told === 'ECONNRESET' || String(told) === '413,ERR_TOO_LARGE',
    )
  })

  it.each([
    ['__proto__', '{"imsi":"001010000000001","__proto__":{"role":"security"}}'],
    ['__proto__ inside', adding.replace('"aka":{', '"aka":{"__proto__":{"k":1},')],
    ['constructor.prototype', '{"constructor":{"prototype":{}}}'],
    ['no JSON', '{"k":"00112233445566778899aabbccddeeff"'],
    ['nothing', ''],
  ])('B75: 400 to %s, and nothing of it is repeated', async (_, body) => {
    const { locally, administered } = await served()
    const answer = await locally('POST', '/subscribers', body)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).not.toContain('00112233')
    expect(await administered.subscribers.page(undefined, 1)).toEqual([])
    expect(({} as Record<string, unknown>)['role']).toBeUndefined()
  })

  it.each(['{"__proto__":{},"imsi":"001010000000001"}', '[', '\u0000', 'x'.repeat(17_000), '"'])(
    'B75: 400 to a line of an import that is %j',
    async (line) => {
      const { locally, administered } = await served()
      const answer = await locally('POST', '/subscribers/import', `${adding}\n${line}\n`, ndjson)
      expect(answer.status).toBe(400)
      expect(await administered.subscribers.page(undefined, 1)).toEqual([])
    },
  )

  it('B73: an import that ends within a record is refused', async () => {
    const { locally, administered } = await served()
    const cut = `${adding}\n${adding.slice(0, 30)}`
    expect((await locally('POST', '/subscribers/import', cut, ndjson)).status).toBe(400)
    expect(await administered.subscribers.page(undefined, 1)).toEqual([])
  })

  it('tells what is wrong in one form: code, and the field and the reason of each mistake', async () => {
    const { locally } = await served()
    const wrong = JSON.stringify(record('123', { gba: 'x' }))
    expect(await locally('POST', '/subscribers', wrong)).toEqual({
      status: 400,
      body: {
        code: 'ERR_INVALID_RECORD',
        reason: 'imsi: IMSI: 6 to 15 digits are needed; gba: GBA_ME or GBA_U is needed',
        mistakes: [
          { at: 0, field: 'imsi', reason: 'IMSI: 6 to 15 digits are needed' },
          { at: 0, field: 'gba', reason: 'GBA_ME or GBA_U is needed' },
        ],
      },
    })
    expect(codeOf(await locally('GET', '/subscribers/123'))).toEqual([400, 'ERR_INVALID_VALUE'])
    expect(codeOf(await locally('GET', '/subscribers?limit=1001'))).toEqual([400, 'ERR_INVALID_VALUE'])
    expect(codeOf(await locally('GET', '/subscribers?all=1'))).toEqual([400, 'ERR_INVALID_VALUE'])
    expect(codeOf(await locally('GET', `/subscribers/${imsi1}`))).toEqual([404, 'ERR_NOT_FOUND'])
    expect(codeOf(await locally('GET', '/secrets'))).toEqual([404, 'ERR_NOT_FOUND'])
    expect(codeOf(await locally('POST', '/subscribers', adding, { 'content-type': 'text/plain' }))).toEqual([415, 'ERR_MEDIA_TYPE']) // prettier-ignore
    await locally('POST', '/subscribers', adding)
    expect(codeOf(await locally('POST', '/subscribers', adding))).toEqual([409, 'ERR_CONFLICT'])
  })

  it('R31: a fault of ours tells nothing but that', async () => {
    const handle = () => Promise.reject(new Error('K is 00112233'))
    const route = { method: 'GET', path: '/fault', summary: '', role: 'viewer', parameters: z.object({}), handle } as const // prettier-ignore
    const { locally, faults } = await served([route])
    const { status, body } = await locally('GET', '/fault')
    expect([status, body]).toEqual([
      500,
      { code: 'ERR_INTERNAL', reason: 'a fault of this node', mistakes: [] },
    ])
    expect(faults).toHaveLength(1)
  })

  it('R43: 429 to who asks more often than a minute allows, and not to others', async () => {
    const { locally, remotely } = await served([], { requestsPerMinute: 3, clock: { now: () => noon } })
    const answers = [1, 2, 3, 4].map(() => locally('GET', '/openapi.json'))
    expect((await Promise.all(answers)).map(({ status }) => status).sort()).toEqual([200, 200, 200, 429])
    expect((await remotely(await certified('viewer.example'), 'GET', '/openapi.json')).status).toBe(200)
  })

  it('serves OpenAPI 3.1 of its own routes, with keys that are written only', async () => {
    const { locally } = await served()
    const { body } = await locally('GET', '/openapi.json')
    const { openapi, paths } = body as { openapi: string; paths: Record<string, Record<string, object>> }
    expect(openapi).toBe('3.1.0')
    expect(Object.keys(paths)).toEqual(['/subscribers', '/subscribers/{imsi}', '/subscribers/import'])
    expect(JSON.stringify(paths['/subscribers']?.['post'])).toMatch(/"k":\{[^}]*"writeOnly":true/)
    expect(JSON.stringify(paths['/subscribers']?.['get'])).not.toContain('writeOnly')
  })

  it('a second server of one socket is refused, and the socket goes with its server', async () => {
    const { socketFile, administered } = await served()
    const again = {
      ...{ node: 'hss1', routes: [], clock: systemClock, audit: administered.hss.audit },
      ...{ requestsPerMinute: 100, onFault: () => undefined },
    }
    await expect(startAdminServer({ ...again, socketFile })).rejects.toThrow(ControlAddressInUse)
    expect(existsSync(socketFile)).toBe(true)
    const other = join(temporaryDirectory(), 'other.sock')
    await (await startAdminServer({ ...again, socketFile: other })).close()
    expect(existsSync(other)).toBe(false)
  })
})

const systemCodeOf = (error: unknown) => (error as { code?: string }).code
const ndjson = { 'content-type': 'application/x-ndjson' }
