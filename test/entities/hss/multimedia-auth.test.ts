import { describe, expect, it } from 'vitest'
import { Auts, Rand, Sqn } from '../../../src/core/aka.ts'
import { concat, fromHex, hex } from '../../../src/core/bytes.ts'
import { IdentityUnknown, SynchronisationRefused } from '../../../src/core/errors.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { K, Topc } from '../../../src/core/keys.ts'
import { indOf, seqOf } from '../../../src/core/sequence-number.ts'
import { later, minutes } from '../../../src/core/units.ts'
import { akaFunctions, makeAuts, verifyAutn } from '../../../src/crypto/aka.ts'
import { multimediaAuth } from '../../../src/entities/hss/multimedia-auth.ts'
import type { HssPorts, Subscriber } from '../../../src/entities/hss/ports.ts'
import { nextSqn } from '../../../src/entities/hss/sequence.ts'
import { gussOf } from '../../../src/entities/hss/guss.ts'
import { parseGuss, writeGuss } from '../../../src/wire/user-security-settings.ts'
import { allCases, avpOf, ubCases } from '../chain.ts'
import {
  aSubscriber,
  gbaNetwork,
  scriptedRandom,
  sqnBefore,
  sqnFromHex,
  subscriberOf,
} from '../gba-network.ts'

async function withSubscriber(subscriber: Subscriber = aSubscriber, random?: HssPorts['random']) {
  const network = gbaNetwork(random ? { hssRandom: random } : {})
  await network.subscribers.put(subscriber)
  return network
}

const sqnIn = (
  subscriber: Subscriber,
  vector: { rand: Rand; autn: Parameters<typeof verifyAutn>[2] },
): Sqn => {
  const verified = verifyAutn(akaFunctions(subscriber.aka), vector.rand, vector.autn)
  if (verified === 'mac-failure') throw new Error('MAC of AUTN')
  return verified.sqn
}

describe.each(ubCases)('Zh, vectors of $kind', (chain) => {
  const subscriber = subscriberOf(chain)

  it('gives the vector of the case after the SQN before it', async () => {
    const network = await withSubscriber(subscriber, scriptedRandom(chain.aka.RAND))
    await network.subscribers.advanceSqn(subscriber.imsi, () => sqnBefore(sqnFromHex(chain.aka.SQN)))
    const { vector } = await multimediaAuth({ impi: subscriber.impi }, network.hssPorts)
    const { rand, autn, xres, ck, ik } = vector
    expect([rand, autn, xres, ck, ik].map(hex)).toEqual(
      (['RAND', 'AUTN', 'XRES', 'CK', 'IK'] as const).map((name) => chain.aka[name]),
    )
  })

  it('gives the vector of the case after its AUTS', async () => {
    const authenticate = String(
      avpOf(chain, 'MAA resynchronisation', 'SIP-Auth-Data-Item', 'SIP-Authenticate'),
    )
    const network = await withSubscriber(subscriber, scriptedRandom(authenticate.slice(0, 32)))
    const rand = Rand(fromHex(chain.aka.RAND))
    await network.subscribers.rememberRand(subscriber.imsi, rand, network.clock.now())
    const resynchronisation = { rand, auts: Auts(fromHex(chain.resynchronisation.AUTS)) }
    const { vector } = await multimediaAuth({ impi: subscriber.impi, resynchronisation }, network.hssPorts)
    expect(hex(concat(vector.rand, vector.autn))).toBe(authenticate)
  })
})

describe.each(allCases)('GUSS, $kind', (chain) => {
  it('says of the subscriber what the case says', () => {
    const command = 'MAA' in chain.diameter ? 'MAA' : 'MAA push'
    const text = String(avpOf(chain, command, 'GBA-UserSecSettings'))
    const guss = parseGuss(new TextEncoder().encode(text))
    expect(guss.ussList[0]?.uids[1]).toBe(`prose-ue-id:${chain.inputs['UE-1 ProSe UE ID'].toUpperCase()}`)
    expect(new TextDecoder().decode(writeGuss(guss)).trim()).toBe(text)
    if ('Ub' in chain) expect(gussOf(subscriberOf(chain))).toEqual(guss)
  })
})

describe('Zh', () => {
  it('B67: an unknown IMPI is refused', async () => {
    const network = await withSubscriber()
    const impi = Impi('001019999999999@ims.mnc001.mcc001.3gppnetwork.org')
    await expect(multimediaAuth({ impi }, network.hssPorts)).rejects.toThrow(IdentityUnknown)
  })

  it('counts SEQ from 1, with IND 16 + SEQ mod 16', () => {
    let sqn = Sqn(0)
    for (let seq = 1; seq <= 40; seq++) {
      sqn = nextSqn(sqn)
      expect([seqOf(sqn), indOf(sqn)]).toEqual([seq, 16 + (seq % 16)])
    }
  })

  it('R34: parallel requests never share an SQN, and a vector leaves only when its SQN is durable', async () => {
    const network = await withSubscriber()
    const asked = { impi: aSubscriber.impi }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => multimediaAuth(asked, network.hssPorts)),
    )
    const used = answers.map(({ vector }) => sqnIn(aSubscriber, vector))
    expect(new Set(used).size).toBe(50)

    const broken = { ...network.subscribers, advanceSqn: () => Promise.reject(new Error('disk full')) }
    await expect(multimediaAuth(asked, { ...network.hssPorts, subscribers: broken })).rejects.toThrow(
      'disk full',
    )
  })

  it('works with TUAK', async () => {
    const subscriber: Subscriber = {
      ...aSubscriber,
      aka: {
        algorithm: 'TUAK',
        k: K(fromHex('abababababababababababababababab')),
        topc: Topc(fromHex('bd04d9530e87513c5d837ac2ad954623a8e2330c115305a73eb45d1f40cccbff')),
        keccakIterations: 1,
      },
    }
    const network = await withSubscriber(subscriber)
    const { vector } = await multimediaAuth({ impi: subscriber.impi }, network.hssPorts)
    expect(seqOf(sqnIn(subscriber, vector))).toBe(1)
  })
})

describe('Zh, resynchronisation', () => {
  const functions = akaFunctions(aSubscriber.aka)
  const ahead = sqnFromHex('000000012345')

  async function challenged() {
    const network = await withSubscriber()
    const { vector } = await multimediaAuth({ impi: aSubscriber.impi }, network.hssPorts)
    const ask = (auts: Auts, rand: Rand = vector.rand) =>
      multimediaAuth({ impi: aSubscriber.impi, resynchronisation: { rand, auts } }, network.hssPorts)
    const nextSeq = async () => {
      const answer = await multimediaAuth({ impi: aSubscriber.impi }, network.hssPorts)
      return seqOf(sqnIn(aSubscriber, answer.vector))
    }
    return { network, rand: vector.rand, ask, nextSeq }
  }

  it('goes on from the SQN of the USIM', async () => {
    const { rand, ask } = await challenged()
    const { vector } = await ask(makeAuts(functions, rand, ahead))
    expect(seqOf(sqnIn(aSubscriber, vector))).toBe(seqOf(ahead) + 1)
  })

  it('R35: a forged AUTS leaves SQN as it was', async () => {
    const { rand, ask, nextSeq } = await challenged()
    const forged = makeAuts(functions, rand, ahead)
    forged[13] = (forged[13] ?? 0) ^ 1
    await expect(ask(forged)).rejects.toThrow(SynchronisationRefused)
    expect(await nextSeq()).toBe(2)
  })

  it('R35: an AUTS is taken once', async () => {
    const { rand, ask, nextSeq } = await challenged()
    const auts = makeAuts(functions, rand, ahead)
    await ask(auts)
    await expect(ask(auts)).rejects.toThrow(SynchronisationRefused)
    expect(await nextSeq()).toBe(seqOf(ahead) + 2)
  })

  it('R35: an AUTS for a RAND that was not sent, or 10 minutes ago, is refused', async () => {
    const { network, rand, ask, nextSeq } = await challenged()
    const other = Rand(new Uint8Array(16).fill(7))
    await expect(ask(makeAuts(functions, other, ahead), other)).rejects.toThrow(SynchronisationRefused)
    network.clock.time = later(network.clock.time, minutes(10))
    await expect(ask(makeAuts(functions, rand, ahead))).rejects.toThrow(SynchronisationRefused)
    expect(await nextSeq()).toBe(2)
  })

  it('R35: an AUTS with an SQN below the ones used never lowers it', async () => {
    const { rand, ask, nextSeq } = await challenged()
    await ask(makeAuts(functions, rand, Sqn(0)))
    expect(await nextSeq()).toBe(3)
  })
})
