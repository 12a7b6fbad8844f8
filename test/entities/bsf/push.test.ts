import { describe, expect, it } from 'vitest'
import { Autn, Rand } from '../../../src/core/aka.ts'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import {
  IdentityUnknown,
  KeyRequestFailed,
  NotAuthorised,
  SynchronisationRefused,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafFqdn, nafIdOf, uaIds, type UaId } from '../../../src/core/identities/naf-id.ts'
import { PTid } from '../../../src/core/identities/p-tid.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { seqOf, sqnOf } from '../../../src/core/sequence-number.ts'
import { TokenBuckets } from '../../../src/core/token-buckets.ts'
import { hours, Instant, later, milliseconds, minutes, seconds } from '../../../src/core/units.ts'
import { akaFunctions, makeAuts, verifyAutn } from '../../../src/crypto/aka.ts'
import { deriveKsNaf, ksOf } from '../../../src/crypto/gba-keys.ts'
import { openGpi, readGpi } from '../../../src/crypto/gba-push-info.ts'
import { gbaUAutn } from '../../../src/crypto/gba-u.ts'
import { kmfPolicy, type NafPolicy } from '../../../src/entities/bsf/naf-policy.ts'
import type { ZhPort } from '../../../src/entities/bsf/ports.ts'
import { pushInfo, type PushPolicy } from '../../../src/entities/bsf/push.ts'
import type { Subscriber } from '../../../src/entities/hss/ports.ts'
import { multimediaAuth } from '../../../src/reference-points/zh/multimedia-auth.ts'
import type { MultimediaAuthAnswer } from '../../../src/reference-points/zh/exchange.ts'
import type { PushInfoRequest } from '../../../src/reference-points/zn/exchange.ts'
import { pushInfo as zpn } from '../../../src/reference-points/zn/push-info.ts'
import { decodeMessage } from '../../../src/wire/diameter/message.ts'
import { kGpiOf } from '../../crypto/sealed-gpi.ts'
import { chainMessages } from '../../wire/diameter/chain-messages.ts'
import { aSubscriber, gbaNetwork } from '../gba-network.ts'

const kmfHost = Fqdn('kmf1.epc.mnc001.mcc001.3gppnetwork.org')
const kmfName = Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org')
const peerHost = Fqdn('kmf2.epc.mnc002.mcc001.3gppnetwork.org')
const anotherHost = Fqdn('kmf9.epc.mnc001.mcc001.3gppnetwork.org')
const peerName = Fqdn('pkmf.mnc002.mcc001.pub.3gppnetwork.org')
const nafs = [kmfPolicy([kmfHost], [kmfName]), kmfPolicy([peerHost], [peerName])]
const policyFor = (those: readonly NafPolicy[], pushesPerMinute = Infinity): PushPolicy => ({
  ...{ nafs: those, ksLifetime: hours(24), pushes: new TokenBuckets(pushesPerMinute) },
})
/** Times on Diameter are whole seconds; the clock of the BSF need not be at one. */
const second = Instant(Date.UTC(2030, 0, 1))
const now = Instant(second + 250)
const ptId = PTid(new Uint8Array(16).fill(0xa5))
const aRequest: PushInfoRequest = {
  ...{ impi: aSubscriber.impi, nafId: nafIdOf(kmfName, uaIds.prose), ptId, gbaU: false },
  ...{ requestedExpiry: later(second, hours(1)), gsids: ['1000001'] },
}

/** An HSS with one subscriber, a BSF, and what the BSF got over Zh. */
async function pushing(subscriber: Subscriber = aSubscriber) {
  const { bsfPorts, clock, subscribers, reports, counters } = gbaNetwork({ now })
  await subscribers.put(subscriber)
  const answers: MultimediaAuthAnswer[] = []
  /** Copies of the keys: the BSF wipes its own. */
  const keys: { readonly ks: string }[] = []
  const zh: ZhPort = {
    async authenticate(request, context) {
      const answer = await bsfPorts.zh.authenticate(request, context)
      answers.push(answer)
      keys.push({ ks: hex(answer.vector.ck) + hex(answer.vector.ik) })
      return answer
    },
  }
  const ports = { ...bsfPorts, zh }
  const ask = (
    changes: Partial<PushInfoRequest> = {},
    from: Fqdn = kmfHost,
    policy: PushPolicy = policyFor(nafs),
  ) => pushInfo({ ...aRequest, ...changes }, from, policy, ports, 'a set-up')
  return { ask, answers, keys, ports, clock, reports, counters }
}

/** What the card of `aSubscriber` makes of a GPI, without its check of SQN. */
function opened(gpi: Uint8Array) {
  const { rand, autn, uiccMe } = readGpi(gpi)
  const functions = akaFunctions(aSubscriber.aka)
  const plain = uiccMe === 'GBA_U' ? gbaUAutn(autn, functions.f2345(rand).ik) : autn
  const verified = verifyAutn(functions, rand, plain)
  if (verified === 'mac-failure') throw new Error('AUTN is not of this subscriber')
  const ks = ksOf(verified.ck, verified.ik)
  const inside = openGpi(gpi, kGpiOf(ks, rand, aSubscriber.impi))
  const key = deriveKsNaf(ks, rand, aSubscriber.impi, inside.nafId)
  return { ...inside, uiccMe, sqn: verified.sqn, key }
}

const messagesOf = (seed: string) =>
  new Map(
    chainMessages.flatMap(({ label, octets }) => {
      const [of = '', ...name] = label.split(' ')
      return of === seed ? [[name.join(' '), octets] as const] : []
    }),
  )
const seeds = [...new Set(chainMessages.map(({ label }) => label.split(' ', 1)[0] ?? ''))]

describe.each(seeds)('a push of %s, message by message', (seed) => {
  const messages = messagesOf(seed)
  const avpsOf = (name: string) => decodeMessage(messages.get(name) ?? new Uint8Array()).avps

  it.each(['', ' resynchronisation'])('GPR%s: the MAR, and from its MAA key and GPI', async (variant) => {
    const gpr = zpn.decodeRequest(avpsOf(variant === '' ? 'GPR' : `GPR push${variant}`))
    const mar = multimediaAuth.decodeRequest(avpsOf(`MAR push${variant}`))
    const created = later(gpr.requestedExpiry, seconds(-3600))
    const { bsfPorts } = gbaNetwork({ now: created })
    const asked: unknown[] = []
    const got = multimediaAuth.decodeAnswer(avpsOf(`MAA push${variant}`), mar)
    const ks = ksOf(got.vector.ck, got.vector.ik)
    const zh: ZhPort = {
      authenticate(request) {
        asked.push(request)
        return Promise.resolve(got)
      },
    }
    const policy = policyFor([kmfPolicy([kmfHost], [nafFqdn(gpr.nafId)])])
    const answer = await pushInfo(gpr, kmfHost, policy, { ...bsfPorts, zh })
    expect(asked).toEqual([mar])
    const { rand } = readGpi(answer.gpi)
    expect(hex(answer.meKeyMaterial)).toBe(hex(deriveKsNaf(ks, rand, gpr.impi, gpr.nafId)))
    const inside = { ptId: gpr.ptId, nafId: gpr.nafId, keyExpiry: gpr.requestedExpiry }
    expect(openGpi(answer.gpi, kGpiOf(ks, rand, gpr.impi))).toEqual(inside)
    if (variant === '') {
      const { gpi, ...rest } = zpn.decodeAnswer(avpsOf('GPA'), gpr)
      expect(hex(answer.gpi)).toBe(hex(gpi))
      expect({ ...answer, gpi: undefined }).toEqual({ ...rest, gpi: undefined })
    }
  })
})

describe('Zpn at the BSF', () => {
  it('gives key and GPI of one fresh vector, the IMPI, and the USS of the GSIDs asked for', async () => {
    const { ask, answers } = await pushing()
    const answer = await ask()
    const { key, ...inside } = opened(answer.gpi)
    expect(hex(answer.meKeyMaterial)).toBe(hex(key))
    expect(inside).toMatchObject({ ptId, nafId: aRequest.nafId, uiccMe: 'GBA_ME' })
    expect(answer).toMatchObject({ impi: aSubscriber.impi, keyExpiry: inside.keyExpiry })
    expect(answer.ussList.map(({ id }) => id)).toEqual(['1000001'])
    expect(answers).toHaveLength(1)
    expect((await ask({ gsids: [] })).ussList).toEqual([])
    expect(answers).toHaveLength(2)
  })

  it('two pushes have nothing in common', async () => {
    const { ask } = await pushing()
    const [first, second] = [await ask(), await ask()]
    expect(hex(first.meKeyMaterial)).not.toBe(hex(second.meKeyMaterial))
    expect(hex(readGpi(first.gpi).rand)).not.toBe(hex(readGpi(second.gpi).rand))
    expect(seqOf(opened(second.gpi).sqn)).toBe(seqOf(opened(first.gpi).sqn) + 1)
  })

  it('key expiry: what was asked for, or sooner by its policy or the GUSS, in GPA and GPI alike', async () => {
    const cases = [
      [hours(1), hours(24), undefined, 3600],
      [hours(1), minutes(10), undefined, 600],
      [hours(1), hours(24), minutes(5), 300],
      [hours(48), hours(48), undefined, 24 * 3600],
    ] as const
    for (const [asked, ksLifetime, ofGuss, expected] of cases) {
      const { ask } = await pushing({ ...aSubscriber, ...(ofGuss && { ksLifetime: ofGuss }) })
      const answer = await ask({ requestedExpiry: later(second, asked) }, kmfHost, {
        ...policyFor(nafs),
        ksLifetime,
      })
      expect(opened(answer.gpi).keyExpiry).toBe(answer.keyExpiry)
      expect((answer.keyExpiry - second) / 1000).toBe(expected)
    }
  })

  it('GBA_U: AUTN* for a card of that type, when it is asked for; the same key', async () => {
    const gbaU = { ...aSubscriber, gba: 'GBA_U' } as const
    const kinds = [
      [gbaU, true, 'GBA_U'],
      [gbaU, false, 'GBA_ME'],
      [aSubscriber, true, 'GBA_ME'],
    ] as const
    for (const [subscriber, asked, expected] of kinds) {
      const { ask, answers } = await pushing(subscriber)
      const { gpi, meKeyMaterial } = await ask({ gbaU: asked })
      const { uiccMe, key } = opened(gpi)
      expect(uiccMe).toBe(expected)
      expect(hex(key)).toBe(hex(meKeyMaterial))
      expect(hex(readGpi(gpi).autn) === hex(answers[0]?.vector.autn ?? Autn(new Uint8Array(16)))).toBe(
        expected === 'GBA_ME',
      )
    }
  })

  it('R35: after AUTS the next push is one that the card takes', async () => {
    const { ask } = await pushing()
    const first = readGpi((await ask()).gpi)
    const ahead = sqnOf(5000, 17)
    const auts = makeAuts(akaFunctions(aSubscriber.aka), first.rand, ahead)
    const resynchronisation = { rand: first.rand, auts }
    const { gpi } = await ask({ resynchronisation })
    expect(seqOf(opened(gpi).sqn)).toBe(5001)
    await expect(ask({ resynchronisation })).rejects.toThrow(SynchronisationRefused)
    const unknown = { rand: Rand(fromHex('23553cbe9637a89d218ae64dae47bf35')), auts }
    await expect(ask({ resynchronisation: unknown })).rejects.toThrow(SynchronisationRefused)
  })

  const foreign: readonly (readonly [string, Fqdn, Fqdn, UaId])[] = [
    ["with another KMF's NAF-Id", peerHost, kmfName, uaIds.prose],
    ['under its own name for a host it is not', kmfHost, peerName, uaIds.prose],
    ['from a peer that is no NAF', Fqdn('hss1.epc.mnc001.mcc001.3gppnetwork.org'), kmfName, uaIds.prose],
    ['with the Ua id of the GPI', kmfHost, kmfName, uaIds.gpi],
    ['with the Ua id of HTTP Digest', kmfHost, kmfName, fromHex('0100000002') as UaId],
  ]
  it.each(foreign)('R5, B66: asked %s: 5402, and no vector is spent', async (_, from, fqdn, uaId) => {
    const { ask, answers, counters } = await pushing()
    await expect(ask({ nafId: nafIdOf(fqdn, uaId) }, from)).rejects.toThrow(NotAuthorised)
    expect(answers).toEqual([])
    expect(counters.get('zpn-ERR_NOT_AUTHORISED')).toBe(1)
  })

  it('R8: a GUSS without the ProSe USS: 5402', async () => {
    const { imsi, impi, aka, amf, gba } = aSubscriber
    const { ask, reports } = await pushing({ imsi, impi, aka, amf, gba })
    await expect(ask()).rejects.toThrow(NotAuthorised)
    expect(reports.map(({ what }) => what)).not.toContain('pushed')
  })

  it('B67: an IMPI that the HSS does not know: 5401', async () => {
    const { ask } = await pushing()
    const impi = Impi('001010000000002@ims.mnc001.mcc001.3gppnetwork.org')
    await expect(ask({ impi })).rejects.toThrow(IdentityUnknown)
  })

  it('an expiry that is over: no vector is spent', async () => {
    const { ask, answers } = await pushing()
    await expect(ask({ requestedExpiry: second })).rejects.toThrow(KeyRequestFailed)
    expect(answers).toEqual([])
  })

  it('R14: an HSS that is away is a temporary failure', async () => {
    const { ports } = await pushing()
    const away = { authenticate: () => Promise.reject(new TemporaryFailure('no answer')) }
    await expect(pushInfo(aRequest, kmfHost, policyFor(nafs), { ...ports, zh: away })).rejects.toThrow(
      TemporaryFailure,
    )
  })

  it('R45: three pushes of one NAF to one UE take a vector each, a fourth is answered as too busy', async () => {
    const { ask, answers, clock, counters } = await pushing()
    const policy = policyFor([...nafs, ...nafs.map((naf) => ({ ...naf, originHosts: [anotherHost] }))], 3)
    for (let nth = 0; nth < 3; nth++) await ask({}, kmfHost, policy)
    await expect(ask({}, kmfHost, policy)).rejects.toMatchObject({ result: { code: 3004 } })
    expect([answers.length, counters.get('zpn-too-many')]).toEqual([3, 1])
    await ask({}, anotherHost, policy)
    clock.time = later(clock.time, seconds(20))
    await ask({}, kmfHost, policy)
    expect(answers).toHaveLength(5)
  })

  it('R45: a NAF that may not have pushes gets none, and no vector is spent', async () => {
    const { ask, answers } = await pushing()
    const policy = policyFor([{ ...kmfPolicy([kmfHost], [kmfName]), mayPush: false }])
    await expect(ask({}, kmfHost, policy)).rejects.toThrow(NotAuthorised)
    expect(answers).toEqual([])
  })

  it('R47: a step of the wall clock stops pushes, before a vector is spent', async () => {
    const { ports, answers } = await pushing()
    const stepped = { ...ports, wallClockStep: () => milliseconds(5 * 60_000 + 1) }
    await expect(pushInfo(aRequest, kmfHost, policyFor(nafs), stepped)).rejects.toThrow(TemporaryFailure)
    expect(answers).toEqual([])
  })

  it('keeps the IMPI from a NAF that may not know it', async () => {
    const { ask } = await pushing()
    const quiet = [{ ...kmfPolicy([kmfHost], [kmfName]), discloseImpi: false }]
    expect(await ask({}, kmfHost, policyFor(quiet))).not.toHaveProperty('impi')
  })

  it('R33: CK, IK and XRES are wiped, also when nothing is given', async () => {
    const { ask, answers } = await pushing()
    const unlisted = { ...kmfPolicy([kmfHost], [kmfName]), requiredGsids: ['5'] }
    await ask()
    await ask({}, kmfHost, policyFor([unlisted])).catch(() => undefined)
    expect(answers).toHaveLength(2)
    for (const { vector } of answers)
      for (const key of [vector.ck, vector.ik, vector.xres]) expect(hex(key)).toMatch(/^0+$/)
  })

  it('R31: reports what it pushed by fingerprints, with the set-up', async () => {
    const { ask, reports, keys } = await pushing()
    const { meKeyMaterial } = await ask()
    const report = reports.find(({ what }) => what === 'pushed')
    expect(report).toMatchObject({
      fields: { to: kmfHost, naf: kmfName, uaId: 'ff00000002', uiccMe: 'GBA_ME', resynchronised: false },
      keys: { Ks: expect.stringMatching(/^[0-9a-f]{8}$/) as string, Ks_NAF: expect.any(String) as string },
      context: 'a set-up',
    })
    const text = JSON.stringify(reports)
    for (const secret of [hex(meKeyMaterial), keys[0]?.ks ?? '', aSubscriber.imsi])
      expect(text).not.toContain(secret)
  })
})
