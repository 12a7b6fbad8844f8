import { describe, expect, it } from 'vitest'
import { fromHex, fromUtf8 } from '../../../../src/core/bytes.ts'
import { Fqdn } from '../../../../src/core/identities/fqdn.ts'
import { tmpiOf } from '../../../../src/core/identities/tmpi.ts'
import { impiOfImsi, Imsi } from '../../../../src/core/identities/subscriber.ts'
import { Plmn } from '../../../../src/core/identities/plmn.ts'
import { hours, Instant, later } from '../../../../src/core/units.ts'
import { Bootstrapping } from '../../../../src/entities/bsf/bootstrapping.ts'
import { SoftUsim } from '../../../../src/entities/ue/usim/soft-usim.ts'
import {
  fieldValue,
  type UbConnection,
  type UbRequest,
  type UbResponse,
} from '../../../../src/reference-points/ub/exchange.ts'
import { requestOctets, responseOctets } from '../../../../src/reference-points/ub/http-octets.ts'
import { parseCredentials } from '../../../../src/wire/http-digest/digest-headers.ts'
import { ubCases } from '../../chain.ts'
import {
  aSubscriber,
  bsfName,
  bTidDomain,
  client,
  firstRequest,
  gbaNetwork,
  recorded,
  scriptedRandom,
  sqnBefore,
  sqnFromHex,
  subscriberOf,
  type Options,
} from '../../gba-network.ts'

type Recorded = ReturnType<typeof recorded>

/** A UE and its BSF, and each run of theirs on a connection of its own. */
async function network(options: Options = {}, subscriber = aSubscriber) {
  const set = gbaNetwork(options)
  await set.subscribers.put(subscriber)
  const runs: Recorded[] = []
  const usim = new SoftUsim(subscriber)
  const connect = (change = (connection: UbConnection) => connection) => {
    const connection = recorded(change(set.bsf.connect(client)))
    runs.push(connection)
    return connection
  }
  const gba = set.ue(usim, () => connect())
  const bootstraps = () => set.bsfPorts.bootstraps.list(set.clock.now())
  return { ...set, usim, runs, connect, gba, bootstraps }
}

const usersIn = (run: Recorded | undefined) =>
  run?.requests.map(({ fields }) => parseCredentials(fieldValue(fields, 'Authorization') ?? '').username)
const statuses = (run: Recorded | undefined) => run?.responses.map(({ status }) => status)
const octetsOf = (run: Recorded | undefined) =>
  [...(run?.requests.map(requestOctets) ?? []), ...(run?.responses.map(responseOctets) ?? [])]
    .map(fromUtf8)
    .join('')
const { impi, imsi } = aSubscriber

describe.each(ubCases)('TS 33.220 B.4: the TMPI of $kind of the key chain', (chain) => {
  it('is that of the case, at the BSF and as the name that the UE gives next time', async () => {
    const subscriber = subscriberOf(chain)
    const bsf = Fqdn(chain.names['BSF FQDN'])
    const set = await network(
      {
        now: Instant(Date.parse(chain.Ub.creation)),
        config: { names: [bsf], bTidDomain: bsf },
        hssRandom: scriptedRandom(chain.aka.RAND, '11'.repeat(16)),
      },
      subscriber,
    )
    await set.subscribers.advanceSqn(subscriber.imsi, () => sqnBefore(sqnFromHex(chain.aka.SQN)))
    const gba = set.ue(new SoftUsim(subscriber, sqnBefore(sqnFromHex(chain.aka.SQN))), () => set.connect())
    await gba.bootstrap()
    const [kept] = await set.bootstraps()
    expect([kept?.tmpi, kept?.impi]).toEqual([chain.TMPI.TMPI, chain.names.IMPI])
    expect([...(kept?.rand ?? [])]).toEqual([...fromHex(chain.aka.RAND)])
    await gba.bootstrap()
    expect(usersIn(set.runs[1])).toEqual([chain.TMPI.TMPI, chain.TMPI.TMPI])
  })
})

describe('TMPI on Ub, TS 33.220 4.5.2', () => {
  it.each(['GBA_ME', 'GBA_U'] as const)(
    'the second run of %s holds no IMSI, and is of the same IMPI',
    async (gba) => {
      const set = await network({}, { ...aSubscriber, gba })
      await set.gba.bootstrap()
      await set.gba.bootstrap()
      expect(usersIn(set.runs[0])).toEqual([impi, impi])
      expect(octetsOf(set.runs[0])).toContain(imsi)
      expect(statuses(set.runs[1])).toEqual([401, 200])
      expect(octetsOf(set.runs[1])).not.toContain(imsi)
      const [first, second] = await set.bootstraps()
      expect(usersIn(set.runs[1])).toEqual([first?.tmpi, first?.tmpi])
      expect(second).toMatchObject({ impi })
      expect(second?.tmpi).not.toBe(first?.tmpi)
    },
  )

  it('both ends derive NAF keys under the IMPI, whatever the UE called itself', async () => {
    const set = await network()
    await set.gba.bootstrap()
    const { ks, btid } = await set.gba.bootstrap()
    const kept = await set.bsfPorts.bootstraps.find(btid, set.clock.now())
    expect(kept?.impi).toBe(impi)
    expect(ks.fingerprint).toBe(
      set.reports.filter(({ what }) => what === 'bootstrapped').at(-1)?.keys?.['Ks'],
    )
    await set.gba.bootstrap()
    expect(usersIn(set.runs[2])).toEqual([kept?.tmpi, kept?.tmpi])
  })

  it.each([
    ['the UE', { tmpi: false }],
    ['the BSF', { config: { tmpi: false } }],
  ])('is not used when %s does not say that it can', async (_, options) => {
    const set = await network(options)
    await set.gba.bootstrap()
    await set.gba.bootstrap()
    expect((await set.bootstraps()).map(({ tmpi }) => tmpi)).toEqual([undefined, undefined])
    for (const run of set.runs) expect(usersIn(run)).toEqual([impi, impi])
    const [request, response] = [set.runs[0]?.requests[0], set.runs[0]?.responses[0]]
    const said = [
      fieldValue(request?.fields ?? [], 'User-Agent'),
      fieldValue(response?.fields ?? [], 'Server'),
    ]
    expect(said.filter((product) => product === 'Sidelock')).toHaveLength(1)
    expect(said.filter((product) => product === 'Sidelock 3gpp-gba-tmpi')).toHaveLength(1)
  })

  it('one that a BSF still keeps, but does not use any more, is refused as unknown', async () => {
    const set = await network()
    await set.gba.bootstrap()
    const [{ tmpi = '' } = {}] = await set.bootstraps()
    const config = { names: [bsfName], bTidDomain, ksLifetime: hours(24), challengesPerMinute: 30 }
    const bsf = new Bootstrapping({ ...config, maxChallenges: 100, tmpi: false }, set.bsfPorts)
    expect((await bsf.connect(client).exchange(firstRequest(tmpi))).status).toBe(403)
  })

  it('one that the BSF does not know is refused, deleted, and the IMPI serves within the run', async () => {
    const set = await network()
    const { btid } = await set.gba.bootstrap()
    await set.bsfPorts.bootstraps.remove(btid)
    await set.gba.bootstrap()
    const [tmpi = '', ...then] = usersIn(set.runs[1]) ?? []
    expect(tmpi).toMatch(/^[A-Za-z0-9+/]{32}@tmpi\.bsf\.3gppnetwork\.org$/)
    expect(then).toEqual([impi, impi])
    expect(statuses(set.runs[1])).toEqual([403, 401, 200])
    await set.gba.bootstrap()
    expect(statuses(set.runs[2])).toEqual([401, 200])
    expect(usersIn(set.runs[2])).not.toContain(tmpi)
  })

  it('a 403 to the IMPI that followed is final: the restart comes once', async () => {
    const set = await network()
    await set.gba.bootstrap()
    await set.bsfPorts.bootstraps.remove((await set.gba.bootstrap()).btid)
    await set.subscribers.remove(imsi)
    await expect(set.gba.bootstrap()).rejects.toMatchObject({ code: 'ERR_BOOTSTRAPPING_FAILED' })
    expect(statuses(set.runs[2])).toEqual([403, 403])
    expect(usersIn(set.runs[2])?.[1]).toBe(impi)
  })

  it('an outage makes nobody give the IMPI instead, and keeps the TMPI', async () => {
    const set = await network()
    await set.gba.bootstrap()
    let away = true
    const gone = (connection: UbConnection): UbConnection => ({
      ...connection,
      exchange: (request) =>
        away
          ? Promise.resolve({ status: 503, fields: [], body: new Uint8Array() })
          : connection.exchange(request),
    })
    const gba = set.ue(set.usim, () => set.connect(away ? gone : undefined))
    away = false
    await gba.bootstrap()
    away = true
    await expect(gba.bootstrap()).rejects.toMatchObject({ code: 'ERR_TEMPORARY_FAILURE' })
    away = false
    await gba.bootstrap()
    expect(octetsOf(set.runs[2]) + octetsOf(set.runs[3])).not.toContain(imsi)
  })

  it('ends with its B-TID: at the UE', async () => {
    const set = await network({ config: { ksLifetime: hours(1) } })
    await set.gba.bootstrap()
    set.clock.time = later(set.clock.time, hours(1))
    await set.gba.bootstrap()
    expect(usersIn(set.runs[1])).toEqual([impi, impi])
  })

  it('R37: ends with its B-TID: at the BSF', async () => {
    const set = await network({ config: { ksLifetime: hours(1) } })
    await set.gba.bootstrap()
    const [{ tmpi = '' } = {}] = await set.bootstraps()
    const ask = () => set.bsf.connect(client).exchange(firstRequest(tmpi))
    expect((await ask()).status).toBe(401)
    set.clock.time = later(set.clock.time, hours(1))
    expect((await ask()).status).toBe(403)
  })

  it('of two subscribers with one TMPI the BSF takes the newest', async () => {
    const set = await network()
    await set.gba.bootstrap()
    const [kept] = await set.bootstraps()
    if (!kept?.tmpi) throw new Error('no TMPI')
    const other = impiOfImsi(Imsi('001010000000002'), Plmn('001-01'))
    const newer = gbaNetwork({ hssRandom: { octets: () => new Uint8Array(16).fill(9) } })
    await newer.subscribers.put({ ...aSubscriber, imsi: Imsi('001010000000002'), impi: other })
    const { btid } = await newer.ue(new SoftUsim({ ...aSubscriber, impi: other })).bootstrap()
    const theirs = await newer.bsfPorts.bootstraps.find(btid, newer.clock.now())
    if (!theirs) throw new Error('no bootstrapping')
    await set.bsfPorts.bootstraps.put({ ...theirs, tmpi: kept.tmpi, created: later(kept.created, hours(1)) })
    const connection = set.bsf.connect(client)
    await connection.exchange(firstRequest(kept.tmpi))
    expect(connection.impi).toBe(other)
  })
})

describe('TMPI on Ub, who asks what', () => {
  const unknown = tmpiOf('A'.repeat(32))

  it('B51: an unknown TMPI is refused as an unknown IMPI is, octet for octet, and no vector is spent', async () => {
    const set = await network()
    const refused = (user: string): Promise<UbResponse> =>
      set.bsf.connect(client).exchange(firstRequest(user))
    const response = await refused(unknown)
    expect(response.status).toBe(403)
    expect(response).toEqual(await refused('001019999999999@ims.mnc001.mcc001.3gppnetwork.org'))
    expect(set.reports.filter(({ node, what }) => node === 'hss' && what !== 'refused')).toEqual([])
  })

  it.each([
    ['the TMPI answers for the IMPI', false],
    ['the IMPI answers for the TMPI', true],
  ])('R36, B53: the name challenged must answer; %s: no B-TID', async (_, hasTmpi) => {
    const set = await network()
    let renaming = false
    const names = new Map<string, string>()
    const rename = (value: string) =>
      [...names].reduce((text, [from, to]) => text.replace(`username="${from}"`, `username="${to}"`), value)
    const renamed = (connection: UbConnection): UbConnection => {
      let asked = 0
      const fieldsOf = ({ fields }: UbRequest) =>
        fields.map(([name, value]) => [name, rename(value)] as const)
      return {
        ...connection,
        exchange: (request) =>
          connection.exchange(asked++ === 0 ? request : { ...request, fields: fieldsOf(request) }),
      }
    }
    const gba = set.ue(set.usim, () => set.connect(renaming ? renamed : undefined))
    await (hasTmpi ? gba : set.gba).bootstrap()
    const [{ tmpi = '' } = {}] = await set.bootstraps()
    if (hasTmpi) names.set(tmpi, impi)
    else names.set(impi, tmpi)
    renaming = true
    await expect(gba.bootstrap()).rejects.toThrow('401')
    expect(await set.bootstraps()).toHaveLength(1)
  })

  it('R31: neither IMSI nor the whole TMPI is in what UE and BSF report', async () => {
    const set = await network()
    await set.gba.bootstrap()
    await set.gba.bootstrap()
    const [{ tmpi = '' } = {}] = await set.bootstraps()
    const text = JSON.stringify(set.reports)
    for (const secret of [imsi, tmpi.slice(0, 32)]) expect(text).not.toContain(secret)
    const short = `${tmpi.slice(0, 6)}…`
    expect(set.reports.filter(({ fields }) => fields['tmpi'] === short).map(({ node }) => node)).toEqual([
      'bsf',
      'ue',
    ])
  })
})
