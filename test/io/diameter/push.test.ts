import { describe, expect, it } from 'vitest'
import { Auts, Rand } from '../../../src/core/aka.ts'
import { hex, isAllZero } from '../../../src/core/bytes.ts'
import { wipe } from '../../../src/core/keys.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { PTid } from '../../../src/core/identities/p-tid.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { hours, later, seconds } from '../../../src/core/units.ts'
import { TokenBuckets } from '../../../src/core/token-buckets.ts'
import { kmfPolicy } from '../../../src/entities/bsf/naf-policy.ts'
import type { ZhPort } from '../../../src/entities/bsf/ports.ts'
import { pushInfo as push } from '../../../src/entities/bsf/push.ts'
import type { PushInfoAnswer, PushInfoRequest } from '../../../src/reference-points/zn/exchange.ts'
import { pushInfo } from '../../../src/reference-points/zn/push-info.ts'
import { resultOf } from '../../../src/wire/diameter/command.ts'
import { encodeMessage, type Header } from '../../../src/wire/diameter/header.ts'
import type { DiameterMessage } from '../../../src/wire/diameter/message.ts'
import { experimentalResult, resultCode } from '../../../src/wire/diameter/result.ts'
import { aSubscriber, gbaNetwork } from '../../entities/gba-network.ts'
import { bsfAndPeer, cer } from './raw-peer.ts'
import { kmfHost, realm } from './two-nodes.ts'

const { applicationId, code: commandCode } = pushInfo.command
const kmfName = Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org')
const network = () => gbaNetwork()

/** A BSF that pushes for the HSS of one subscriber, and its KMF as octets. */
async function pushing() {
  const { bsfPorts, subscribers, clock } = network()
  await subscribers.put(aSubscriber)
  let vectors = 0
  const zh: ZhPort = {
    authenticate(request, context) {
      vectors++
      return bsfPorts.zh.authenticate(request, context)
    },
  }
  const policy = {
    nafs: [kmfPolicy([kmfHost], [kmfName])],
    ksLifetime: hours(24),
    pushes: new TokenBuckets(3),
  }
  const all = await bsfAndPeer([applicationId])
  const encoded: PushInfoAnswer[] = []
  all.bsf.node.handle(
    pushInfo,
    (request, from, context) => push(request, from.originHost, policy, { ...bsfPorts, zh }, context),
    (answer) => {
      encoded.push(answer)
      wipe(answer.meKeyMaterial)
    },
  )
  const request: PushInfoRequest = {
    ...{ impi: aSubscriber.impi, nafId: nafIdOf(kmfName, uaIds.prose), gbaU: false, gsids: ['1000001'] },
    ...{ ptId: PTid(new Uint8Array(16).fill(3)), requestedExpiry: later(clock.now(), seconds(3600)) },
  }
  return { ...all, request, vectors: () => vectors, encoded }
}

const frame = {
  'Session-Id': `${kmfHost};1;1`,
  'Vendor-Specific-Application-Id': { 'Vendor-Id': 10415, 'Auth-Application-Id': applicationId },
  'Auth-Session-State': 1,
  'Origin-Host': kmfHost,
  'Origin-Realm': realm,
  'Destination-Realm': realm,
}

const gpr = (request: PushInfoRequest, header: Partial<Header> = {}) =>
  encodeMessage(
    {
      ...{ request: true, proxiable: true, error: false, retransmitted: false, commandCode, applicationId },
      ...{ hopByHop: 7, endToEnd: 70, ...header },
    },
    pushInfo.encodeRequest(request, frame),
  )

const afterHeader = ({ octets }: DiameterMessage) => hex(octets.subarray(20))

describe('GPR at the BSF', () => {
  it('a retransmitted one gets the first answer, and no second vector', async () => {
    const { peer, request, vectors } = await pushing()
    peer.send(gpr(request), gpr(request, { retransmitted: true, hopByHop: 8 }))
    const [first, again] = [await peer.next(), await peer.next()]
    expect(resultOf(first.avps)).toEqual(resultCode(2001))
    expect(again.header).toMatchObject({ hopByHop: 8, endToEnd: 70 })
    expect(afterHeader(again)).toBe(afterHeader(first))
    expect(vectors()).toBe(1)
  })

  it('also when it comes on another connection, because the first was lost before the answer', async () => {
    const { peer, another, request, vectors } = await pushing()
    peer.send(gpr(request))
    const first = await peer.next()
    peer.end()
    await peer.ended
    const next = await another()
    next.send(cer(kmfHost, [applicationId]))
    expect(resultOf((await next.next()).avps)).toEqual(resultCode(2001))
    next.send(gpr(request, { retransmitted: true, hopByHop: 9 }))
    expect(afterHeader(await next.next())).toBe(afterHeader(first))
    expect(vectors()).toBe(1)
  })

  it('another one, T flag or not, is another push', async () => {
    const { peer, request, vectors } = await pushing()
    peer.send(gpr(request), gpr(request, { retransmitted: true, endToEnd: 71 }))
    const [first, second] = [await peer.next(), await peer.next()]
    expect(afterHeader(second)).not.toBe(afterHeader(first))
    expect(vectors()).toBe(2)
  })

  it('R35, R48: AUTS that another BSF may have used up is no refusal when it comes again, and moves nothing', async () => {
    const { peer, request } = await pushing()
    const resynchronisation = { rand: Rand(new Uint8Array(16).fill(1)), auts: Auts(new Uint8Array(14)) }
    const asking = { ...request, resynchronisation }
    peer.send(gpr(asking), gpr(asking, { retransmitted: true, endToEnd: 71 }))
    const results = [await peer.next(), await peer.next()].map(({ avps }) => resultOf(avps))
    expect(results).toEqual([resultCode(5012), experimentalResult(4181)])
  })

  it('R33: its key may be wiped as soon as it is in the octets of the answer', async () => {
    const { peer, request, encoded } = await pushing()
    peer.send(gpr(request))
    const answer = pushInfo.decodeAnswer((await peer.next()).avps, request)
    expect(isAllZero(answer.meKeyMaterial)).toBe(false)
    expect(encoded.map(({ meKeyMaterial }) => isAllZero(meKeyMaterial))).toEqual([true])
  })

  const foreign = Fqdn('pkmf.mnc002.mcc001.pub.3gppnetwork.org')
  it.each([
    ['B66: NAF-Id of another NAF', { nafId: nafIdOf(foreign, uaIds.prose) }, 5402, 0],
    ['B66: Ua id that is not allowed', { nafId: nafIdOf(kmfName, uaIds.gpi) }, 5402, 0],
    ['B67: unknown IMPI', { impi: Impi('001010000000009@ims.mnc001.mcc001.3gppnetwork.org') }, 5401, 1],
  ])('%s', async (_, changes, code, asked) => {
    const { peer, request, vectors } = await pushing()
    peer.send(gpr({ ...request, ...changes }))
    const { avps } = await peer.next()
    expect(resultOf(avps)).toEqual(experimentalResult(code))
    expect(avps.map(({ definition }) => definition?.name)).not.toContain('ME-Key-Material')
    expect(vectors()).toBe(asked)
  })
})
