import { X509Certificate } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sqn } from '../../../src/core/aka.ts'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import type { Clock } from '../../../src/core/environment.ts'
import { InvalidConfig, type ConfigMistake } from '../../../src/core/invalid-config.ts'
import { hours, Instant, later } from '../../../src/core/units.ts'
import { systemRandom } from '../../../src/io/system.ts'
import { prepareFiles, readAkaSecrets } from '../../../src/nodes/config/files.ts'
import { parseNetworkConfig } from '../../../src/nodes/config/load.ts'
import type { NetworkConfig } from '../../../src/nodes/config/network-config.ts'
import { findNode } from '../../../src/nodes/config/nodes.ts'
import {
  openConfiguredBsfStore,
  openSeededHssStore,
  openSeededKmfStore,
} from '../../../src/nodes/config/stores.ts'
import { inTest, temporaryDirectory } from '../../io/store/temporary.ts'

const example = readFileSync('examples/two-plmns.yaml', 'utf8')
const now = Instant(Date.now())
const at = (instant: Instant) => ({ clock: { now: () => instant } satisfies Clock, random: systemRandom })

function configIn(directory: string, change: (text: string) => string = (text) => text): NetworkConfig {
  return parseNetworkConfig(change(example.replace('.sidelock/lab', directory)), join(directory, 'my.yaml'))
}

const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((name) => statSync(name).isFile())
    .sort()

const contentOf = (directory: string) => filesIn(directory).map((file) => [file, readFileSync(file, 'hex')])

async function mistakesOf(work: Promise<unknown>): Promise<readonly ConfigMistake[]> {
  try {
    await work
  } catch (error) {
    if (error instanceof InvalidConfig) return error.mistakes
    throw error
  }
  return []
}

describe('a lab', () => {
  it('makes its directory, secrets and certificates, for the owner only, and then leaves them', async () => {
    const directory = join(temporaryDirectory(), 'lab')
    const config = configIn(directory)
    await prepareFiles(config, at(now))
    const files = filesIn(directory)
    expect(files.map((file) => file.slice(directory.length + 1))).toEqual([
      'ca/ca.key',
      'ca/ca.pem',
      ...['bsf1', 'bsf2', 'hss1', 'hss2', 'kmf1', 'kmf2'].flatMap((name) => [
        `certs/${name}.key`,
        `certs/${name}.pem`,
      ]),
      ...['bsf1.key', 'bsf2.key', 'hss1.key', 'hss2.key', 'kmf1.key', 'kmf2.key'].map(
        (name) => `secrets/${name}`,
      ),
      ...['ue1.k', 'ue1.opc', 'ue2.k', 'ue2.opc'].map((name) => `secrets/${name}`),
    ])
    for (const file of files) expect(statSync(file).mode & 0o777, file).toBe(0o600)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    const secrets = filesIn(join(directory, 'secrets')).map((file) => readFileSync(file, 'hex'))
    expect(new Set(secrets).size).toBe(secrets.length)

    const before = contentOf(directory)
    await prepareFiles(config, at(later(now, hours(24))))
    expect(contentOf(directory)).toEqual(before)
  })

  it('R38: certificates have the Origin-Host as their only name and come from the lab authority', async () => {
    const directory = temporaryDirectory()
    const config = configIn(directory)
    await prepareFiles(config, at(now))
    const ca = new X509Certificate(readFileSync(config.diameter.trustedCaFile))
    expect(ca.ca).toBe(true)
    expect(ca.verify(ca.publicKey)).toBe(true)
    for (const { diameter } of config.plmns.flatMap(({ hss, bsf, kmf }) => [hss, bsf, kmf])) {
      const certificate = new X509Certificate(readFileSync(diameter.certificateFile))
      expect(certificate.subject).toBe(`CN=${diameter.originHost}`)
      expect(certificate.subjectAltName).toBe(`DNS:${diameter.originHost}`)
      expect(certificate.checkIssued(ca)).toBe(true)
      expect(certificate.verify(ca.publicKey)).toBe(true)
      expect(certificate.ca).toBe(false)
      expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
      expect(Date.parse(certificate.validFrom)).toBeLessThanOrEqual(now)
    }
  })

  it('renews a certificate near its end or with another name, with the same key', async () => {
    const directory = temporaryDirectory()
    await prepareFiles(configIn(directory), at(now))
    const before = new Map(contentOf(directory).map(([file = '', content = '']) => [file, content]))
    const changedFiles = () => contentOf(directory).filter(([file = '', content]) => before.get(file) !== content).map(([file = '']) => file.slice(directory.length + 1)) // prettier-ignore

    const renamed = configIn(directory, (text) =>
      text.replace('realm: epc.mnc001.mcc001', 'realm: other.mcc001'),
    )
    await prepareFiles(renamed, at(now))
    expect(changedFiles()).toEqual(['certs/bsf1.pem', 'certs/hss1.pem', 'certs/kmf1.pem'])

    await prepareFiles(renamed, at(later(now, hours(24 * 340))))
    expect(changedFiles()).toEqual(
      ['bsf1', 'bsf2', 'hss1', 'hss2', 'kmf1', 'kmf2'].map((name) => `certs/${name}.pem`),
    )
  })

  it('R48: several starts at once end with one set of files that fit', async () => {
    const directory = join(temporaryDirectory(), 'lab')
    const config = configIn(directory)
    await Promise.all(Array.from({ length: 4 }, () => prepareFiles(config, at(now))))
    expect(await mistakesOf(prepareFiles(config, at(now)))).toEqual([])
    expect(filesIn(directory)).toHaveLength(24)
  })

  it('makes nothing outside its directory and no secrets when it must not', async () => {
    const directory = temporaryDirectory()
    const outside = join(temporaryDirectory(), 'ue1.k')
    const elsewhere = configIn(directory, (text) => text.replace('secrets/ue1.k', outside))
    expect(await mistakesOf(prepareFiles(elsewhere, at(now)))).toEqual([
      { file: outside, path: 'plmns[0].subscribers[0].aka.kFile', message: 'the file is missing' },
    ])
    const empty = temporaryDirectory()
    const strict = configIn(empty, (text) =>
      text.replace('createMissingSecrets: true', 'createMissingSecrets: false'),
    )
    expect((await mistakesOf(prepareFiles(strict, at(now)))).map(({ path }) => path)).toContain(
      'plmns[0].hss.storeKeyFile',
    )
  })

  it('B76: names its directory when it cannot be written', async () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    const [mistake] = await mistakesOf(prepareFiles(configIn(join(file, 'lab')), at(now)))
    expect(mistake).toMatchObject({ file: join(file, 'lab'), path: 'lab.directory' })
  })
})

function replaceByDirectory(file: string): void {
  rmSync(file)
  mkdirSync(file)
}

describe('files without a lab', () => {
  const withoutLab = (text: string) => text.replace(/^lab:.*(\n {2}.*)+\n/m, '')

  const template = mkdtempSync(join(tmpdir(), 'sidelock-'))
  beforeAll(() => prepareFiles(configIn(template), at(now)))
  afterAll(() => rmSync(template, { recursive: true }))

  /** A directory with all files of the example, and its configuration without a lab. */
  function network(): { readonly directory: string; readonly config: NetworkConfig } {
    const directory = temporaryDirectory()
    cpSync(template, directory, { recursive: true })
    return { directory, config: configIn(directory, withoutLab) }
  }

  it('all there: no mistake, and nothing is made or changed', async () => {
    const { directory, config } = network()
    const before = contentOf(directory)
    expect(config.lab).toBeUndefined()
    await prepareFiles(config, at(now))
    expect(contentOf(directory)).toEqual(before)
  })

  it('B72: none there: every file is named with its setting', async () => {
    const mistakes = await mistakesOf(prepareFiles(configIn(temporaryDirectory(), withoutLab), at(now)))
    const paths = mistakes.map(({ path }) => path)
    expect(new Set(mistakes.map(({ message }) => message))).toEqual(new Set(['the file is missing']))
    expect(paths).toEqual(
      expect.arrayContaining([
        'plmns[0].hss.storeKeyFile',
        'plmns[1].kmf.storeKeyFile',
        'plmns[1].subscribers[0].aka.opcFile',
        'diameter.trustedCaFile',
        'plmns[0].bsf.diameter.certificateFile',
        'plmns[0].bsf.diameter.certificateKeyFile',
      ]),
    )
    expect(paths).toHaveLength(6 + 4 + 1 + 12)
  })

  it('only those of the nodes that are started are needed', async () => {
    const { directory, config } = network()
    const kmf2 = findNode(config, 'kmf2')
    for (const name of ['secrets/ue1.k', 'secrets/hss2.key', 'certs/bsf2.key']) rmSync(join(directory, name))
    expect(await mistakesOf(prepareFiles(config, at(now), kmf2 ? [kmf2] : []))).toEqual([])
    rmSync(join(directory, 'secrets/kmf2.key'))
    expect(await mistakesOf(prepareFiles(config, at(now), kmf2 ? [kmf2] : []))).toHaveLength(1)
  })

  it.each([
    ['missing', (file: string) => rmSync(file), /missing/],
    ['empty', (file: string) => writeFileSync(file, ''), /empty/],
    ['group-readable', (file: string) => chmodSync(file, 0o640), /mode 640/],
    ['readable by all', (file: string) => chmodSync(file, 0o604), /mode 604/],
    [
      'of 31 octets',
      (file: string) => writeFileSync(file, Buffer.alloc(31, 1)),
      /32 or 64 octets are needed, not 31/,
    ],
    [
      'of 33 octets',
      (file: string) => writeFileSync(file, Buffer.alloc(33, 1)),
      /32 or 64 octets are needed, not 33/,
    ],
    ['all zero', (file: string) => writeFileSync(file, Buffer.alloc(32)), /zero/],
    ['huge', (file: string) => writeFileSync(file, Buffer.alloc(100_000, 1)), /more than/],
    ['a directory', replaceByDirectory, /not a regular file/],
  ])('B72: a store key file that is %s', async (_, make, message) => {
    const { directory, config } = network()
    const file = join(directory, 'secrets/hss1.key')
    make(file)
    const mistakes = await mistakesOf(prepareFiles(config, at(now)))
    expect(mistakes).toEqual([
      { file, path: 'plmns[0].hss.storeKeyFile', message: expect.stringMatching(message) as string },
    ])
    const [plmn] = config.plmns
    await expect(plmn && openSeededHssStore(config, plmn)).rejects.toThrow(InvalidConfig)
    expect(filesIn(directory).filter((name) => name.endsWith('.db'))).toEqual([])
  })

  it('R31, B72: a store in PostgreSQL needs a file with its URL, which is not made and not shown', async () => {
    const { directory } = network()
    const config = configIn(directory, (text) => text.replace('store: sqlite', 'store: postgresql'))
    const [plmn] = config.plmns
    const file = join(directory, 'secrets/hss1.url')
    const missing = await mistakesOf(prepareFiles(config, at(now)))
    expect(missing).toEqual([{ file, path: 'plmns[0].hss.storeUrlFile', message: 'the file is missing' }])
    writeFileSync(file, 'postgresql://somebody:hidden@/none\n', { mode: 0o600 })
    expect(await mistakesOf(prepareFiles(config, at(now)))).toEqual([])
    const refused = await (plmn && openSeededHssStore(config, plmn))?.catch(String)
    expect(refused).toMatch(/StoreUnusable.*has not the form/)
    expect(refused).not.toContain('hidden')
  })

  it.each([
    ['30 hex digits', 'ab'.repeat(15)],
    ['an odd digit', 'ab'.repeat(16) + 'c'],
    ['no hex', 'K'.repeat(32)],
    ['two keys', `${'ab'.repeat(16)}\n${'cd'.repeat(16)}\n`],
  ])('R31, B72: a K file with %s is refused and not shown', async (_, content) => {
    const { directory, config } = network()
    writeFileSync(join(directory, 'secrets/ue1.k'), content)
    const error = await prepareFiles(config, at(now)).catch((reason: unknown) => reason as InvalidConfig)
    expect(error).toMatchObject({ mistakes: [{ path: 'plmns[0].subscribers[0].aka.kFile' }] })
    expect(String(error)).not.toContain(content.slice(0, 8))
  })

  it('a certificate of another entity, and a key of another certificate', async () => {
    const { directory, config } = network()
    cpSync(join(directory, 'certs/hss1.pem'), join(directory, 'certs/bsf1.pem'))
    cpSync(join(directory, 'certs/hss1.key'), join(directory, 'certs/kmf1.key'))
    writeFileSync(config.diameter.trustedCaFile, 'x')
    const mistakes = await mistakesOf(prepareFiles(config, at(now)))
    expect(mistakes.map(({ path, message }) => [path, message.replace(/ for .*/, '')])).toEqual([
      ['diameter.trustedCaFile', expect.any(String)],
      ['plmns[0].bsf.diameter.certificateFile', 'the certificate is not'],
      ['plmns[0].kmf.diameter.certificateKeyFile', 'the key is not that of the certificate'],
    ])
  })

  it('certificates are not needed with unsafePlainTcp', async () => {
    const { directory } = network()
    rmSync(join(directory, 'certs'), { recursive: true })
    const plain = configIn(directory, (text) => `${withoutLab(text)}\ndiameter: { unsafePlainTcp: true }\n`)
    expect(await mistakesOf(prepareFiles(plain, at(now)))).toEqual([])
  })
})

describe('stores of a configuration', () => {
  async function lab() {
    const directory = temporaryDirectory()
    const config = configIn(directory)
    await prepareFiles(config, at(now))
    const [plmn] = config.plmns
    const [subscriber] = plmn?.subscribers ?? []
    if (!plmn || !subscriber) throw new Error('the example has no subscriber')
    return { directory, config, plmn, subscriber }
  }

  it('the HSS holds the subscribers of the file; a second start keeps sequence numbers', async () => {
    const { directory, config, plmn, subscriber } = await lab()
    const first = await openSeededHssStore(config, plmn)
    await first.subscribers.advanceSqn(subscriber.imsi, () => Sqn(64))
    await first.close()
    const { subscribers } = await inTest(openSeededHssStore(config, plmn))
    const kept = await subscribers.findByImsi(subscriber.imsi)
    expect(kept).toMatchObject({
      prose: { ueIds: [0x010203], permissions: ['one-to-one'], publicSafety: false },
    })
    expect(kept?.aka.k && hex(kept.aka.k)).toBe(readFileSync(join(directory, 'secrets/ue1.k'), 'utf8').trim())
    expect(await subscribers.advanceSqn(subscriber.imsi, (last) => Sqn(last + 1))).toBe(65)
  })

  it('the KMF holds the permissions of the file: of its subscribers the file decides, others stay', async () => {
    const { config, plmn, subscriber } = await lab()
    const first = await openSeededKmfStore(config, plmn)
    const { authorisations } = first
    expect(await authorisations.list()).toEqual([{ imsi: subscriber.imsi, plmn: '001-02' }])
    const other = { ...subscriber, imsi: config.ues[1]?.imsi ?? subscriber.imsi }
    await authorisations.grant(subscriber.imsi, '*')
    await authorisations.grant(other.imsi, '*')
    await first.close()
    const again = await inTest(openSeededKmfStore(config, plmn))
    expect(await again.authorisations.list()).toEqual([
      { imsi: subscriber.imsi, plmn: '001-02' },
      { imsi: other.imsi, plmn: '*' },
    ])
  })

  it('the BSF has a store under its key', async () => {
    const { config, plmn } = await lab()
    const { bootstraps } = await inTest(openConfiguredBsfStore(config, plmn))
    expect(await bootstraps.list(now)).toEqual([])
  })

  it('an operator constant gives OPc, TS 35.208 4.3.3 test set 1', async () => {
    const { directory, config } = await lab()
    writeFileSync(join(directory, 'secrets/ue1.k'), '465b5ce8b199b49faa5f0a2ee238a6bc\n')
    writeFileSync(join(directory, 'secrets/ue1.op'), 'CDC202D5123E20F62B6D676AC72CB318\r\n', { mode: 0o600 })
    const withOp = configIn(directory, (text) =>
      text.replace('opcFile: secrets/ue1.opc', 'opFile: secrets/ue1.op'),
    )
    const [plmn] = withOp.plmns
    const [subscriber] = plmn?.subscribers ?? []
    const aka = plmn && subscriber && readAkaSecrets(withOp, plmn, subscriber)
    expect(aka?.algorithm === 'MILENAGE' && hex(aka.opc)).toBe('cd63cb71954a9f4e48a5994e37a02baf')
    expect(config.plmns).toHaveLength(2)
    expect(aka && hex(aka.k)).toBe(hex(fromHex('465b5ce8b199b49faa5f0a2ee238a6bc')))
  })

  it('a TUAK subscriber gets a K and a TOPc', async () => {
    const directory = temporaryDirectory()
    const config = configIn(directory, (text) =>
      text.replace(
        'algorithm: MILENAGE, kFile: secrets/ue1.k, opcFile',
        'algorithm: TUAK, kFile: secrets/ue1.k, topcFile',
      ),
    )
    await prepareFiles(config, at(now))
    const [plmn] = config.plmns
    const { subscribers } = await inTest(
      plmn ? openSeededHssStore(config, plmn) : Promise.reject(new Error()),
    )
    const [subscriber] = await subscribers.page(undefined, 10)
    expect(subscriber?.aka).toMatchObject({ algorithm: 'TUAK', keccakIterations: 1 })
  })
})
