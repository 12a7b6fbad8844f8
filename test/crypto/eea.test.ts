import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../src/core/bytes.ts'
import { eea1, eea2, eea3, type Crypt } from '../../src/crypto/eea.ts'
import type { Direction } from '../../src/crypto/security-inputs.ts'
import vectors from '../vectors/eea.json' with { type: 'json' }

describe.each([
  ['128-EEA1', eea1, vectors.eea1.sets],
  ['128-EEA2', eea2, vectors.eea2.sets],
  ['128-EEA3', eea3, vectors.eea3.sets],
] as const)('%s', (_, crypt: Crypt, sets) => {
  it.each(sets)('enciphers and deciphers published set $set', (set) => {
    const run = (octets: string) =>
      hex(
        crypt(
          fromHex(set.key),
          Number.parseInt(set.count, 16),
          set.bearer,
          set.direction as Direction,
          fromHex(octets),
          set.bitLength,
        ),
      )
    expect(run(set.plaintext)).toBe(set.ciphertext)
    expect(run(set.ciphertext)).toBe(set.plaintext)
  })
})
