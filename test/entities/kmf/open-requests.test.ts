import { describe, expect, it } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { TemporaryFailure } from '../../../src/core/errors.ts'
import { Pdk, wipe } from '../../../src/core/keys.ts'
import { Instant } from '../../../src/core/units.ts'
import { OpenRequests } from '../../../src/entities/kmf/open-requests.ts'
import type { ProseDirectKeyResponse } from '../../../src/reference-points/pc8/exchange.ts'
import { InvalidKeyRequest } from '../../../src/reference-points/pc8/messages.ts'

const body = Uint8Array.of(1, 2, 3)
const refusal: ProseDirectKeyResponse = { transactionId: 1, outcome: 'error', code: 2 }
const never = () => new Promise<never>(() => undefined)

describe('open requests of step 4', () => {
  it('B48: one transaction of one sender is one request; that of another sender is another', async () => {
    const open = new OpenRequests()
    let started = 0
    const start = () => Promise.resolve(refusal).finally(() => started++)
    await Promise.all([
      open.answer('a', 1, body, start),
      open.answer('a', 1, body, start),
      open.answer('b', 1, body, start),
    ])
    expect(started).toBe(2)
  })

  it('R33: who asks again gets a PDK of its own: the first may wipe his', async () => {
    const open = new OpenRequests()
    const [keyExpiry, pdk] = [Instant(0), Pdk(new Uint8Array(32).fill(7))]
    const given = { transactionId: 1, outcome: 'key', pdk, keyExpiry, ue1ProseUeIds: [] } as const
    const asked = [1, 2].map(async () => {
      const answer = await open.answer('a', 1, body, () => Promise.resolve(given))
      if (answer.outcome !== 'key') throw new Error('a key was given')
      const said = hex(answer.pdk)
      wipe(answer.pdk)
      return said
    })
    expect(await Promise.all(asked)).toEqual(['07'.repeat(32), '07'.repeat(32)])
  })

  it('B48: a transaction is free again once it is answered, also when it failed', async () => {
    const open = new OpenRequests()
    await open.answer('a', 1, body, () => Promise.resolve(refusal))
    await expect(
      open.answer('a', 1, body, () => Promise.reject(new TemporaryFailure('away'))),
    ).rejects.toThrow('away')
    expect(await open.answer('a', 1, Uint8Array.of(9), () => Promise.resolve(refusal))).toBe(refusal)
  })

  it('B48: other content of an open transaction is invalid', () => {
    const open = new OpenRequests()
    void open.answer('a', 1, body, never)
    expect(() => open.answer('a', 1, Uint8Array.of(9), never)).toThrow(InvalidKeyRequest)
  })

  it('R43: beyond the bound new work is refused, open work goes on', async () => {
    const open = new OpenRequests(1)
    const first = open.answer('a', 1, body, () => Promise.resolve(refusal))
    expect(() => open.answer('a', 2, body, never)).toThrow(TemporaryFailure)
    expect(await first).toBe(refusal)
    expect(await open.answer('a', 2, body, () => Promise.resolve(refusal))).toBe(refusal)
  })
})
