import { describe, expect, it } from 'vitest'
import { KeyRequestFailed, TemporaryFailure } from '../../src/core/errors.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { pc6CauseOf, proseKey } from '../../src/reference-points/pc6/key-request.ts'
import {
  decodeProseDirectKeyResponse,
  encodeProseDirectKeyResponse,
} from '../../src/reference-points/pc8/messages.ts'
import { defaultAlgorithmPolicy } from '../../src/reference-points/pc5/security-capabilities.ts'
import { MalformedDiameter } from '../../src/wire/diameter/malformed.ts'
import { RefusedWithResult, resultCode, type Result } from '../../src/wire/diameter/result.ts'
import * as kmfs from '../entities/kmf/kmf-fixture.ts'
import { messageOf, namesSent, twoUes, withOctet } from '../entities/ue/two-ues.ts'

const { askKmf1, btidOf, entry2, failure, imsi1, imsi2, kmf1, labOf, nafIdOfKmf, plmn1, step6 } = kmfs

/** What a refusal of KMF-1 is on PC6: its result, or the one of a request that it does not serve. */
function resultOf(error: unknown): Result {
  if (error instanceof RefusedWithResult) return error.result
  return error instanceof MalformedDiameter ? resultCode(error.resultCode) : pc6CauseOf(error)
}

interface Hops {
  readonly pc6?: number
  /** An error-code, or the re-negotiation request. */
  readonly pc8: number | 'bootstrapping-renegotiation'
  /** Cause of the REJECT. */
  readonly pc5: number
  readonly reason: string
}

/** From what KMF-2 says of step 4 to what UE-1 makes of it, every message through its octets. */
async function toldTo(answer: ReturnType<kmfs.Lab['ask']>): Promise<Omit<Hops, 'pc6'>> {
  const response = decodeProseDirectKeyResponse(encodeProseDirectKeyResponse(await answer))
  const world = await twoUes()
  world.network.answer = ({ transactionId }) => ({ ...response, transactionId })
  const { reason } = await world.connect(world.ue1)
  const { cause } = messageOf(world.ue2, 'directCommunicationReject')
  const pc8 = response.outcome === 'error' ? response.code : 'bootstrapping-renegotiation'
  return { pc8, pc5: cause, reason: reason ?? '' }
}

async function kmf2(options: Parameters<typeof labOf>[0] = {}): Promise<kmfs.Lab> {
  const lab = labOf(options)
  await lab.ports.authorisations.grant(imsi2, plmn1)
  return lab
}

const notAuthorised = { pc8: 2, pc5: 1, reason: 'ERR_NOT_AUTHORISED' }
const failed = { pc8: 4, pc5: 2, reason: 'ERR_REFUSED_BY_PEER' }
const later = { pc8: 3, pc5: 6, reason: 'ERR_TEMPORARY_FAILURE' }
const byImsi = { kind: 'imsi', imsi: imsi1 } as const
const ofAnotherHome = { kind: 'b-tid', btid: btidOf(entry2) } as const

type Refusal = readonly [
  no: string,
  request: Partial<typeof step6>,
  options: Parameters<typeof kmf1>[0],
  Hops,
]

const away = () => Promise.reject(new TemporaryFailure('no answer'))
const unwilling = () => Promise.reject(new KeyRequestFailed('5012'))
const none = {}

describe('docs/failures.md: what KMF-1 refuses, hop by hop', () => {
  const refusals: readonly Refusal[] = [
    ['F4: UE-2 ID of another network', { ue2Id: ProseUeId(1) }, none, { pc6: 5003, ...failed }],
    ['F4: Visited-PLMN-Id of another network', { visitedPlmn: plmn1 }, none, { pc6: 5003, ...failed }],
    ['F5: NAF-ID of another KMF', { nafId: nafIdOfKmf(entry2) }, none, { pc6: 5004, ...failed }],
    ['F5: UE-1 ID of another home', { ue1Id: ofAnotherHome }, none, { pc6: 5004, ...failed }],
    ['F5: extensions that differ', { extensions: 4 }, none, { pc6: 5004, ...failed }],
    ['F6: the BSF is away in 7c', none, { bir: away }, { pc6: 4181, ...later }],
    ['F6: the BSF is away in 7d', { ue1Id: byImsi }, { gpr: away }, { pc6: 4181, ...later }],
    ['F7: the push is refused otherwise', { ue1Id: byImsi }, { gpr: unwilling }, { pc6: 5012, ...failed }],
  ]
  it.each(refusals)('%s', async (_no, request, options, hops) => {
    const result = resultOf(await failure(askKmf1(await kmf1(options), request)))
    const lab2 = await kmf2({ pkr: () => Promise.reject(proseKey.errorOf(result, step6)) })
    expect({ pc6: result.code, ...(await toldTo(lab2.ask())) }).toEqual(hops)
  })

  it('F2: no row of UE-1 for the network of UE-2', async () => {
    const result = resultOf(await failure(askKmf1(labOf({ plmn: plmn1 }))))
    const lab2 = await kmf2({ pkr: () => Promise.reject(proseKey.errorOf(result, step6)) })
    expect({ pc6: result.code, ...(await toldTo(lab2.ask())) }).toEqual({ pc6: 5633, ...notAuthorised })
  })

  it('F6: more pushes than a minute may have', async () => {
    const lab1 = await kmf1()
    for (let nth = 0; nth < 3; nth++) await askKmf1(lab1, { ue1Id: byImsi })
    const result = resultOf(await failure(askKmf1(lab1, { ue1Id: byImsi })))
    const lab2 = await kmf2({ pkr: () => Promise.reject(proseKey.errorOf(result, step6)) })
    expect({ pc6: result.code, ...(await toldTo(lab2.ask())) }).toEqual({ pc6: 3004, ...later })
  })
})

describe('docs/failures.md: what KMF-2 refuses, and nothing goes to PC6', () => {
  const refusals: readonly (readonly [string, Parameters<kmfs.Lab['ask']>[0]])[] = [
    ['F3: UE-2 ID that is not its own', { ue2Id: ProseUeId(0x0a0b0d) }],
    ['F3: UE-1 of another home than NAF-ID', { ue1Id: ofAnotherHome }],
    ['F3: no row of UE-2 for the network of UE-1', undefined],
  ]
  it.each(refusals)('%s', async (_no, request) => {
    const lab = request ? await kmf2() : labOf()
    expect(await toldTo(lab.ask(request))).toEqual(notAuthorised)
    expect(lab.pkrs).toEqual([])
  })
})

describe('docs/failures.md: what UEs refuse', () => {
  it('F8: the KMF of UE-2 is out of reach', async () => {
    const world = await twoUes()
    world.network.kmfAnswers = false
    expect(await world.connect(world.ue1)).toMatchObject({ reason: 'ERR_TEMPORARY_FAILURE', attempts: 1 })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(6)
  })

  it('F9: an answer that cannot be used', async () => {
    const world = await twoUes()
    world.network.answer = () => new KeyRequestFailed('HTTP 400')
    expect(await world.connect(world.ue1)).toMatchObject({ reason: 'ERR_REFUSED_BY_PEER' })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
  })

  it('F10: a NAF-ID that is none', async () => {
    const world = await twoUes()
    world.air.tamper('directCommunicationRequest', (frame) =>
      withOctet(frame, Buffer.from(frame).indexOf(utf8('pkmf.')), () => 0x50),
    )
    expect(await world.connect(world.ue1)).toMatchObject({ reason: 'ERR_REFUSED_BY_PEER' })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
    expect(world.network.requests).toEqual([])
  })

  it('F10: no common algorithm', async () => {
    const world = await twoUes({ ue2: { algorithms: { ...defaultAlgorithmPolicy, eea: [] } } })
    expect(await world.connect(world.ue1)).toMatchObject({ reason: 'ERR_REFUSED_BY_PEER' })
    expect(messageOf(world.ue2, 'directCommunicationReject').cause).toBe(2)
    expect(world.network.requests).toEqual([])
  })

  it('F16: the MAC-I of COMPLETE is bad: silence, the Command again, REJECT in the end, no link', async () => {
    const world = await twoUes()
    world.air.tamper('directSecurityModeComplete', (frame) => withOctet(frame, -1, (octet) => octet ^ 1))
    expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'timed-out', reason: 'ERR_NO_ANSWER' })
    expect(namesSent(world.ue2)).toEqual([
      ...Array<string>(3).fill('DIRECT_SECURITY_MODE_COMMAND'),
      'DIRECT_COMMUNICATION_REJECT',
    ])
    expect([world.ue1.ue.links(), world.ue2.ue.links()]).toEqual([[], []])
  })
})
