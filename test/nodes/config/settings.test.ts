import { readFileSync } from 'node:fs'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Pair } from 'yaml'
import { describe, expect, it } from 'vitest'
import { parseNetworkConfig } from '../../../src/nodes/config/load.ts'
import { settings } from '../../../src/nodes/config/settings.ts'

const all = settings()
const setting = (path: string) => all.find((one) => one.path === path)

describe('the settings of the schema', () => {
  it.each(all.map((one) => [one.path, one] as const))('%s: what it means in one line', (_, one) => {
    expect(one.description).toMatch(/^\S[^\n]{1,110}\S$/)
  })

  it('stand once, with form, unit, default and clause', () => {
    expect(new Set(all.map(({ path }) => path)).size).toBe(all.length)
    expect(setting('plmns[].bsf.ksLifetimeSeconds')).toMatchObject({
      ...{ form: '1 to 86400', unit: 's', byDefault: '86400', clause: 'TS 33.220 4.5.2', isRequired: false },
    })
    expect(setting('plmns[].kmf.pc8.tls')).toMatchObject({
      form: '[1.3 or 1.2, ...]',
      byDefault: '["1.3","1.2"]',
    })
    expect(setting('plmns[].subscribers[].aka.algorithm')).toMatchObject({
      form: 'MILENAGE or TUAK',
      isRequired: true,
    })
    expect(setting('ues.NAME.tun.ipv4.peers')).toMatchObject({ form: 'UEID: IPv4 address' })
  })

  it('have a unit where they are a number', () => {
    const numbers = all.filter(({ form }) => /^\d+ to \d+/.test(form))
    expect(numbers.length).toBeGreaterThan(10)
    expect(numbers.filter(({ unit }) => unit === undefined)).toEqual([])
  })

  it('have the defaults that a file without them gets', () => {
    const [plmn] = parseNetworkConfig(
      'version: 1\nplmns: [{ plmn: "001-01", kmf: { proseUeIds: ["000001-00ffff"] } }]',
      '/etc/sidelock/my.yaml',
    ).plmns
    const told = (path: string) =>
      setting(`plmns[].${path}`)
        ?.byDefault?.replace('NODE', 'kmf1')
        .replace('REALM', plmn?.realm ?? '')
        .replace('MNC', '001')
        .replace('MCC', '001')
    const { kmf, bsf, realm } = plmn ?? {}
    expect(told('realm')).toBe(realm)
    expect(told('bsf.fqdn')).toBe(bsf?.fqdn)
    expect(told('kmf.fqdn')).toBe(kmf?.fqdn)
    expect(told('kmf.diameter.originHost')).toBe(kmf?.diameter.originHost)
    expect([
      `/etc/sidelock/${told('kmf.storeFile')}`,
      `/etc/sidelock/${told('kmf.storeKeyFile')}`,
      `/etc/sidelock/${told('kmf.diameter.certificateFile')}`,
      `/etc/sidelock/${told('kmf.diameter.certificateKeyFile')}`,
    ]).toEqual([
      kmf?.store.engine === 'sqlite' ? kmf.store.file : undefined,
      kmf?.store.keyFile,
      kmf?.diameter.certificateFile,
      kmf?.diameter.certificateKeyFile,
    ])
  })
})

describe('the example', () => {
  const lines = readFileSync('examples/two-plmns.yaml', 'utf8').split('\n')
  // A setting that stands in a comment is a setting too.
  const shown = lines.map((line) => line.replace(/^(\s+)# (\s*(?:- )?(?:\w+:|\{).*)$/, '$1$2'))
  const pathsOfLines = settingsOfLines(shown.join('\n'))
  const commented = shown.flatMap((line, at) => {
    const comment = /^\s*[^\s#][^#]*\s# (.*)$/.exec(line)?.[1]
    return comment === undefined ? [] : [{ line: at + 1, comment }]
  })

  it('names no setting that does not exist, also in comments', () => {
    const paths = [...pathsOfLines.values()].flat()
    expect(paths.length).toBeGreaterThan(80)
    expect(paths.filter((path) => !setting(path))).toEqual([])
  })

  it.each(commented)('line $line: its comment is that of the schema', ({ line, comment }) => {
    const descriptions = (pathsOfLines.get(line) ?? []).map((path) => setting(path)?.description)
    expect(descriptions).toContain(comment)
  })

  it('explains most of what it shows', () => expect(commented.length).toBeGreaterThan(25))
})

/** By line from 1, the paths of the settings whose names stand on it. */
function settingsOfLines(text: string): ReadonlyMap<number, readonly string[]> {
  const counter = new LineCounter()
  const found = new Map<number, string[]>()
  const visit = (node: unknown, path: string) => {
    if (isSeq(node)) for (const item of node.items) visit(item, `${path}[]`)
    if (isMap(node)) for (const pair of node.items) visitPair(pair, path)
  }
  const visitPair = ({ key, value }: Pair, path: string) => {
    if (!isScalar(key)) return
    const place = nameIn(path, String(key.value))
    const { line } = counter.linePos(key.range?.[0] ?? 0)
    if (place !== path && place !== 'ues.NAME') found.set(line, [...(found.get(line) ?? []), place])
    visit(value, place)
  }
  visit(parseDocument(text, { lineCounter: counter, uniqueKeys: false }).contents, '')
  return found
}

/** A name that the user gives is no setting of its own. */
function nameIn(path: string, name: string): string {
  if (path === 'ues') return 'ues.NAME'
  if (path.endsWith('.extensions')) return path
  return path === '' ? name : `${path}.${name}`
}
