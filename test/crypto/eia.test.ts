import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../src/core/bytes.ts'
import { eia1 } from '../../src/crypto/eia1.ts'
import { eia2 } from '../../src/crypto/eia2.ts'
import { eia3 } from '../../src/crypto/eia3.ts'
import type { Direction, Mac } from '../../src/crypto/security-inputs.ts'
import vectors from '../vectors/eia.json' with { type: 'json' }

describe.each([
  ['128-EIA1', eia1, vectors.eia1.sets],
  ['128-EIA2', eia2, vectors.eia2.sets],
  ['128-EIA3', eia3, vectors.eia3.sets],
] as const)('%s', (_, mac: Mac, sets) => {
  it.each(sets)('gives the MAC of published set $set', (set) => {
    const got = mac(
      fromHex(set.key),
      Number.parseInt(set.count, 16),
      set.bearer,
      set.direction as Direction,
      fromHex(set.message),
      set.bitLength,
    )
    expect(hex(got)).toBe(set.mac)
  })
})
