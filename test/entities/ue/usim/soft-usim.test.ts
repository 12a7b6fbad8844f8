import { describe, expect, it } from 'vitest'
import { Amf, Autn, Rand, type Sqn } from '../../../../src/core/aka.ts'
import { fromHex, hex } from '../../../../src/core/bytes.ts'
import { NafId } from '../../../../src/core/identities/naf-id.ts'
import { K, Topc } from '../../../../src/core/keys.ts'
import { seqOf, sqnOf } from '../../../../src/core/sequence-number.ts'
import { akaFunctions, generateVector, verifyAuts } from '../../../../src/crypto/aka.ts'
import { ksAfter } from '../../../../src/entities/ue/gba/held-ks.ts'
import { SoftUsim } from '../../../../src/entities/ue/usim/soft-usim.ts'
import { ubCases } from '../../chain.ts'
import { aSubscriber, sqnFromHex, subscriberOf } from '../../gba-network.ts'

const rand = Rand(new Uint8Array(16).fill(0x42))
const functions = akaFunctions(aSubscriber.aka)
const autnOf = (sqn: Sqn) => generateVector(functions, rand, sqn, aSubscriber.amf).autn
async function outcomeOf(usim: SoftUsim, sqn: Sqn) {
  const result = await usim.authenticate(rand, autnOf(sqn))
  if (result.outcome === 'success') result.commit()
  return result.outcome
}

describe.each(ubCases)('USIM, $kind of the key chain', (chain) => {
  const subscriber = subscriberOf(chain)
  const challenge = Rand(fromHex(chain.aka.RAND))
  const autn = Autn(fromHex(chain.aka['AUTN*'] ?? chain.aka.AUTN))
  const before = sqnOf(seqOf(sqnFromHex(chain.aka.SQN)) - 1, 0)

  it('gives RES of the case; with GBA_ME also CK and IK', async () => {
    const result = await new SoftUsim(subscriber, before).authenticate(challenge, autn)
    if (result.outcome !== 'success') throw new Error(result.outcome)
    expect(hex(result.res)).toBe(chain.Ub['password (octets)'])
    const { keys } = result
    expect(keys.holder).toBe(subscriber.gba === 'GBA_U' ? 'UICC' : 'ME')
    if (keys.holder === 'ME') expect([keys.ck, keys.ik].map(hex)).toEqual([chain.aka.CK, chain.aka.IK])
  })

  it('Ks gives Ks_(ext)_NAF of every NAF_Id of the case to the ME, whoever holds it', async () => {
    const result = await new SoftUsim(subscriber, before).authenticate(challenge, autn)
    if (result.outcome !== 'success') throw new Error(result.outcome)
    const ks = ksAfter(result.keys, challenge, subscriber.impi)
    for (const naf of Object.values(chain['NAF keys'])) {
      const key = await ks.nafKey(NafId(fromHex(naf.NAF_Id)))
      expect(hex(key)).toBe((naf.Ks_NAF ?? naf.Ks_ext_NAF)?.value)
    }
  })

  it('gives AUTS of the case when it is ahead', async () => {
    const usim = new SoftUsim(subscriber, sqnFromHex(chain.resynchronisation.SQN_MS))
    const result = await usim.authenticate(challenge, autn)
    expect(result).toMatchObject({ outcome: 'synchronisation-failure' })
    expect(hex('auts' in result ? result.auts : new Uint8Array())).toBe(chain.resynchronisation.AUTS)
  })
})

describe('USIM, sequence numbers', () => {
  it('a replayed AUTN is out of range', async () => {
    const usim = new SoftUsim(aSubscriber)
    expect(await outcomeOf(usim, sqnOf(1, 17))).toBe('success')
    expect(await outcomeOf(usim, sqnOf(1, 17))).toBe('synchronisation-failure')
  })

  it('takes an older SEQ under an IND that has not seen it', async () => {
    const usim = new SoftUsim(aSubscriber)
    expect(await outcomeOf(usim, sqnOf(100, 20))).toBe('success')
    expect(await outcomeOf(usim, sqnOf(50, 3))).toBe('success')
    expect(await outcomeOf(usim, sqnOf(50, 3))).toBe('synchronisation-failure')
    expect(await outcomeOf(usim, sqnOf(50, 20))).toBe('synchronisation-failure')
  })

  it('takes a step of 2^28 and not one more', async () => {
    expect(await outcomeOf(new SoftUsim(aSubscriber), sqnOf(2 ** 28, 16))).toBe('success')
    expect(await outcomeOf(new SoftUsim(aSubscriber), sqnOf(2 ** 28 + 1, 17))).toBe('synchronisation-failure')
  })

  it('says the highest SQN it took in AUTS, also after an older one under another IND', async () => {
    const usim = new SoftUsim(aSubscriber)
    await outcomeOf(usim, sqnOf(100, 20))
    await outcomeOf(usim, sqnOf(50, 3))
    const result = await usim.authenticate(rand, autnOf(sqnOf(50, 3)))
    if (result.outcome !== 'synchronisation-failure') throw new Error(result.outcome)
    expect(verifyAuts(functions, rand, result.auts)).toBe(sqnOf(100, 20))
  })

  it('R22: takes no SQN before it is committed', async () => {
    const usim = new SoftUsim(aSubscriber)
    const held = await usim.authenticate(rand, autnOf(sqnOf(7, 16)))
    expect((await usim.authenticate(rand, autnOf(sqnOf(7, 16)))).outcome).toBe('success')
    if (held.outcome === 'success') held.commit()
    expect((await usim.authenticate(rand, autnOf(sqnOf(7, 16)))).outcome).toBe('synchronisation-failure')
  })

  it('never takes an SQN back when two are committed in the wrong order', async () => {
    const usim = new SoftUsim(aSubscriber)
    const older = await usim.authenticate(rand, autnOf(sqnOf(7, 16)))
    expect(await outcomeOf(usim, sqnOf(9, 16))).toBe('success')
    if (older.outcome === 'success') older.commit()
    expect(await outcomeOf(usim, sqnOf(8, 16))).toBe('synchronisation-failure')
  })

  it('any changed octet of AUTN is a MAC failure, and takes nothing', async () => {
    const usim = new SoftUsim(aSubscriber)
    for (let at = 0; at < 16; at++) {
      const autn = Autn(Uint8Array.from(autnOf(sqnOf(7, 16))))
      autn[at] = (autn[at] ?? 0) ^ 0x80
      expect((await usim.authenticate(rand, autn)).outcome).toBe('mac-failure')
    }
    expect(await outcomeOf(usim, sqnOf(7, 16))).toBe('success')
  })

  it('works with TUAK', async () => {
    const aka = {
      algorithm: 'TUAK',
      k: K(new Uint8Array(32).fill(1)),
      topc: Topc(new Uint8Array(32).fill(2)),
      keccakIterations: 1,
    } as const
    const vector = generateVector(akaFunctions(aka), rand, sqnOf(1, 17), Amf(new Uint8Array(2)))
    const usim = new SoftUsim({ impi: aSubscriber.impi, aka, gba: 'GBA_ME' })
    const result = await usim.authenticate(rand, vector.autn)
    expect(result.outcome === 'success' && hex(result.res)).toBe(hex(vector.xres))
  })
})
