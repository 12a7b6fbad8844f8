import { describe, expect, it } from 'vitest'
import { Autn, Rand } from '../../../src/core/aka.ts'
import { base64, fromBase64, hex } from '../../../src/core/bytes.ts'
import { NotAuthorised, TemporaryFailure } from '../../../src/core/errors.ts'
import { bTidDomain as domainOf } from '../../../src/core/identities/b-tid.ts'
import { ProseUeId } from '../../../src/core/identities/prose.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { seqOf, sqnOf } from '../../../src/core/sequence-number.ts'
import { later, seconds } from '../../../src/core/units.ts'
import { akaFunctions, makeAuts, verifyAutn } from '../../../src/crypto/aka.ts'
import { requestDigest } from '../../../src/crypto/digest-response.ts'
import { parseAkaChallenge } from '../../../src/reference-points/ub/aka-challenge.ts'
import { parseBootstrappingInfo } from '../../../src/reference-points/ub/bootstrapping-info.ts'
import { fieldValue, type UbResponse } from '../../../src/reference-points/ub/exchange.ts'
import { writeCredentials, type DigestCredentials } from '../../../src/wire/http-digest/digest-headers.ts'
import {
  aSubscriber,
  bsfName,
  bTidDomain,
  client,
  firstRequest,
  gbaNetwork,
  request,
  type Options,
} from '../gba-network.ts'

const functions = akaFunctions(aSubscriber.aka)
const otherImsi = '001010000000002' as typeof aSubscriber.imsi
const otherImpi = Impi('001010000000002@ims.mnc001.mcc001.3gppnetwork.org')

const challengeIn = (response: UbResponse) =>
  parseAkaChallenge(fieldValue(response.fields, 'WWW-Authenticate') ?? '')

const anotherSubscriber = {
  ...{ ...aSubscriber, imsi: otherImsi, impi: otherImpi },
  prose: { ueIds: [ProseUeId(0x010299)], permissions: ['one-to-one'], publicSafety: false },
} as const

/** A network with two subscribers and one connection to its BSF. */
async function connected(options: Options = {}) {
  const network = gbaNetwork(options)
  await network.subscribers.put(aSubscriber)
  await network.subscribers.put(anotherSubscriber)
  const connection = network.bsf.connect(client)
  const ask = async (impi: string = aSubscriber.impi) => connection.exchange(firstRequest(impi))
  const bootstraps = () => network.bsfPorts.bootstraps.list(network.clock.now())
  /** The right response to a challenge, with what the test changes. */
  const answer = (challenge: UbResponse, changes: Changes = {}) =>
    connection.exchange(request([['Authorization', responseTo(challenge, changes)]]))
  return { network, connection, ask, answer, bootstraps }
}

type Changes = Partial<Record<keyof DigestCredentials, string | undefined>> & {
  readonly password?: Uint8Array
}

/** Authorization of a UE that knows RES, before the changes; parameters changed to undefined are left out. */
function responseTo(response: UbResponse, { password, ...changes }: Changes = {}): string {
  const { realm, nonce, opaque, rand } = challengeIn(response)
  const input = {
    ...{ username: aSubscriber.impi as string, realm, nonce, nc: '00000001' },
    cnonce: 'cnonce' in changes ? (changes.cnonce ?? '') : '0123456789abcdef',
    ...{ password: password ?? functions.f2345(rand).res, qop: 'auth-int' as const, uri: '/' },
    body: new Uint8Array(),
  }
  const { username, nc, cnonce, qop, uri } = input
  const credentials = {
    ...{ username, realm, nonce, uri, qop, nc, cnonce, opaque, algorithm: 'AKAv1-MD5' },
    response: requestDigest('GET', input),
    ...changes,
  }
  return writeCredentials(credentials as DigestCredentials)
}

const resynchronisation = (response: UbResponse, sqn = sqnOf(77, 17)): Changes => ({
  auts: base64(makeAuts(functions, challengeIn(response).rand, sqn)),
  password: new Uint8Array(),
})

const seqIn = (response: UbResponse): number => {
  const { rand, autn } = challengeIn(response)
  const verified = verifyAutn(functions, rand, autn)
  return verified === 'mac-failure' ? -1 : seqOf(verified.sqn)
}

describe('Ub at the BSF', () => {
  it('challenges with RAND and AUTN, and gives a B-TID of its own domain to the right response', async () => {
    const { ask, answer, bootstraps } = await connected()
    const challenge = await ask()
    expect(challenge.status).toBe(401)
    expect(challengeIn(challenge).realm).toBe(bsfName)
    const response = await answer(challenge)
    expect(response.status).toBe(200)
    expect(fieldValue(response.fields, 'Content-Type')).toBe('application/vnd.3gpp.bsf+xml')
    const { btid } = parseBootstrappingInfo(response.body)
    expect(domainOf(btid)).toBe(bTidDomain)
    expect((await bootstraps()).map((row) => [row.btid, row.impi])).toEqual([[btid, aSubscriber.impi]])
  })

  it('lifetime of Ks: of the GUSS, else its own, never above 24 h', async () => {
    const lifetimes = [
      [undefined, 24 * 3600],
      [60, 60],
      [25 * 3600, 24 * 3600],
    ] as const
    for (const [ksLifetime, expected] of lifetimes) {
      const { network, ask, answer, bootstraps } = await connected()
      if (ksLifetime) await network.subscribers.put({ ...aSubscriber, ksLifetime: seconds(ksLifetime) })
      await answer(await ask())
      const [row] = await bootstraps()
      expect(row && (row.expires - row.created) / 1000).toBe(expected)
    }
  })

  it('R37: a RAND that is in use gives no second B-TID', async () => {
    const octets = new Uint8Array(16).fill(1)
    const { ask, answer, bootstraps } = await connected({ hssRandom: { octets: () => octets } })
    expect((await answer(await ask())).status).toBe(200)
    expect((await answer(await ask())).status).toBe(503)
    expect(await bootstraps()).toHaveLength(1)
  })

  it('R36: second use of a nonce: 401 with a new challenge', async () => {
    const { ask, answer, bootstraps } = await connected()
    const challenge = await ask()
    expect((await answer(challenge)).status).toBe(200)
    const again = await answer(challenge)
    expect(again.status).toBe(401)
    expect(challengeIn(again).nonce).not.toBe(challengeIn(challenge).nonce)
    expect(await bootstraps()).toHaveLength(1)
  })

  it('R36: a wrong response uses up its challenge', async () => {
    const { ask, answer } = await connected()
    const challenge = await ask()
    expect((await answer(challenge, { response: '0'.repeat(32) })).status).toBe(401)
    expect((await answer(challenge)).status).toBe(401)
  })

  it('R36: two responses at once to one challenge: one B-TID', async () => {
    const { ask, answer } = await connected()
    const challenge = await ask()
    const responses = await Promise.all([answer(challenge), answer(challenge)])
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  it('R36: three wrong responses in a row on one connection: 403 and close; the IMPI is not locked', async () => {
    const { network, ask, answer } = await connected()
    let challenge = await ask()
    for (const expected of [401, 401, 403]) {
      const response = await answer(challenge, { response: '0'.repeat(32) })
      expect(response.status).toBe(expected)
      if (expected === 403) expect(fieldValue(response.fields, 'Connection')).toBe('close')
      else challenge = response
    }
    const other = network.bsf.connect(client)
    const fresh = await other.exchange(firstRequest(aSubscriber.impi))
    const response = await other.exchange(request([['Authorization', responseTo(fresh)]]))
    expect(response.status).toBe(200)
  })

  it('R36: a right response ends the row of wrong ones', async () => {
    const { ask, answer } = await connected()
    const wrong = { response: '0'.repeat(32) }
    await answer(await ask(), wrong)
    await answer(await ask(), wrong)
    expect((await answer(await ask())).status).toBe(200)
    expect((await answer(await ask(), wrong)).status).toBe(401)
  })

  it('R43: the oldest challenge goes when there are too many', async () => {
    const { ask, answer } = await connected({ config: { maxChallenges: 2 } })
    const [oldest, older, newest] = [await ask(), await ask(), await ask()]
    expect((await answer(oldest)).status).toBe(401)
    expect((await answer(older)).status).toBe(401)
    expect((await answer(newest)).status).toBe(401)
    const last = await ask()
    expect((await answer(last)).status).toBe(200)
  })

  it('R45: 30 challenges a minute for one IMPI from one client, then 503 until tokens come back', async () => {
    const { network, ask } = await connected()
    for (let count = 0; count < 30; count++) expect((await ask()).status).toBe(401)
    expect((await ask()).status).toBe(503)
    expect((await ask(otherImpi)).status).toBe(401)
    expect((await network.bsf.connect('192.0.2.1').exchange(firstRequest(aSubscriber.impi))).status).toBe(401)
    network.clock.time = later(network.clock.time, seconds(2))
    expect((await ask()).status).toBe(401)
    expect((await ask()).status).toBe(503)
  })

  it('goes on under another configuration: an open challenge is answered, the rate is the new one', async () => {
    const { network, ask, answer } = await connected()
    const challenge = await ask()
    network.bsf.reconfigure({ ksLifetime: seconds(60), challengesPerMinute: 1, tmpi: false })
    expect((await answer(challenge)).status).toBe(200)
    expect([(await ask()).status, (await ask()).status]).toEqual([401, 503])
  })

  it('an outage of HSS or store is 503, and leaves nothing', async () => {
    const { network, ask, answer, bootstraps } = await connected()
    const challenge = await ask()
    network.bsfPorts.bootstraps.put = () => Promise.reject(new TemporaryFailure('store away'))
    expect((await answer(challenge)).status).toBe(503)
    network.bsfPorts.zh.authenticate = () => Promise.reject(new TemporaryFailure('no HSS'))
    expect((await ask()).status).toBe(503)
    expect(await bootstraps()).toEqual([])
  })
})

describe('Ub at the BSF, resynchronisation', () => {
  it('challenges anew from the SQN of the USIM', async () => {
    const { ask, answer } = await connected()
    const challenge = await ask()
    const fresh = await answer(challenge, resynchronisation(challenge))
    expect([fresh.status, seqIn(fresh)]).toEqual([401, 78])
    expect((await answer(fresh)).status).toBe(200)
  })

  it('resynchronises once in a run', async () => {
    const { ask, answer } = await connected()
    const challenge = await ask()
    const fresh = await answer(challenge, resynchronisation(challenge))
    const third = await answer(fresh, resynchronisation(fresh, sqnOf(5000, 17)))
    expect([third.status, seqIn(third)]).toEqual([401, 79])
  })

  const wrong: readonly (readonly [string, (auts: Uint8Array) => string])[] = [
    ['not base64', () => '*'],
    ['13 octets', (auts) => base64(auts.subarray(1))],
    ['15 octets', (auts) => base64(Uint8Array.of(...auts, 0))],
    ['MAC-S changed', (auts) => base64(auts.map((octet, at) => (at === 13 ? octet ^ 1 : octet)))],
  ]
  it.each(wrong)('B54: AUTS %s: 401, SQN as it was', async (_, change) => {
    const { ask, answer } = await connected()
    const challenge = await ask()
    const changes = resynchronisation(challenge)
    const auts = change(fromBase64(changes.auts ?? ''))
    const response = await answer(challenge, { ...changes, auts })
    expect([response.status, seqIn(response)]).toEqual([401, 2])
  })

  it('takes no AUTS whose response was not made with the empty password', async () => {
    const { ask, answer } = await connected()
    const challenge = await ask()
    const { auts } = resynchronisation(challenge)
    const response = await answer(challenge, { auts })
    expect([response.status, seqIn(response)]).toEqual([401, 2])
  })
})

describe('Ub at the BSF, bad input', () => {
  const malformed: readonly (readonly [string, number, readonly (readonly [string, string])[]])[] = [
    ['no Authorization', 400, []],
    ['no username', 400, [['Authorization', `Digest realm="${bsfName}", nonce="", uri="/", response=""`]]],
    [
      'two Authorization headers',
      400,
      [...firstRequest(aSubscriber.impi).fields.slice(1), ...firstRequest(aSubscriber.impi).fields.slice(1)],
    ],
    [
      'a value of 8 KiB',
      400,
      [['Authorization', `Digest username="${'a'.repeat(8192)}", realm="${bsfName}"`]],
    ],
    ['scheme Basic', 400, [['Authorization', 'Basic YTpi']]],
    ['another realm', 400, firstRequest(aSubscriber.impi, 'bsf.example.org').fields.slice(1)],
    [
      'another uri',
      400,
      [
        [
          'Authorization',
          `Digest username="${aSubscriber.impi}", realm="${bsfName}", nonce="", uri="/x", response=""`,
        ],
      ],
    ],
    ['a username that is no IMPI', 403, firstRequest('nobody').fields.slice(1)],
    [
      'a temporary IMPI',
      403,
      firstRequest('We8av818w+29/KaLQfqGJHlZquvek0AW@tmpi.bsf.3gppnetwork.org').fields.slice(1),
    ],
  ]
  it.each(malformed)('B50: %s: %i, and no vector is spent', async (_, status, fields) => {
    const { network, connection } = await connected()
    const response = await connection.exchange(request(fields))
    expect(response.status).toBe(status)
    expect(response.body).toHaveLength(0)
    expect(network.reports.filter(({ node }) => node === 'hss')).toEqual([])
  })

  it('R42: Host must be ours, with any port; only GET on /', async () => {
    const { connection } = await connected()
    const first = firstRequest(aSubscriber.impi)
    const statusOf = async (changes: Partial<typeof first>) =>
      (await connection.exchange({ ...first, ...changes })).status
    const withHost = (host: string) => ({ fields: [['Host', host], ...first.fields.slice(1)] as const })
    expect(await statusOf(withHost(`${bsfName}:8080`))).toBe(401)
    expect(await statusOf(withHost('bsf.example.org'))).toBe(400)
    expect(await statusOf(withHost(`${bsfName}:80:80`))).toBe(400)
    expect(await statusOf({ fields: [['Host', bsfName], ...first.fields] })).toBe(400)
    expect(await statusOf({ fields: first.fields.slice(1) })).toBe(400)
    expect(await statusOf({ method: 'POST' })).toBe(405)
    for (const target of ['//', '/x', '/../', '/%2e%2e', '*']) expect(await statusOf({ target })).toBe(404)
  })

  it('B51: an unknown IMPI and one that may not bootstrap get the same 403', async () => {
    const { network, ask } = await connected()
    const unknown = await ask('001019999999999@ims.mnc001.mcc001.3gppnetwork.org')
    network.bsfPorts.zh.authenticate = () => Promise.reject(new NotAuthorised('no GBA'))
    const refused = await ask()
    expect(unknown.status).toBe(403)
    expect(refused).toEqual(unknown)
  })

  const notAnswers: readonly (readonly [string, Changes])[] = [
    ['nonce not ours', { nonce: base64(new Uint8Array(32)) }],
    ['nc 2', { nc: '00000002' }],
    ['nc missing', { nc: undefined }],
    ['cnonce empty', { cnonce: '' }],
    ['cnonce missing', { cnonce: undefined }],
    ['qop missing', { qop: undefined }],
    ['qop auth', { qop: 'auth' }],
    ['algorithm MD5', { algorithm: 'MD5' }],
    ['algorithm missing', { algorithm: undefined }],
    ['opaque of another', { opaque: '00' }],
  ]
  it.each(notAnswers)('B52: %s: 401 with a new challenge, no B-TID', async (_, changes) => {
    const { ask, answer, bootstraps } = await connected()
    const challenge = await ask()
    const response = await answer(challenge, changes)
    expect([response.status, seqIn(response)]).toEqual([401, 2])
    expect(await bootstraps()).toEqual([])
  })

  it('B52: a nonce of 61 s ago: 401; of 59 s ago: taken', async () => {
    const { network, ask, answer } = await connected()
    const [old, young] = [await ask(), await ask()]
    network.clock.time = later(network.clock.time, seconds(59))
    expect((await answer(young)).status).toBe(200)
    network.clock.time = later(network.clock.time, seconds(2))
    expect((await answer(old)).status).toBe(401)
  })

  it('B53: the response of one IMPI under the name of another: 401, no B-TID', async () => {
    const { ask, answer, bootstraps } = await connected()
    const response = await answer(await ask(), { username: otherImpi })
    expect(response.status).toBe(401)
    expect(await bootstraps()).toEqual([])
  })

  it('B53: two IMPIs with one K: the challenge of one is no challenge of the other', async () => {
    const { ask, answer, bootstraps, network } = await connected()
    await network.subscribers.put(anotherSubscriber)
    const challenge = await ask(otherImpi)
    expect((await answer(challenge)).status).toBe(401)
    expect(await bootstraps()).toEqual([])
  })

  const responses: readonly (readonly [string, (right: string) => string])[] = [
    ['length 0', () => ''],
    ['length 31', (right) => right.slice(1)],
    ['length 33', (right) => `${right}0`],
    ['upper-case hex', (right) => right.toUpperCase()],
  ]
  it.each(responses)('B55: response of %s: 401', async (_, change) => {
    const { ask, answer } = await connected()
    const challenge = await ask()
    const right = /response="([0-9a-f]*)"/.exec(responseTo(challenge))?.[1] ?? ''
    expect(right).toHaveLength(32)
    expect((await answer(challenge, { response: change(right) })).status).toBe(401)
  })
})

describe('Ub at the BSF, secrets', () => {
  it('R31: neither reports nor refusals hold RES, CK or IK', async () => {
    const { network, ask, answer } = await connected()
    const challenge = await ask()
    const { rand } = challengeIn(challenge)
    const { res, ck, ik } = functions.f2345(rand)
    await answer(challenge)
    const text = JSON.stringify([network.reports, [...network.counters]])
    for (const secret of [res, ck, ik]) expect(text).not.toContain(hex(secret))
  })

  it('R33: a challenge that is over leaves no RES behind', async () => {
    const { network, ask, answer } = await connected()
    const zh = { ...network.bsfPorts.zh }
    const given: Uint8Array[] = []
    network.bsfPorts.zh.authenticate = async (asked) => {
      const result = await zh.authenticate(asked)
      given.push(result.vector.xres, result.vector.ck, result.vector.ik)
      return result
    }
    await answer(await ask())
    expect(given.map(hex)).toEqual(['00'.repeat(8), '00'.repeat(16), '00'.repeat(16)])
  })
})

describe('challenges', () => {
  it('hold what RFC 3310 says', async () => {
    const { ask } = await connected()
    const challenge = challengeIn(await ask())
    expect(challenge.nonce).toBe(base64(Uint8Array.of(...Rand(challenge.rand), ...Autn(challenge.autn))))
  })
})
