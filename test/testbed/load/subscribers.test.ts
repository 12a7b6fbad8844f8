import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bTidOf } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { Rand } from '../../../src/core/aka.ts'
import { InvalidConfig } from '../../../src/core/invalid-config.ts'
import { Instant } from '../../../src/core/units.ts'
import { importChecks } from '../../../src/nodes/administration/open.ts'
import { checkImport } from '../../../src/nodes/administration/import-check.ts'
import { openImportFile } from '../../../src/nodes/administration/import-file.ts'
import { loadNetworkConfig } from '../../../src/nodes/config/load.ts'
import { makeSeed, readSeed } from '../../../src/testbed/load/seed.ts'
import { importedSubscribers, importLines, seededSubscribers } from '../../../src/testbed/load/subscribers.ts'
import { UeTable } from '../../../src/testbed/load/ue-table.ts'
import { labFile, temporaryDirectory } from '../lab-network.ts'

function setting() {
  const directory = temporaryDirectory()
  const file = labFile(directory)
  const config = loadNetworkConfig(file)
  const [plmn] = config.plmns
  if (!plmn) throw new Error('the example has a PLMN')
  return { config, plmn, in: (name: string) => join(directory, name), file }
}

const seed = new Uint8Array(32).fill(7)

describe('subscribers made of a seed', () => {
  it('are the same each time, and others of another seed', () => {
    const { plmn } = setting()
    const keyOf = (of: Uint8Array) => [...seededSubscribers(of, plmn, 10).aka(3).k]
    expect(keyOf(seed)).toEqual(keyOf(seed))
    expect(keyOf(seed)).not.toEqual(keyOf(new Uint8Array(32).fill(8)))
  })

  it('have IMSIs of the PLMN and ProSe UE IDs that the file gives to nobody', () => {
    const { plmn } = setting()
    const made = seededSubscribers(seed, plmn, 0x07ffff - 1)
    expect(made.imsi(12)).toBe('001019000000012')
    expect([made.ueId(0), made.ueId(1)]).toEqual([0x07ffff, 0x07fffe])
    const before = 0x07ffff - 0x010203
    expect([made.ueId(before - 1), made.ueId(before)]).toEqual([0x010204, 0x010202])
    expect(made.ueId(made.count - 1)).toBe(1)
  })

  it('are refused where there are no ProSe UE IDs for so many', () => {
    const { plmn } = setting()
    expect(() => seededSubscribers(seed, plmn, 0x07ffff)).toThrow('has ProSe UE IDs for 524286 subscribers')
  })

  it('fit the import of the network under test, which reads the same of the file', async () => {
    const { config, plmn, in: at, file } = setting()
    const made = seededSubscribers(seed, plmn, 40)
    writeFileSync(at('load.csv'), `${[...importLines(made)].join('\n')}\n`, { mode: 0o600 })
    const rows = openImportFile(at('load.csv'))
    expect(await checkImport(at('load.csv'), rows, importChecks({ config, plmn, file }, []))).toBe(40)
    const read = await importedSubscribers(at('load.csv'), plmn, 40)
    for (const nth of [0, 1, 39]) {
      expect([read.imsi(nth), read.impi(nth), read.gba(nth), read.ueId(nth)]).toEqual([
        ...[made.imsi(nth), made.impi(nth), made.gba(nth), made.ueId(nth)],
      ])
      expect([...read.aka(nth).k]).toEqual([...made.aka(nth).k])
    }
    await expect(importedSubscribers(at('load.csv'), plmn, 41)).rejects.toThrow('has 40 subscribers, not 41')
  })
})

describe('subscribers of an import file', () => {
  it('may be of TUAK, of GBA_U, and without ProSe', async () => {
    const { plmn, in: at } = setting()
    const digits = (octets: number) => 'a1'.repeat(octets)
    writeFileSync(
      at('others.csv'),
      `imsi,impi,algorithm,k,topc,opc,keccakIterations,gba\n` +
        `001010000000011,one@example.org,TUAK,${digits(32)},${digits(32)},,2,GBA_U\n` +
        `001010000000012,,MILENAGE,${digits(16)},,${digits(16)},,\n`,
      { mode: 0o600 },
    )
    const read = await importedSubscribers(at('others.csv'), plmn, 2)
    expect(read.aka(0)).toMatchObject({ algorithm: 'TUAK', keccakIterations: 2, k: { length: 32 } })
    expect([read.impi(0), read.gba(0), read.ueId(0)]).toEqual(['one@example.org', 'GBA_U', undefined])
    expect(read.aka(1)).toMatchObject({ algorithm: 'MILENAGE', k: { length: 16 }, opc: { length: 16 } })
    expect([read.imsi(1), read.gba(1)]).toEqual(['001010000000012', 'GBA_ME'])
  })
})

describe('the seed', () => {
  it('R32: is drawn once, for its owner alone, and one that others may read is refused', () => {
    const { config, in: at } = setting()
    makeSeed(at('load.seed'))
    const drawn = readFileSync(at('load.seed'), 'utf8')
    makeSeed(at('load.seed'))
    expect(readFileSync(at('load.seed'), 'utf8')).toBe(drawn)
    expect(statSync(at('load.seed')).mode & 0o777).toBe(0o600)
    expect(readSeed(config, at('load.seed'))).toHaveLength(32)
    writeFileSync(at('open.seed'), drawn, { mode: 0o644 })
    expect(() => readSeed(config, at('open.seed'))).toThrow(InvalidConfig)
    expect(() => readSeed(config, at('none.seed'))).toThrow('the file is missing')
  })
})

describe('a table of UEs', () => {
  const many = (count: number) => {
    const { plmn } = setting()
    return new UeTable(seededSubscribers(seed, plmn, count))
  }

  it('keeps what a UE has of its bootstrapping, and what its card has taken', () => {
    const table = many(3)
    const btid = bTidOf(Rand(new Uint8Array(16).fill(9)), Fqdn('bsf.example.org'))
    const held = { btid, ksNaf: KsNaf(new Uint8Array(32).fill(1)), created: Instant(5), expires: Instant(9) }
    expect(table.held(1)).toBeUndefined()
    table.hold(1, held)
    expect(table.held(1)).toEqual(held)
    expect([table.held(0), table.held(2)]).toEqual([undefined, undefined])
    const other = { ...held, btid: bTidOf(Rand(new Uint8Array(16)), Fqdn('other.example.org')) }
    expect(() => table.hold(2, other)).toThrow('B-TIDs of two BSFs')
    expect(table.usim(1).usim.impi).toContain(Imsi('001019000000001'))
  })

  it('holds 100 000 UEs in at most 100 octets each', () => {
    const before = process.memoryUsage().arrayBuffers
    const table = many(100_000)
    const octets = process.memoryUsage().arrayBuffers - before
    expect(table.subscribers.count).toBe(100_000)
    expect(octets / 100_000).toBeLessThanOrEqual(100)
  })
})
