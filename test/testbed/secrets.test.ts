import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fromBase64, fromHex } from '../../src/core/bytes.ts'
import { bTidRand, BTid } from '../../src/core/identities/b-tid.ts'
import { nafIdOf, uaIds } from '../../src/core/identities/naf-id.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { K, Opc } from '../../src/core/keys.ts'
import { Rand } from '../../src/core/aka.ts'
import type { TapMessage } from '../../src/core/tap.ts'
import { akaFunctions } from '../../src/crypto/aka.ts'
import { fingerprint } from '../../src/crypto/fingerprint.ts'
import { deriveKsNaf, ksOf } from '../../src/crypto/gba-keys.ts'
import { deriveKdSess, derivePdk, derivePek, derivePik } from '../../src/crypto/prose-keys.ts'
import { exportForms } from '../../src/console/server/exports.ts'
import { RecordedRuns } from '../../src/console/server/recorded-runs.ts'
import { Instant } from '../../src/core/units.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { logTap } from '../../src/io/watch/log.ts'
import { Metrics } from '../../src/io/watch/metrics.ts'
import { SpansOfNode } from '../../src/io/watch/spans-of-node.ts'
import { filesIn, found, sidelock, type Ran } from './secret-search.ts'

const messagesOf = ({ events }: Ran): readonly TapMessage[] =>
  events.flatMap((event) => (event.kind === 'message' ? [event] : []))

function textField(ran: Ran, message: string, field: string): string {
  const value = messagesOf(ran).find(({ name }) => name === message)?.fields[field]
  if (typeof value !== 'string') throw new Error(`no ${field} in ${message}`)
  return value
}

/** RAND of UE-2, which never shows its B-TID on PC5: from the challenge on Ub. */
function randOnUb(ran: Ran, ue: string): Rand {
  const challenge = messagesOf(ran).find(({ name, to }) => name === '401 challenge' && to === ue)
  const nonce = /nonce="([^"]+)"/.exec(Buffer.from(challenge?.bytes ?? []).toString())?.[1]
  return Rand(fromBase64(nonce ?? '').slice(0, 16))
}

/** Every secret of a run, computed from the files of the lab and what was sent in clear. */
function secretsOf(ran: Ran): ReadonlyMap<string, Uint8Array> {
  const config = loadNetworkConfig(join(ran.directory, 'network.yaml'))
  const secrets = new Map<string, Uint8Array>()
  const file = (name: string) =>
    fromHex(readFileSync(join(ran.directory, 'lab/secrets', name), 'utf8').trim())
  const ue1 = BTid(textField(ran, 'DIRECT_COMMUNICATION_REQUEST', 'ue1Id'))
  const rands = { ue1: bTidRand(ue1), ue2: randOnUb(ran, 'ue2') }
  for (const [at, ue] of (['ue1', 'ue2'] as const).entries()) {
    const plmn = config.plmns[at]
    const subscriber = plmn?.subscribers[0]
    if (!plmn || !subscriber) throw new Error(`no ${ue}`)
    const [k, opc] = [K(file(`${ue}.k`)), Opc(file(`${ue}.opc`))]
    const rand = rands[ue]
    const { res, ck, ik } = akaFunctions({ algorithm: 'MILENAGE', k, opc }).f2345(rand)
    const ks = ksOf(ck, ik)
    const nafKey = (uaId: keyof typeof uaIds) =>
      deriveKsNaf(ks, rand, subscriber.impi, nafIdOf(plmn.kmf.fqdn, uaIds[uaId]))
    const ofUe = { K: k, OPc: opc, RES: res, CK: ck, IK: ik, Ks: ks, 'Ks_NAF of TLS': nafKey('tls13') }
    for (const [name, secret] of Object.entries(ofUe)) secrets.set(`${name} of ${ue}`, secret)
    secrets.set(`Ks_NAF of ${ue}`, nafKey('prose'))
    if (ue !== 'ue1') continue
    const pdk = derivePdk(nafKey('prose'), ProseUeId(0x0a0b0c))
    const nonce = (message: string, field: string) => fromHex(textField(ran, message, field))
    const kdSess = deriveKdSess(
      pdk,
      nonce('DIRECT_COMMUNICATION_REQUEST', 'nonce1'),
      nonce('DIRECT_SECURITY_MODE_COMMAND', 'nonce2'),
    )
    const ofLink = { PDK: pdk, 'KD-sess': kdSess, PEK: derivePek(kdSess, 2), PIK: derivePik(kdSess, 2) }
    for (const [name, secret] of Object.entries(ofLink)) secrets.set(name, secret)
  }
  return secrets
}

/** The secrets that the nodes told by their fingerprints are those computed here. */
function expectSameKeys(ran: Ran, secrets: ReadonlyMap<string, Uint8Array>): void {
  const told = new Set(
    ran.events.flatMap((event) => (event.kind === 'state' ? Object.values(event.keys ?? {}) : [])),
  )
  const keys = ['Ks of ue1', 'Ks of ue2', 'Ks_NAF of ue1', 'Ks_NAF of ue2', 'PDK', 'KD-sess', 'PEK', 'PIK']
  const computed = [...keys, 'Ks_NAF of TLS of ue1', 'Ks_NAF of TLS of ue2'].map((name) =>
    fingerprint(secrets.get(name) ?? new Uint8Array()),
  )
  expect([...told].sort()).toEqual(computed.sort())
}

it.each([
  [
    'as JSON lines, with heartbeats, beside a capture',
    undefined,
    ['--json', '--heartbeats', '--pcap', 'DIR/a.pcapng'],
  ],
  ['as a line a message', undefined, ['--heartbeats']],
  ['as a ladder', 120, ['--unfold', '--heartbeats']],
] as const)('R31: no secret is in output, capture or store: %s', async (_title, columns, flags) => {
  const ran = await sidelock('7a', columns, ...flags)
  const secrets = secretsOf(ran)
  expectSameKeys(ran, secrets)
  expect(ran.output.length).toBeGreaterThan(1000)
  expect(found(Buffer.from(ran.output), secrets)).toEqual([])
  for (const event of ran.events)
    if ('bytes' in event) expect(found(Buffer.from(event.bytes), secrets)).toEqual([])
  const secretFiles = join(ran.directory, 'lab/secrets')
  const files = filesIn(ran.directory).filter((name) => !name.startsWith(secretFiles))
  expect(files.filter((name) => name.endsWith('.db'))).toHaveLength(6)
  for (const name of files) expect([name, found(readFileSync(name), secrets)]).toEqual([name, []])
})

it('R31: no secret and no whole IMSI is in logs at debug level, in metrics and in spans', async () => {
  const ran = await sidelock('7a', undefined, '--quiet')
  const lines: string[] = []
  const log = logTap('debug', (line) => lines.push(line))
  const metrics = new Metrics({ name: 'ue1', role: 'ue', version: '0' })
  const spans = new SpansOfNode('ue')
  for (const event of ran.events) {
    log(event)
    metrics.observe(event)
    lines.push(JSON.stringify(spans.take(event)))
  }
  const text = lines.join('\n') + (await metrics.text())
  expect(lines.length).toBeGreaterThan(100)
  expect(found(Buffer.from(text), secretsOf(ran))).toEqual([])
  for (const imsi of ['001010000000001', '001020000000002']) expect(text).not.toContain(imsi)
})

it.each([
  ['as JSON lines', undefined, ['--json', '--heartbeats']],
  ['as a line a message', undefined, ['--heartbeats']],
  ['as a ladder', 120, ['--unfold', '--heartbeats']],
] as const)('R31: an IMSI is shown masked, message octets apart: %s', async (_title, columns, flags) => {
  const { output } = await sidelock('7a', columns, ...flags)
  const shown = output.replaceAll(/"bytes":"[0-9a-f]*"/g, '')
  for (const imsi of ['001010000000001', '001020000000002']) expect(shown).not.toContain(imsi)
  if (columns === undefined) expect(shown).toContain('00101········01')
})

it('the search finds what is there: the same run that shows its keys', async () => {
  const ran = await sidelock('7a', undefined, '--json', '--unsafe-reveal-keys', '--pcap', 'DIR/a.pcapng')
  const secrets = secretsOf(ran)
  const inCapture = found(readFileSync(join(ran.directory, 'a.pcapng')), secrets)
  expect(inCapture).toEqual(expect.arrayContaining(['PDK', 'Ks_NAF of ue1', 'Ks_NAF of ue2']))
  expect(found(Buffer.from(ran.output), secrets)).toContain('PDK')
  for (const never of ['K of ue1', 'OPc of ue1', 'K of ue2', 'OPc of ue2'])
    expect(found(Buffer.from(ran.output), secrets)).not.toContain(never)
})

it('R31: nothing that the console keeps, shows or gives away of a run holds a key', async () => {
  const ran = await sidelock('7a', undefined, '--json')
  const secrets = secretsOf(ran)
  const run = new RecordedRuns().begin({
    ...{ scenario: '7a', nodes: [], start: Instant(0), unsafe: false, network: 'own' },
  })
  for (const event of ran.events) run.tap(event)
  expect(run.summary.messages).toBeGreaterThan(20)
  expect(found(Buffer.from([...run.captured()].join('\n')), secrets)).toEqual([])
  for (const [name, form] of Object.entries(exportForms)) {
    const taken = form.of(run, undefined)
    expect([name, taken.length > 1_000, found(Buffer.from(taken), secrets)]).toEqual([name, true, []])
  }
})
