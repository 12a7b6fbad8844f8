import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseNetworkConfig } from '../../../src/nodes/config/load.ts'
import { needsRestart } from '../../../src/nodes/config/restart.ts'

const example = readFileSync('examples/two-plmns.yaml', 'utf8')
const parsed = (text: string) => parseNetworkConfig(text, 'my.yaml')

/** Paths of what needs a restart of these nodes when `from` becomes `to`, wherever it stands first. */
const restartFor = (names: readonly string[], from: string | RegExp, to: string): readonly string[] => {
  const changed = example.replace(from, to)
  expect(changed).not.toBe(example)
  return needsRestart(parsed(example), parsed(changed), names).map(({ path }) => path)
}
const kmf1 = ['kmf1']
const network = ['hss1', 'bsf1', 'kmf1', 'hss2', 'bsf2', 'kmf2']

describe('what needs a restart', () => {
  it.each([
    ['nafKeyMaxAgeSeconds: 43200', 'nafKeyMaxAgeSeconds: 43201'],
    ['pdkLifetimeSeconds: 3600', 'pdkLifetimeSeconds: 60'],
    [
      'pc6Peers: ["001-02"]',
      'pc6Peers: ["001-02"], limits: { pushesPerImsiPerMinute: 1 }'.replace(', ', '\n      '),
    ],
    ['pc6Peers: ["001-02"]', 'pc6Peers: []'],
    ['ksLifetimeSeconds: 86400', 'ksLifetimeSeconds: 60'],
    ['mayLinkWith: ["001-02"]', 'mayLinkWith: []'],
    ['- imsi: "001010000000001"', '- imsi: "001010000000001"\n        ksLifetimeSeconds: 60'],
    ['pc5Profile: seed', 'pc5Profile: final'],
    [/$/, '\ndiameter: { trustedCaFile: other.pem }'],
    ['pc6Peers: ["001-02"]', 'pc6Peers: ["001-02"]\n      admin: { roles: { lab.example: operator } }'],
    [
      'diameter: { listen: "127.0.0.1:0" }',
      'diameter: { listen: "127.0.0.1:0", peers: [{ host: dra.example.org, relayFor: [example.org] }] }',
    ],
  ])('not %s', (from, to) => expect(restartFor(network, from, to)).toEqual([]))

  it.each([
    ['tls: ["1.3", "1.2"]', 'tls: ["1.3"]', 'plmns[0].kmf.pc8.tls'],
    ['fqdn: pkmf.mnc001', 'fqdn: kmf.mnc001', 'plmns[0].kmf.fqdn'],
    ['realm: epc.mnc001', 'realm: lte.mnc001', 'plmns[0].realm'],
    [/$/, '\ndiameter: { unsafePlainTcp: true }', 'diameter.unsafePlainTcp'],
    ['directory: .sidelock/lab', 'directory: .sidelock/other', 'lab.directory'],
  ])('%s', (from, to, path) => {
    expect(restartFor(kmf1, from, to)).toEqual([path])
    expect(restartFor(['hss2'], from, to)).toEqual(path.startsWith('plmns') ? [] : [path])
  })

  it('the list of replicas, for those of its kind; to others they are peers', () => {
    const change = ['# replicas: [{}]', 'replicas: [{}]'] as const
    const paths = ['plmns[0].bsf.replicas[0].diameter.listen', 'plmns[0].bsf.replicas[0].ubListen']
    expect(restartFor(network, ...change)).toEqual(paths)
    expect(restartFor(['hss1', 'kmf1', 'bsf2'], ...change)).toEqual([])
  })

  it('not what another node of the PLMN is: it is a peer', () => {
    const change = ['ubListen: "127.0.0.1:0"', 'ubListen: "127.0.0.1:8080"'] as const
    expect(restartFor(kmf1, ...change)).toEqual([])
    expect(restartFor(network, ...change)).toEqual(['plmns[0].bsf.ubListen'])
    expect(restartFor(['bsf1'], ...change)).toEqual(['plmns[0].bsf.ubListen'])
  })
})
