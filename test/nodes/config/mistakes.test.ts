import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { InvalidConfig, type ConfigMistake } from '../../../src/core/invalid-config.ts'
import { parseNetworkConfig } from '../../../src/nodes/config/load.ts'

const example = readFileSync('examples/two-plmns.yaml', 'utf8')

/** The example with the first `from` after `after` replaced. */
function changed(from: string, to: string, after = ''): string {
  const at = example.indexOf(from, example.indexOf(after))
  if (at < 0) throw new Error(`the example has no ${from}`)
  return example.slice(0, at) + to + example.slice(at + from.length)
}

function mistakesIn(text: string): readonly ConfigMistake[] {
  try {
    parseNetworkConfig(text, 'my.yaml')
  } catch (error) {
    if (error instanceof InvalidConfig) return error.mistakes
    throw error
  }
  return []
}

const second = '- plmn: "001-02"'
const ue1 = '  ue1:'

let nafs = 0
const naf = (fqdn: string, uaId: string, originHost = `as${++nafs}.example.org`) =>
  `{ originHost: ${originHost}, fqdns: [${fqdn}], uaIds: ["${uaId}"] }`
/** The example with further NAFs at the first BSF. */
const withNafs = (...entries: readonly string[]) =>
  changed('ksLifetimeSeconds: 86400', `ksLifetimeSeconds: 86400\n      nafs: [${entries.join(', ')}]`)

/** What is wrong, the file with it, the path of the mistake, what it says. */
const rows: readonly (readonly [string, string, string, RegExp])[] = [
  ['unknown name', changed('ksLifetimeSeconds', 'ksLifetime'), 'plmns[0].bsf.ksLifetime', /no such setting/],
  ['unknown name at the top', `${example}\nfoo: 1\n`, 'foo', /no such setting/],
  [
    '__proto__',
    changed('  ue1:', '  __proto__: { imsi: "001010000000001" }\n  ue1:'),
    'ues.__proto__',
    /no such/,
  ],
  ['number for text', changed('"010203"', '10203'), 'plmns[0].subscribers[0].prose.ueId', /quotes/],
  ['text for number', changed('43200', 'many'), 'plmns[0].kmf.nafKeyMaxAgeSeconds', /number is needed/],
  ['fraction', changed('43200', '1.5'), 'plmns[0].kmf.nafKeyMaxAgeSeconds', /number is needed/],
  ['section for a list', changed('["001-02"]', '{}'), 'plmns[0].kmf.pc6Peers', /a list is needed/],
  ['duplicate name', changed('gba: GBA_ME', 'gba: GBA_ME\n    gba: GBA_U'), 'ues.ue1.gba', /twice/],
  ['negative lifetime', changed('86400', '-1'), 'plmns[0].bsf.ksLifetimeSeconds', /1 is the least/],
  ['lifetime of 0', changed('3600', '0'), 'plmns[0].kmf.issue.pdkLifetimeSeconds', /1 is the least/],
  ['lifetime > 24 h', changed('86400', '86401'), 'plmns[0].bsf.ksLifetimeSeconds', /86400 is the most/],
  ['age > 24 h', changed('43200', '86401'), 'plmns[0].kmf.nafKeyMaxAgeSeconds', /86400 is the most/],
  ['missing name', changed('proseUeIds:', '# '), 'plmns[0].kmf.proseUeIds', /missing/],
  ['another version', changed('version: 1', 'version: 2'), 'version', /1 is needed/],
  [
    'unknown word',
    changed('imsiOverPc5: seed', 'imsiOverPc5: always'),
    'ues.ue1.imsiOverPc5',
    /seed or never/,
  ],
  [
    'unknown AKA',
    changed('MILENAGE', 'COMP128'),
    'plmns[0].subscribers[0].aka.algorithm',
    /MILENAGE or TUAK/,
  ],
  ['EIA0', changed('eia: [2', 'eia: [0'), 'ues.ue1.eia[0]', /1 is the least/],
  ['EEA0 without leave', changed('eea: [2', 'eea: [0'), 'ues.ue1.eea', /allowEea0/],
  ['algorithm twice', changed('eea: [2', 'eea: [1'), 'ues.ue1.eea', /twice/],
  [
    'all disabled',
    changed('eia: [2, 1, 3]', 'eia: [2]\n    disabledAlgorithms: [128-EIA2]'),
    'ues.ue1.eia',
    /none/,
  ],
  ['PLMN twice', changed('"001-02"', '"001-01"', second), 'plmns[1].plmn', /stands at plmns\[0\].plmn/],
  ['no PLMN', changed('"001-01"', '"001"'), 'plmns[0].plmn', /MCC-MNC/],
  ['port', changed('127.0.0.1:0', '127.0.0.1:65536'), 'plmns[0].hss.diameter.listen', /host:port/],
  ['name', changed('fqdn: bsf', 'fqdn: BSF'), 'plmns[0].bsf.fqdn', /lower-case/],
  ['ID range', changed('000001-07ffff', '07ffff-000001'), 'plmns[0].kmf.proseUeIds[0]', /lowest-highest/],
  ['ID outside', changed('"010203"', '"0a0b0d"'), 'plmns[0].subscribers[0].prose.ueId', /outside/],
  [
    'IMSI of another PLMN',
    changed('001010000000001', '001020000000001'),
    'plmns[0].subscribers[0].imsi',
    /not of 001-01/,
  ],
  [
    'UE without subscriber',
    changed('001010000000001', '001010000000009', ue1),
    'ues.ue1.imsi',
    /no subscriber/,
  ],
  ['UE of another card', changed('gba: GBA_ME', 'gba: GBA_U'), 'ues.ue1.gba', /GBA_ME/],
  [
    'two UEs, one IMSI',
    changed('001020000000002', '001010000000001', '  ue2:'),
    'ues.ue2.imsi',
    /ues.ue1.imsi/,
  ],
  ['UE called hss1', changed('ue1:', 'hss1:', 'ues:'), 'ues.hss1', /another node/],
  ['UE called UE1', changed('ue1:', 'UE1:', 'ues:'), 'ues.UE1', /small letters/],
  ['unknown peer', changed('["001-02"]', '["001-03"]'), 'plmns[0].kmf.pc6Peers[0]', /no PLMN 001-03/],
  ['itself as peer', changed('["001-02"]', '["001-01"]'), 'plmns[0].kmf.pc6Peers[0]', /itself/],
  ['link with nobody', changed('["001-02"]', '["009-09"]', 'mayLinkWith'), 'plmns[0].subscribers[0].prose.mayLinkWith[0]', /no PLMN 009-09/], // prettier-ignore
  ['unknown store', changed('store: sqlite', 'store: mysql'), 'plmns[0].hss.store', /sqlite or postgresql/],
  [
    'URL for a file',
    changed('store: sqlite', 'storeUrlFile: hss1.url'),
    'plmns[0].hss.storeUrlFile',
    /no setting of store: sqlite/,
  ],
  [
    'file for a URL',
    changed('store: sqlite', 'store: postgresql\n      storeFile: hss1.db'),
    'plmns[0].hss.storeFile',
    /no setting of store: postgresql/,
  ],
  [
    'BSF name of another',
    changed('bsf.mnc002', 'bsf.mnc001', second),
    'plmns[1].bsf.fqdn',
    /plmns\[0\].bsf.fqdn/,
  ],
  ['KMF name of a BSF', changed('pkmf.mnc001', 'bsf.mnc001'), 'plmns[0].kmf.fqdn', /plmns\[0\].bsf.fqdn/],
  ['realm of another', changed('epc.mnc002', 'epc.mnc001', second), 'plmns[1].realm', /plmns\[0\].realm/],
  [
    'both OP and OPc',
    changed('opcFile: secrets/ue1.opc', 'opcFile: a, opFile: b'),
    'plmns[0].subscribers[0].aka',
    /exactly one/,
  ],
  [
    'neither OP nor OPc',
    changed(', opcFile: secrets/ue1.opc', ''),
    'plmns[0].subscribers[0].aka',
    /exactly one/,
  ],
  ['no Relay Service Code', changed('gba: GBA_ME', 'relayServiceCodes: ["123"]', ue1), 'ues.ue1.relayServiceCodes[0]', /six hex digits/], // prettier-ignore
  ['code twice', changed('gba: GBA_ME', 'relayServiceCodes: ["00012a", "00012A"]', ue1), 'ues.ue1.relayServiceCodes[1]', /ues.ue1.relayServiceCodes\[0\]/], // prettier-ignore
  [
    'its own relay',
    changed('gba: GBA_ME', 'relayServiceCodes: ["000123"]\n    wantedRelayServiceCode: "000123"', ue1),
    'ues.ue1.wantedRelayServiceCode',
    /itself/,
  ],
  ['NAF without names', withNafs('{ originHost: naf.example.org, uaIds: ["0100000002"] }'), 'plmns[0].bsf.nafs[0].fqdns', /missing/], // prettier-ignore
  ['Ua id of 4 octets', withNafs(naf('naf.example.org', '01000000')), 'plmns[0].bsf.nafs[0].uaIds[0]', /10 hex digits/], // prettier-ignore
  [
    'Ua id of GPIs (R5)',
    withNafs(naf('naf.example.org', 'ff00000001')),
    'plmns[0].bsf.nafs[0].uaIds[0]',
    /GPI/,
  ],
  ['Ua id of TMPIs (R5)', withNafs(naf('naf.example.org', '0100000100')), 'plmns[0].bsf.nafs[0].uaIds[0]', /TMPI/], // prettier-ignore
  ['Ua id twice', withNafs(naf('naf.example.org', '0100000002", "0100000002')), 'plmns[0].bsf.nafs[0].uaIds[1]', /uaIds\[0\] already/], // prettier-ignore
  ...['bsf.mnc001.mcc001', 'bsf.ims.mnc002.mcc001'].map(
    (name) =>
      [
        `NAF under the name ${name} that a BSF has on Ub (R5)`,
        withNafs(naf(`${name}.pub.3gppnetwork.org`, '0100000002')),
        'plmns[0].bsf.nafs[0].fqdns[0]',
        /the name of plmns\[[01]\].bsf/,
      ] as const,
  ),
  [
    'extension twice',
    changed('- plmn: "001-01"', '- plmn: "001-01"\n    extensions: { "001-01": [E1, E1] }'),
    'plmns[0].extensions.001-01[1]',
    /already/,
  ],
  [
    'NAF under the name of a KMF (R5)',
    withNafs(naf('pkmf.mnc002.mcc001.pub.3gppnetwork.org', '0100000002')),
    'plmns[0].bsf.nafs[0].fqdns[0]',
    /plmns\[1\].kmf.fqdn/,
  ],
  [
    'two NAFs of one name',
    withNafs(naf('naf.example.org', '0100000002'), naf('naf.example.org', '0100000003')),
    'plmns[0].bsf.nafs[1].fqdns[0]',
    /plmns\[0\].bsf.nafs\[0\].fqdns\[0\]/,
  ],
  [
    'NAF that calls itself the HSS',
    withNafs(naf('naf.example.org', '0100000002', 'hss1.epc.mnc001.mcc001.3gppnetwork.org')),
    'plmns[0].bsf.nafs[0].originHost',
    /hss.diameter.originHost/,
  ],
  ['GSID', withNafs('{ originHost: a.example, fqdns: [a.example], uaIds: ["0100000002"], gsids: ["x"] }'), 'plmns[0].bsf.nafs[0].gsids[0]', /decimal/], // prettier-ignore
  ['GSID of 33 bits', withNafs('{ originHost: a.example, fqdns: [a.example], uaIds: ["0100000002"], gsids: ["4294967296"] }'), 'plmns[0].bsf.nafs[0].gsids[0]', /32 bits/], // prettier-ignore
  ['alias', changed('pc6Peers: ["001-02"]', 'pc6Peers: &a [*a]'), 'plmns[0].kmf.pc6Peers[0]', /alias/],
  ['tag', changed('version: 1', 'version: !!js/function 1'), '', /tag/],
  ['no YAML', 'plmns: [', '', /\S/],
  ['nothing', '', '', /a section with settings/],
  ['a list', '- 1', '', /a section with settings/],
]

describe('mistakes of a configuration', () => {
  it('has none in the example', () => {
    expect(mistakesIn(example)).toEqual([])
  })

  it.each(rows)('B71: %s', (_, text, path, says) => {
    const found = mistakesIn(text).find((mistake) => mistake.path === path && says.test(mistake.message))
    expect(found, JSON.stringify(mistakesIn(text))).toBeDefined()
    expect(found?.file).toBe('my.yaml')
  })

  it('R2, B71: overlapping ProSe UE ID ranges, with place and carets', () => {
    const text = changed('080000-0fffff', '070000-0fffff')
    const line = text.split('\n').findIndex((candidate) => candidate.includes('070000-0fffff')) + 1
    expect(mistakesIn(text)).toEqual([
      {
        file: 'my.yaml',
        line,
        column: 20,
        path: 'plmns[1].kmf.proseUeIds[0]',
        message: 'overlaps 000001-07ffff of plmns[0]: one ID would name two UEs',
        excerpt: [
          `${String(line).padStart(7)} |       proseUeIds: ["070000-0fffff"]`,
          `        |                    ^^^^^^^^^^^^^^^`,
        ].join('\n'),
      },
    ])
  })

  it('R2: a range inside another one, not next to it in order, overlaps too', () => {
    const text = changed('["000001-07ffff"]', '["000001-07ffff", "000002-000003", "000100-000200"]')
    expect(mistakesIn(text).map(({ path }) => path)).toEqual([
      'plmns[0].kmf.proseUeIds[1]',
      'plmns[0].kmf.proseUeIds[2]',
    ])
  })

  it('names that MNC 01 and 001 share are a mistake unless one has its own', () => {
    const shared = changed('"001-02"', '"001-001"', second)
      .replace(/realm: epc.mnc002.*\n/, '\n')
      .replace(/fqdn: (bsf|pkmf)\.mnc002.*\n/g, '\n')
    const paths = mistakesIn(shared).map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining(['plmns[1].realm', 'plmns[1].bsf.fqdn', 'plmns[1].kmf.fqdn']),
    )
  })

  it('port clashes, also with an address of all interfaces, but not with port 0', () => {
    const fixed = (listen: string) =>
      changed('ubListen: "127.0.0.1:0"', `ubListen: "${listen}"`).replace(
        'pc8: { listen: "127.0.0.1:0"',
        'pc8: { listen: "127.0.0.1:4000"',
      )
    const clash = ['plmns[0].kmf.pc8.listen']
    expect(mistakesIn(fixed('127.0.0.1:4000')).map(({ path }) => path)).toEqual(clash)
    expect(mistakesIn(fixed('0.0.0.0:4000')).map(({ path }) => path)).toEqual(clash)
    expect(mistakesIn(fixed('127.0.0.2:4000'))).toEqual([])
    expect(mistakesIn(fixed('0.0.0.0:0'))).toEqual([])
  })

  describe('E1, E2, E3: a PLMN and its peers hold one set', () => {
    const withSets = (ofFirst: string, ofSecond = '{}') =>
      example
        .replace('realm: epc.mnc001', `extensions: ${ofFirst}\n    realm: epc.mnc001`)
        .replace('realm: epc.mnc002', `extensions: ${ofSecond}\n    realm: epc.mnc002`)
    const mistakes = (text: string) => mistakesIn(text).map(({ path, message }) => [path, message])

    it.each([
      ['{ "001-02": [E1, E2] }', '{ "001-01": [E2, E1] }'],
      ['{ "001-01": [E3] }', '{}'],
      ['{ "001-02": [] }', '{}'],
    ])('%s and %s go together', (ofFirst, ofSecond) => {
      expect(mistakes(withSets(ofFirst, ofSecond))).toEqual([])
    })

    it('B71: two sets that differ are told once, at the second end', () => {
      expect(mistakes(withSets('{ "001-02": [E1] }', '{ "001-01": [E1, E2] }'))).toEqual([
        ['plmns[1].extensions.001-01', 'both ends need one set: differs from plmns[0].extensions.001-02'],
      ])
    })

    it('B71: a set that the other end does not give is told where it stands', () => {
      const first = 'plmns[0].extensions.001-02'
      const second = 'plmns[1].extensions.001-01'
      expect(mistakes(withSets('{ "001-02": [E1] }')).map(([path]) => path)).toEqual([first])
      expect(mistakes(withSets('{}', '{ "001-01": [E1] }')).map(([path]) => path)).toEqual([second])
    })

    it('B71: a set for who is no peer, and an unknown extension', () => {
      for (const name of ['001-03', 'constructor', '*'])
        expect(mistakes(withSets(`{ "${name}": [E1] }`))).toEqual([
          [`plmns[0].extensions.${name}`, 'neither 001-01 itself nor one of its pc6Peers'],
        ])
      expect(mistakes(withSets('{ "001-02": [E4] }'))).toContainEqual([
        'plmns[0].extensions.001-02[0]',
        'E1 or E2 or E3 is needed',
      ])
    })
  })

  it('one IMSI, IMPI or ProSe UE ID for two subscribers is a mistake', () => {
    const again = '      - imsi: "001010000000001"\n        aka: { algorithm: TUAK, kFile: k, topcFile: t }\n'
    const text = example.replace(
      '    subscribers:\n',
      `    subscribers:\n${again}        prose: { ueIds: ["010203"] }\n`,
    )
    expect(mistakesIn(text).map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'plmns[0].subscribers[1].imsi',
        'plmns[0].subscribers[1].impi',
        'plmns[0].subscribers[1].prose',
      ]),
    )
  })

  it('a range with too few IDs for its subscribers is a mistake', () => {
    const text = changed('000001-07ffff', '010203-010203').replace(
      '    subscribers:\n',
      '    subscribers:\n      - imsi: "001010000000003"\n        aka: { algorithm: TUAK, kFile: k, topcFile: t }\n        prose: {}\n',
    )
    expect(mistakesIn(text).map(({ path, message }) => [path, message])).toEqual([
      ['plmns[0].subscribers[0].prose', 'no free ID is left in the proseUeIds of 001-01'],
    ])
  })

  it('B71: all mistakes of a file come at once, in its order, mistakes of form and of sense together', () => {
    const text = changed('080000-0fffff', '070000-0fffff')
      .replace('imsiOverPc5: seed', 'imsiOverPc5: yes')
      .replace('eea: [2, 1, 3]', 'eea: [9]')
      .replace('"001-01"', '"001-1"')
    const mistakes = mistakesIn(changed('ksLifetimeSeconds: 86400', 'ksLifetimeSeconds: 0\n      spare: 1'))
    expect(mistakes.map(({ path }) => path)).toEqual(['plmns[0].bsf.ksLifetimeSeconds', 'plmns[0].bsf.spare'])
    expect(mistakesIn(text).map(({ path }) => path)).toEqual([
      'plmns[0].plmn',
      'ues.ue1.eea[0]',
      'ues.ue1.imsiOverPc5',
    ])
    const sense = changed('eea: [2', 'eea: [1')
      .replace('port: 36323', 'port: 0')
      .replace('127.0.0.1, peers', 'here, peers')
    expect(mistakesIn(sense).map(({ path }) => path)).toEqual([
      'ues.ue1.eea',
      'pc5Bearer.port',
      'pc5Bearer.interface',
    ])
  })

  it('the error tells file, line, column, path, excerpt and message of each', () => {
    const text = changed('version: 1', 'version: 7')
    expect(() => parseNetworkConfig(text, 'my.yaml')).toThrow(
      'my.yaml cannot be used\n  my.yaml:3:10  version\n      3 | version: 7\n        |          ^ 1 is needed',
    )
    expect(() => parseNetworkConfig(text, 'my.yaml')).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }))
  })
})

describe('secrets in a configuration', () => {
  const secret = '465b5ce8b199b49faa5f0a2ee238a6bc'
  const base64 = Buffer.from(secret.repeat(2), 'hex').toString('base64')

  const messageOf = (text: string): string => {
    try {
      parseNetworkConfig(text, 'my.yaml')
    } catch (error) {
      return (error as Error).message
    }
    throw new Error('no mistake was found')
  }

  it.each([
    ['under an unknown name', changed('kFile: secrets/ue1.k', `k: ${secret}`)],
    ['a short one under an unknown name', changed('kFile: secrets/ue1.k', `password: ${secret.slice(0, 8)}`)],
    ['in the place of a file', changed('secrets/ue1.k', secret)],
    ['in the place of a number', changed('43200', `"${secret}"`)],
    ['in base64', changed('version: 1', `version: "${base64}"`)],
    ['beside a mistake', changed('pc6Peers: ["001-02"]', `pc6Peers: ["x"] # ${secret}`)],
  ])('R31: a key %s is refused and not repeated', (_, text) => {
    expect(messageOf(text)).not.toContain(secret.slice(0, 8))
    expect(messageOf(text)).not.toContain(base64.slice(0, 8))
  })

  it('R31: an IMSI is shown masked', () => {
    const message = messageOf(changed('001010000000001', '001030000000001'))
    expect(message).toContain('00103········01')
    expect(message).not.toContain('001030000000001')
  })
})
