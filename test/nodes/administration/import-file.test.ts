import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { csvLine } from '../../../src/wire/csv.ts'
import { home, imsi1 } from '../../contracts/values.ts'
import { k, opc } from '../../contracts/administration.ts'
import { checkImport, partsOf } from '../../../src/nodes/administration/import-check.ts'
import { openImportFile } from '../../../src/nodes/administration/import-file.ts'
import { InvalidImport } from '../../../src/nodes/administration/invalid-import.ts'
import { temporaryDirectory } from '../../io/store/temporary.ts'

const checks = { home, misfits: () => [] }
const head = 'imsi,algorithm,k,opc,ueIds,publicSafety,permissions,mayLinkWith'
const row = (imsi: string, changes: Readonly<Record<number, string>> = {}) => {
  const values = [imsi, 'MILENAGE', k, opc, '000009', 'true', 'one-to-one relay', '001-01 001-02']
  return csvLine(values.map((value, at) => changes[at] ?? value))
}
const imsi = (number: number) => `00101${String(number).padStart(10, '0')}`

function fileOf(content: string | Uint8Array, name = 'subscribers.csv', mode = 0o600): string {
  const file = join(temporaryDirectory(), name)
  writeFileSync(file, content, { mode })
  return file
}

const checked = (file: string) => checkImport(file, openImportFile(file), checks)

async function mistakesOf(file: string): Promise<readonly string[]> {
  try {
    await checked(file)
  } catch (error) {
    if (!(error instanceof InvalidImport)) throw error
    expect(error.message).not.toContain(k.slice(2))
    return error.mistakes.map(({ line, column, field, reason }) => [line, column, field, reason].join(' '))
  }
  return []
}

const lines = (...content: readonly string[]) => content.map((line) => `${line}\n`).join('')

async function recordsOf(file: string): Promise<readonly unknown[]> {
  const records: unknown[] = []
  for await (const { record } of openImportFile(file)()) records.push(record)
  return records
}

const expected = {
  ...{ imsi: imsi1, aka: { algorithm: 'MILENAGE', k, opc } },
  prose: {
    ...{ ueIds: ['000009'], publicSafety: true, permissions: ['one-to-one', 'relay'] },
    mayLinkWith: ['001-01', '001-02'],
  },
}

describe('import files', () => {
  it('reads CSV with its columns in any order, an empty value as none', async () => {
    const file = fileOf(lines(head, row(imsi1)))
    expect(await recordsOf(file)).toEqual([expected])
    expect(await checked(file)).toBe(1)
    const bare = fileOf(lines('opc,k,algorithm,imsi,ueIds', `${opc},${k},MILENAGE,${imsi1},`))
    expect(await recordsOf(bare)).toEqual([{ imsi: imsi1, aka: { algorithm: 'MILENAGE', k, opc } }])
  })

  it('reads YAML with subscribers as those of the configuration, keys in place of their files', async () => {
    const text = `subscribers:\n  - ${JSON.stringify(expected)}\n`
    expect(await recordsOf(fileOf(text, 'a.yaml'))).toEqual([expected])
  })

  it('parts a record into what the HSS and what the KMF is told', () => {
    const { hss, kmf } = partsOf({ ...expected, gba: 'GBA_U' })
    const { mayLinkWith, ...prose } = expected.prose
    expect(hss).toEqual({ ...expected, gba: 'GBA_U', prose })
    expect(kmf).toEqual({ imsi: imsi1, gba: 'GBA_U', mayLinkWith })
  })

  it.each([
    ['the same IMSI twice', lines(head, row(imsi1), row(imsi1, { 4: '000008' })), ['3 1 imsi this IMSI stands in line 2 already']],
    ['K of 30 hex digits', lines(head, row(imsi1, { 2: k.slice(2) })), ['2 26 aka.k hex: 32 hex digits are needed']],
    ['OPc of 33 hex digits', lines(head, row(imsi1, { 3: `${opc}0` })), ['2 59 aka.opc hex: 32 hex digits are needed']],
    ['a line of 15 000 columns', lines(head, ','.repeat(15_000)), ['2   more than 4096 octets']],
    ['a line of 65 values', lines(head, ','.repeat(64)), ['2 65  more than 64 values']],
    ['CR LF', lines(`${head}\r`, row(imsi1)), ['1 64  a carriage return: lines end with a line feed alone']],
    ['a byte order mark', lines(`\ufeff${head}`, row(imsi1)), ['1 1  a byte order mark: save as UTF-8 without it']],
    ['half a record at the end', lines(head, row(imsi1)) + row(imsi(2)).slice(0, 20), ['3   it does not end with a line feed']],
    ['half a line of values', lines(head, row(imsi1), row(imsi(2)).slice(0, 20)), ['3 1  8 values are needed, not 2']],
    ['a NUL', lines(head, `\0${row(imsi1)}`), ['2 1  a NUL']],
    ['a column that there is not', lines('imsi,ki', row(imsi1)), ['1 6  no such column; there are']],
    ['a column twice', lines('imsi,k,imsi', row(imsi1)), ['1 8  this column stands here twice']],
    ['nothing but a line of columns', lines(head), []],
    ['a formula', lines(head, row('=1+1')), ['2 1 imsi IMSI: 6 to 15 digits are needed']],
    ['neither OP nor OPc', lines(head, row(imsi1, { 3: '' })), ['2  aka exactly one of opc and op is needed']],
    ['no algorithm', lines(head, row(imsi1, { 1: '' })), ['2 17 aka.algorithm keys of algorithm']],
  ])('B73: of a file with %s nothing is imported, and the place of each mistake is told', async (_, content, expected) => {
    const told = await mistakesOf(fileOf(content))
    expect(told).toHaveLength(expected.length)
    expected.forEach((mistake, at) => expect(told[at]).toContain(mistake))
  }) // prettier-ignore

  it('B73: tells all mistakes of a file, to a bound', async () => {
    const wrong = Array.from({ length: 80 }, (_, at) => row(imsi(at), { 2: 'x' }))
    expect(await mistakesOf(fileOf(lines(head, ...wrong)))).toHaveLength(50)
    const mixed = [row('x'), row(imsi(1), { 4: 'g' }), row(imsi(2), { 5: 'yes' })]
    expect(
      (await mistakesOf(fileOf(lines(head, ...mixed)))).map((told) => told.split(' ').slice(0, 3)),
    ).toEqual([
      ['2', '1', 'imsi'],
      ['3', '92', 'prose.ueIds[0]'],
      ['4', '99', 'prose.publicSafety'],
    ])
  })

  it('B73: refuses octets that are no UTF-8', async () => {
    const octets = Buffer.concat([Buffer.from(`${head}\n`), Buffer.of(0xff, 0x0a)])
    expect(await mistakesOf(fileOf(octets))).toEqual(['2   not well-formed UTF-8'])
  })

  it.each([
    ['a list of something else', 'users: []', 'a list of subscribers is needed'],
    ['an alias', 'subscribers: [&a {imsi: "1"}, *a]', 'an alias is not accepted'],
    ['a deep nest', '['.repeat(10_000), 'nested too deeply'],
    ['a K of 30 digits', `subscribers:\n  - imsi: "${imsi1}"\n    aka:\n      algorithm: MILENAGE\n      k: "${k.slice(2)}"\n      opc: "${opc}"\n`, '5 10 aka.k hex: 32 hex digits are needed'],
  ])('B73: refuses YAML with %s', async (_, text, mistake) => {
    expect((await mistakesOf(fileOf(text, 'a.yaml'))).join('\n')).toContain(mistake)
  }) // prettier-ignore

  it('R46: refuses a file that others may read, and one that is missing', () => {
    expect(() => openImportFile(fileOf(lines(head), 'open.csv', 0o644))).toThrow(
      /others may read it \(mode 644\)/,
    )
    expect(() => openImportFile(join(temporaryDirectory(), 'none.csv'))).toThrow(/the file is missing/)
    expect(() => openImportFile(temporaryDirectory())).toThrow(InvalidImport)
  })
})
