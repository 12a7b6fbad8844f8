import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { formFor, pageFiles, type PageFile } from '../../../src/console/server/page-files.ts'
import { temporaryDirectory } from '../../testbed/lab-network.ts'

let built: ReadonlyMap<string, PageFile>

beforeAll(async () => {
  const outDir = temporaryDirectory(afterAll)
  vi.stubEnv('NODE_ENV', 'production')
  await build({ logLevel: 'error', build: { outDir } })
  vi.unstubAllEnvs()
  built = pageFiles(outDir)
})

describe('the built page', () => {
  it('is compressed: both scripts are less than 60 kB in gzip and Brotli, what is loaded first far less', () => {
    const sizeOf = (coding: 'br' | 'gzip', ...paths: readonly string[]) =>
      paths.reduce((sum, path) => sum + (built.get(path)?.coded.get(coding)?.length ?? Number.NaN), 0)
    const [first, second] = ['/assets/console.js', '/assets/codecs.js'] as const
    expect(sizeOf('br', first, second)).toBeLessThan(60_000)
    expect(sizeOf('gzip', first)).toBeLessThan(45_000)
    expect(sizeOf('gzip', second)).toBeLessThan(30_000)
  })

  it('says the same compressed', () => {
    for (const { octets, coded } of built.values()) {
      const [br, gzip] = [coded.get('br'), coded.get('gzip')]
      if (br) expect(brotliDecompressSync(br).equals(octets)).toBe(true)
      if (gzip) expect(gunzipSync(gzip).equals(octets)).toBe(true)
    }
  })
})

describe('which form is sent', () => {
  const octets = Buffer.from('plain')
  const coded = new Map([['br', Buffer.from('b')] as const, ['gzip', Buffer.from('g')] as const])
  const file: PageFile = { type: 'text/javascript', octets, coded }

  it.each([
    ['', undefined],
    ['identity', undefined],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['br;q=0.0', undefined],
  ] as const)('for Accept-Encoding %j: %s', (accept, coding) => {
    expect(formFor(file, accept).coding).toBe(coding)
  })

  it('what is not compressed as it is', () => {
    expect(formFor({ ...file, coded: new Map() }, 'br, gzip')).toEqual({ octets, coding: undefined })
  })

  it('no path of its own for a compressed file', () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'assets'))
    for (const name of ['assets/x.js', 'assets/x.js.br', 'assets/x.js.gz'])
      writeFileSync(join(directory, name), name)
    expect([...pageFiles(directory).keys()]).toEqual(['/', '/assets/x.js'])
  })
})
