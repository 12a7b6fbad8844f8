import { describe, expect, it } from 'vitest'
import { fromHex, fromUtf8, hex, utf8 } from '../../../../src/core/bytes.ts'
import { BootstrappingFailed, TemporaryFailure } from '../../../../src/core/errors.ts'
import { Fqdn } from '../../../../src/core/identities/fqdn.ts'
import { NafId } from '../../../../src/core/identities/naf-id.ts'
import { K } from '../../../../src/core/keys.ts'
import { Instant } from '../../../../src/core/units.ts'
import { sqnOf } from '../../../../src/core/sequence-number.ts'
import { Bootstrapping } from '../../../../src/entities/bsf/bootstrapping.ts'
import { gbaOver } from '../../../../src/entities/ue/gba/bootstrap.ts'
import { SoftUsim } from '../../../../src/entities/ue/usim/soft-usim.ts'
import { parseAkaChallenge } from '../../../../src/reference-points/ub/aka-challenge.ts'
import {
  fieldValue,
  type UbConnection,
  type UbRequest,
  type UbResponse,
} from '../../../../src/reference-points/ub/exchange.ts'
import { parseAuthenticationInfo, parseCredentials } from '../../../../src/wire/http-digest/digest-headers.ts'
import { avpOf, ubCases } from '../../chain.ts'
import {
  aSubscriber,
  bsfName,
  client,
  countingRandom,
  gbaNetwork,
  recorded,
  scriptedRandom,
  sqnBefore,
  sqnFromHex,
  subscriberOf,
  type GbaNetwork,
} from '../../gba-network.ts'

function the<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('not there')
  return value
}

const authorizationIn = (request: UbRequest | undefined) =>
  parseCredentials(fieldValue(request?.fields ?? [], 'Authorization') ?? '')

describe.each(ubCases)('Ub, $kind of the key chain', (chain) => {
  const subscriber = subscriberOf(chain)
  const bsf = Fqdn(chain.names['BSF FQDN'])

  async function network(hss: readonly string[], opaques: readonly string[], cnonces: readonly string[]) {
    const set = gbaNetwork({
      now: Instant(Date.parse(chain.Ub.creation)),
      config: { names: [bsf], bTidDomain: bsf },
      hssRandom: scriptedRandom(...hss),
      bsfRandom: scriptedRandom(...opaques),
      ueRandom: scriptedRandom(...cnonces),
    })
    await set.subscribers.put(subscriber)
    await set.subscribers.advanceSqn(subscriber.imsi, () => sqnBefore(sqnFromHex(chain.aka.SQN)))
    return { ...set, connection: recorded(set.bsf.connect(client)) }
  }

  it('exchanges the messages of the case, octet for octet where it gives them', async () => {
    const { ue, connection, bsfPorts } = await network([chain.aka.RAND], [chain.Ub.opaque], [chain.Ub.cnonce])
    const usim = new SoftUsim(subscriber, sqnBefore(sqnFromHex(chain.aka.SQN)))
    const bootstrap = await ue(usim, () => connection).bootstrap()

    const [first, second] = connection.requests.map(authorizationIn)
    expect(first).toMatchObject({ username: chain.Ub.username, realm: bsf, nonce: '', response: '' })
    expect(second).toEqual({
      ...{ username: chain.Ub.username, realm: chain.Ub.realm, nonce: chain.Ub.nonce, uri: '/' },
      ...{ qop: 'auth-int', nc: '00000001', cnonce: chain.Ub.cnonce, opaque: chain.Ub.opaque },
      ...{ algorithm: 'AKAv1-MD5', response: chain.Ub.response },
    })
    const last = the(connection.responses[1])
    expect(fromUtf8(last.body)).toBe(chain.Ub['answer body'])
    const info = parseAuthenticationInfo(fieldValue(last.fields, 'Authentication-Info') ?? '')
    expect(info).toMatchObject({ rspauth: chain.Ub.rspauth, cnonce: chain.Ub.cnonce, nc: '00000001' })
    expect(fieldValue(last.fields, 'Expires')).toBe(new Date(chain.Ub.lifetime).toUTCString())

    expect(bootstrap.btid).toBe(chain.Ub['B-TID'])
    for (const naf of Object.values(chain['NAF keys'])) {
      const key = await bootstrap.ks.nafKey(NafId(fromHex(naf.NAF_Id)))
      expect(hex(key)).toBe((naf.Ks_NAF ?? naf.Ks_ext_NAF)?.value)
    }
    const kept = await bsfPorts.bootstraps.find(bootstrap.btid, bsfPorts.clock.now())
    expect(hex(kept?.ks ?? new Uint8Array())).toBe(chain.aka.Ks)
    expect([kept?.expires, bootstrap.expires]).toEqual(Array(2).fill(Date.parse(chain.Ub.lifetime)))
  })

  it('resynchronises with the AUTS and the response of the case', async () => {
    const after = String(avpOf(chain, 'MAA resynchronisation', 'SIP-Auth-Data-Item', 'SIP-Authenticate'))
    const set = await network(
      [chain.aka.RAND, after.slice(0, 32)],
      [chain.Ub.opaque, '00'.repeat(16)],
      [chain.Ub.cnonce, '0011223344556677'],
    )
    const usim = new SoftUsim(subscriber, sqnFromHex(chain.resynchronisation.SQN_MS))
    await set.ue(usim, () => set.connection).bootstrap()
    const credentials = set.connection.requests.map(authorizationIn)
    expect(credentials[1]).toMatchObject({
      auts: chain.resynchronisation['auts base64'],
      response: chain.resynchronisation.response,
      nc: '00000001',
    })
    expect(set.connection.responses.map(({ status }) => status)).toEqual([401, 401, 200])
  })
})

const ready = async (): Promise<GbaNetwork> => {
  const network = gbaNetwork()
  await network.subscribers.put(aSubscriber)
  return network
}

describe('Ub at the UE', () => {
  it('bootstraps, and again with another B-TID', async () => {
    const network = await ready()
    const ue = network.ue(new SoftUsim(aSubscriber))
    const first = await ue.bootstrap('0'.repeat(31) + '1')
    const second = await ue.bootstrap()
    expect(second.btid).not.toBe(first.btid)
    expect(network.reports.filter(({ what }) => what === 'bootstrapped')).toHaveLength(4)
  })

  it('R31: what it reports and throws holds no key and no whole IMSI', async () => {
    const network = await ready()
    const { btid } = await network.ue(new SoftUsim(aSubscriber)).bootstrap()
    const text = JSON.stringify(network.reports)
    const ks = hex(the(await network.bsfPorts.bootstraps.find(btid, network.clock.now())).ks)
    for (const secret of [ks, ks.slice(0, 32), aSubscriber.imsi]) expect(text).not.toContain(secret)
  })

  it('with the USIM ahead of the HSS resynchronises once and goes on', async () => {
    const network = await ready()
    const connection = recorded(network.bsf.connect(client))
    const usim = new SoftUsim(aSubscriber, sqnOf(5000, 3))
    await network.ue(usim, () => connection).bootstrap()
    expect(connection.responses.map(({ status }) => status)).toEqual([401, 401, 200])
  })

  /** A connection whose n-th exchange goes to the n-th of these; the last one takes what follows. */
  const passing = (...ends: readonly UbConnection[]): UbConnection => {
    let at = 0
    return {
      exchange: (request, context) => {
        const end = the(ends[Math.min(at++, ends.length - 1)])
        return end.exchange(request, context)
      },
      close: () => undefined,
    }
  }

  it('R48: goes on when its response reaches another replica than the challenge came from', async () => {
    const network = await ready()
    const another = new Bootstrapping(network.config, network.bsfPorts)
    const connection = recorded(passing(network.bsf.connect(client), another.connect(client)))
    const { btid } = await network.ue(new SoftUsim(aSubscriber), () => connection).bootstrap()
    expect(connection.responses.map(({ status }) => status)).toEqual([401, 401, 200])
    expect(await network.bsfPorts.bootstraps.find(btid, network.clock.now())).toBeDefined()
  })

  it('begins anew once and no more', async () => {
    const network = await ready()
    const replicas = [0, 1, 2, 3].map(() =>
      new Bootstrapping(network.config, network.bsfPorts).connect(client),
    )
    const connection = recorded(passing(...replicas))
    const run = network.ue(new SoftUsim(aSubscriber), () => connection).bootstrap()
    await expect(run).rejects.toThrow(BootstrappingFailed)
    expect(connection.responses.map(({ status }) => status)).toEqual([401, 401, 401])
  })

  it('resynchronises at most once in a run', async () => {
    const network = await ready()
    const usim = new SoftUsim(aSubscriber, sqnOf(2 ** 30, 3))
    const connection = recorded(network.bsf.connect(client))
    let swapped = 0
    const replaying: UbConnection = {
      ...connection,
      // The first challenge again, as an attacker may send it.
      exchange: async (request) => {
        const response = await connection.exchange(request)
        return ++swapped === 2 ? the(connection.responses[0]) : response
      },
    }
    await expect(network.ue(usim, () => replaying).bootstrap()).rejects.toThrow(BootstrappingFailed)
    expect(connection.requests).toHaveLength(2)
  })

  it('aborts when MAC of AUTN is wrong, and sends nothing more', async () => {
    const network = await ready()
    const connection = recorded(network.bsf.connect(client))
    const k = K(new Uint8Array(16).fill(9))
    const foreign = { ...aSubscriber, aka: { ...aSubscriber.aka, k } } as typeof aSubscriber
    await expect(network.ue(new SoftUsim(foreign), () => connection).bootstrap()).rejects.toThrow(
      'did not authenticate itself',
    )
    expect(connection.requests).toHaveLength(1)
  })

  it('takes the SQN at once: the same challenge is no good a second time', async () => {
    const network = await ready()
    const usim = new SoftUsim(aSubscriber)
    const connection = recorded(network.bsf.connect(client))
    await network.ue(usim, () => connection).bootstrap()
    const challenge = fieldValue(the(connection.responses[0]).fields, 'WWW-Authenticate') ?? ''
    const { rand, autn } = parseAkaChallenge(challenge)
    expect((await usim.authenticate(rand, autn)).outcome).toBe('synchronisation-failure')
  })

  it('with a wrong RES gets no B-TID', async () => {
    const network = await ready()
    const usim = new SoftUsim(aSubscriber)
    const liar = Object.create(usim) as SoftUsim
    liar.authenticate = async (rand, autn) => {
      const result = await usim.authenticate(rand, autn)
      if (result.outcome === 'success') result.res[0] = (result.res[0] ?? 0) ^ 1
      return result
    }
    Object.defineProperty(liar, 'impi', { value: usim.impi })
    await expect(network.ue(liar).bootstrap()).rejects.toThrow(BootstrappingFailed)
    expect(await network.bsfPorts.bootstraps.list(network.clock.now())).toEqual([])
  })

  it('an IMPI that the HSS does not know ends the run', async () => {
    const network = gbaNetwork()
    await expect(network.ue(new SoftUsim(aSubscriber)).bootstrap()).rejects.toThrow('403')
  })

  it('R14: an outage of the HSS is a temporary failure', async () => {
    const network = await ready()
    network.bsfPorts.zh.authenticate = () => Promise.reject(new TemporaryFailure('no HSS'))
    await expect(network.ue(new SoftUsim(aSubscriber)).bootstrap()).rejects.toThrow(TemporaryFailure)
  })

  it('gives a whole run 15 s, and closes its connection then', async () => {
    let expire: (() => void) | undefined
    let delay: number | undefined
    let closed = false
    const silent: UbConnection = {
      exchange: () => new Promise(() => undefined),
      close: () => (closed = true),
    }
    const gba = gbaOver(bsfName, {
      usim: new SoftUsim(aSubscriber),
      tmpi: true,
      connect: () => silent,
      clock: { now: () => Instant(0) },
      random: countingRandom(),
      timers: {
        after: (milliseconds, act) => {
          delay = milliseconds
          expire = act
          return () => undefined
        },
      },
      report: () => undefined,
    })
    const run = gba.bootstrap()
    expire?.()
    await expect(run).rejects.toThrow(TemporaryFailure)
    expect([delay, closed]).toEqual([15_000, true])
  })
})

describe('Ub at the UE, answers that were changed on the way', () => {
  const text = new TextDecoder()
  const changeField = (
    response: UbResponse,
    name: string,
    change: (value: string) => string,
  ): UbResponse => ({
    ...response,
    fields: response.fields.map(([key, value]) => [key, key === name ? change(value) : value] as const),
  })
  const changes: readonly (readonly [string, (response: UbResponse) => UbResponse])[] = [
    ['body', (response) => ({ ...response, body: utf8(text.decode(response.body).replace('2030', '2031')) })],
    ['no Authentication-Info', (response) => ({ ...response, fields: [] })],
    [
      'rspauth',
      (response) =>
        changeField(response, 'Authentication-Info', (v) => v.replace(/rspauth="./, 'rspauth="g')),
    ],
    [
      'cnonce',
      (response) => changeField(response, 'Authentication-Info', (v) => v.replace(/cnonce="./, 'cnonce="g')),
    ],
    [
      'nc',
      (response) =>
        changeField(response, 'Authentication-Info', (v) => v.replace('nc=00000001', 'nc=00000002')),
    ],
    ['qop', (response) => changeField(response, 'Authentication-Info', (v) => v.replace('auth-int', 'auth'))],
    ['status 500', (response) => ({ ...response, status: 500 })],
    ['status 302', (response) => ({ ...response, status: 302 })],
  ]
  it.each(changes)('takes no B-TID: %s', async (_, change) => {
    const network = await ready()
    const connection = network.bsf.connect(client)
    const changing: UbConnection = {
      ...connection,
      exchange: async (request) => {
        const response = await connection.exchange(request)
        return response.status === 200 ? change(response) : response
      },
    }
    const run = network.ue(new SoftUsim(aSubscriber), () => changing).bootstrap()
    await expect(run).rejects.toSatisfy(
      (error) => error instanceof BootstrappingFailed || error instanceof TemporaryFailure,
    )
  })

  const challenges: readonly (readonly [string, (value: string) => string])[] = [
    ['another realm', (value) => value.replace('bsf.mnc001', 'bsf.mnc002')],
    ['algorithm MD5', (value) => value.replace('AKAv1-MD5', 'MD5')],
    ['qop auth only', (value) => value.replace('auth-int', 'auth')],
    ['a nonce of 31 octets', (value) => value.replace(/nonce="[^"]*"/, `nonce="${btoa('x'.repeat(31))}"`)],
    ['no challenge', () => ''],
  ]
  it.each(challenges)('answers no challenge with %s', async (_, change) => {
    const network = await ready()
    const connection = recorded(network.bsf.connect(client))
    const changing: UbConnection = {
      ...connection,
      exchange: async (request) =>
        changeField(await connection.exchange(request), 'WWW-Authenticate', change),
    }
    const run = network.ue(new SoftUsim(aSubscriber), () => changing).bootstrap()
    await expect(run).rejects.toThrow(BootstrappingFailed)
    expect(connection.requests).toHaveLength(1)
  })

  it('takes a nonce with octets after AUTN', async () => {
    const network = await ready()
    const connection = recorded(network.bsf.connect(client))
    const longer: UbConnection = {
      ...connection,
      exchange: async (request) =>
        changeField(await connection.exchange(request), 'WWW-Authenticate', (value) =>
          value.replace(/nonce="([^"]*)"/, (_, nonce: string) => `nonce="${btoa(`${atob(nonce)}0123`)}"`),
        ),
    }
    await expect(network.ue(new SoftUsim(aSubscriber), () => longer).bootstrap()).rejects.toThrow('401')
    expect(authorizationIn(connection.requests[1]).nonce).toHaveLength(48)
  })
})
