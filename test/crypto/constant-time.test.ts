import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { equalInConstantTime } from '../../src/crypto/constant-time.ts'
import { flipped } from './flip.ts'

const src = resolve(import.meta.dirname, '../../src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

describe('R33: MACs, tokens and digests are compared in constant time', () => {
  const mac = Uint8Array.of(1, 2, 3, 4)

  it('finds equal ones equal and every one-bit difference', () => {
    expect(equalInConstantTime(mac, Uint8Array.from(mac))).toBe(true)
    for (let bit = 0; bit < 32; bit++) expect(equalInConstantTime(mac, flipped(mac, bit))).toBe(false)
  })

  it('R33: looks at the length first', () => {
    expect(equalInConstantTime(mac, mac.subarray(0, 3))).toBe(false)
    expect(equalInConstantTime(new Uint8Array(0), mac)).toBe(false)
  })

  it.each(files)('R33: src/%s leaves such comparisons to constant-time.ts', (file) => {
    const lines = readFileSync(join(src, file), 'utf8').split('\n')
    const isOfASecret =
      /(equalOctets|isDeepStrictEqual|compare|\.equals)\(.*(mac|digest|token|password|secret|response)/i
    expect(lines.filter((line) => isOfASecret.test(line))).toEqual([])
    if (file !== 'crypto/constant-time.ts')
      expect(lines.filter((line) => line.includes('timingSafeEqual'))).toEqual([])
  })
})
