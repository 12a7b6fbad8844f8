import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { BTidUnknown, NotAuthorised, TemporaryFailure } from '../../../src/core/errors.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds, type UaId } from '../../../src/core/identities/naf-id.ts'
import { Rand } from '../../../src/core/aka.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { Ks } from '../../../src/core/keys.ts'
import { hours, Instant, later, milliseconds } from '../../../src/core/units.ts'
import { bootstrappingInfo } from '../../../src/entities/bsf/naf-keys.ts'
import { kmfPolicy } from '../../../src/entities/bsf/naf-policy.ts'
import type { Bootstrap } from '../../../src/entities/bsf/ports.ts'
import { gussOf } from '../../../src/entities/hss/guss.ts'
import { ubCases } from '../chain.ts'
import { aSubscriber, gbaNetwork, subscriberOf } from '../gba-network.ts'

const kmfHost = Fqdn('kmf1.epc.mnc001.mcc001.3gppnetwork.org')
const kmfName = Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org')
const peerHost = Fqdn('kmf2.epc.mnc002.mcc001.3gppnetwork.org')
const peerName = Fqdn('pkmf.mnc002.mcc001.pub.3gppnetwork.org')
const nafs = [kmfPolicy([kmfHost], [kmfName]), kmfPolicy([peerHost], [peerName])]
const gsids = ['1000001']
const created = Instant(Date.UTC(2030, 0, 1))

const aBootstrap: Bootstrap = {
  btid: BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org'),
  impi: aSubscriber.impi,
  rand: Rand(fromHex('23553cbe9637a89d218ae64dae47bf35')),
  ks: Ks(new Uint8Array(32).fill(1)),
  created,
  expires: later(created, hours(24)),
  guss: gussOf(aSubscriber),
}

async function bsfWith(bootstrap: Bootstrap = aBootstrap) {
  const { bsfPorts, clock, reports } = gbaNetwork({ now: created })
  await bsfPorts.bootstraps.put(bootstrap)
  const ask = (
    changes: { from?: Fqdn; fqdn?: Fqdn; uaId?: UaId; btid?: BTid; gsids?: readonly string[] } = {},
  ) => {
    const nafId = nafIdOf(changes.fqdn ?? kmfName, changes.uaId ?? uaIds.prose)
    const request = { btid: changes.btid ?? bootstrap.btid, nafId, gsids: changes.gsids ?? gsids }
    return bootstrappingInfo(request, changes.from ?? kmfHost, nafs, bsfPorts)
  }
  return { ask, clock, reports }
}

it('R47: after a step of the wall clock by more than 5 minutes no key is given', async () => {
  const { bsfPorts } = gbaNetwork({ now: created })
  await bsfPorts.bootstraps.put(aBootstrap)
  const request = { btid: aBootstrap.btid, nafId: nafIdOf(kmfName, uaIds.prose), gsids }
  const ask = (step: number) =>
    bootstrappingInfo(request, kmfHost, nafs, { ...bsfPorts, wallClockStep: () => milliseconds(step) })
  await expect(ask(5 * 60_000)).resolves.toHaveProperty('meKeyMaterial')
  await expect(ask(5 * 60_000 + 1)).rejects.toBeInstanceOf(TemporaryFailure)
  await expect(ask(-24 * 3_600_000)).rejects.toBeInstanceOf(TemporaryFailure)
})

describe.each(ubCases)('Zn, $kind of the key chain', (chain) => {
  it('gives Ks_(ext)_NAF of the case', async () => {
    const { bsfPorts } = gbaNetwork({ now: Instant(Date.parse(chain.Ub.creation)) })
    const btid = BTid(chain.Ub['B-TID'])
    const fqdn = Fqdn(chain.names['KMF-1 FQDN'])
    const expires = Instant(Date.parse(chain.Ub.lifetime))
    await bsfPorts.bootstraps.put({
      ...{ btid, impi: Impi(chain.names.IMPI), rand: Rand(fromHex(chain.aka.RAND)), expires },
      ...{ ks: Ks(fromHex(chain.aka.Ks)), created: bsfPorts.clock.now(), guss: gussOf(subscriberOf(chain)) },
    })
    const request = { btid, nafId: nafIdOf(fqdn, uaIds.prose), gsids }
    const answer = await bootstrappingInfo(request, kmfHost, [kmfPolicy([kmfHost], [fqdn])], bsfPorts)
    const { Ks_NAF, Ks_ext_NAF } = chain['NAF keys']['PDK base']
    expect(hex(answer.meKeyMaterial)).toBe((Ks_NAF ?? Ks_ext_NAF)?.value)
    expect(answer).toMatchObject({ impi: chain.names.IMPI, keyExpiry: expires })
  })
})

describe('Zn at the BSF', () => {
  it('gives key, times, IMPI, and the USS of the GSIDs that were asked for', async () => {
    const other = { id: '5', type: 0, uids: [], flags: [] }
    const guss = { ...gussOf(aSubscriber), ussList: [other, ...gussOf(aSubscriber).ussList] }
    const { ask } = await bsfWith({ ...aBootstrap, guss })
    const answer = await ask()
    expect(answer).toMatchObject({ impi: aSubscriber.impi, keyExpiry: aBootstrap.expires, creation: created })
    expect(answer.ussList.map(({ id }) => id)).toEqual(gsids)
    expect((await ask({ gsids: [] })).ussList).toEqual([])
  })

  it('gives different keys under the three Ua ids of a KMF', async () => {
    const { ask } = await bsfWith()
    const answers = await Promise.all(
      [uaIds.prose, uaIds.tls13, uaIds.tls12DhePsk].map((uaId) => ask({ uaId })),
    )
    expect(new Set(answers.map(({ meKeyMaterial }) => hex(meKeyMaterial))).size).toBe(3)
  })

  const foreign: readonly (readonly [string, Parameters<Awaited<ReturnType<typeof bsfWith>>['ask']>[0]])[] = [
    ["with another KMF's NAF-Id", { from: peerHost, fqdn: kmfName }],
    ['under its own name for a host it is not', { from: kmfHost, fqdn: peerName }],
    ['from a peer that is no NAF', { from: Fqdn('hss1.epc.mnc001.mcc001.3gppnetwork.org') }],
    ['with a Ua id that is not allowed', { uaId: uaIds.gpi }],
    ['with the Ua id of HTTP Digest', { uaId: fromHex('0100000002') as UaId }],
  ]
  it.each(foreign)('R5, B66: asked %s: 5402, before the B-TID is looked up', async (_, changes) => {
    const { ask } = await bsfWith()
    await expect(ask(changes)).rejects.toThrow(NotAuthorised)
    const unknown = BTid(`AAAAAAAAAAAAAAAAAAAAAA==@bsf.mnc001.mcc001.pub.3gppnetwork.org`)
    await expect(ask({ ...changes, btid: unknown })).rejects.toThrow(NotAuthorised)
  })

  it('B65: unknown B-TID, and one of another realm: 5403', async () => {
    const { ask } = await bsfWith()
    for (const text of [
      'AAAAAAAAAAAAAAAAAAAAAA==@bsf.mnc001.mcc001.pub.3gppnetwork.org',
      'I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc002.mcc001.pub.3gppnetwork.org',
    ])
      await expect(ask({ btid: BTid(text) })).rejects.toThrow(BTidUnknown)
  })

  it('R37, B65: at its expiry a B-TID is gone: 5403', async () => {
    const { ask, clock } = await bsfWith()
    clock.time = Instant(aBootstrap.expires - 1)
    await expect(ask()).resolves.toMatchObject({ impi: aSubscriber.impi })
    clock.time = Instant(aBootstrap.expires + 1000)
    await expect(ask()).rejects.toThrow(BTidUnknown)
  })

  it('a GUSS without the ProSe USS, or no GUSS: 5402', async () => {
    const { imsi, impi, aka, amf, gba } = aSubscriber
    const withoutProse = { imsi, impi, aka, amf, gba }
    const { btid, rand, ks, expires } = aBootstrap
    const withoutGuss = { btid, impi, rand, ks, created, expires }
    for (const bootstrap of [{ ...aBootstrap, guss: gussOf(withoutProse) }, withoutGuss]) {
      const { ask } = await bsfWith(bootstrap)
      await expect(ask()).rejects.toThrow(NotAuthorised)
    }
  })

  it('keeps the IMPI from a NAF that may not know it', async () => {
    const { bsfPorts } = gbaNetwork({ now: created })
    await bsfPorts.bootstraps.put(aBootstrap)
    const quiet = [{ ...kmfPolicy([kmfHost], [kmfName]), discloseImpi: false }]
    const request = { btid: aBootstrap.btid, nafId: nafIdOf(kmfName, uaIds.prose), gsids }
    expect(await bootstrappingInfo(request, kmfHost, quiet, bsfPorts)).not.toHaveProperty('impi')
  })

  it('R5: a NAF gets no user security settings but those it may have', async () => {
    const { bsfPorts } = gbaNetwork({ now: created })
    const other = { id: '5', type: 0, uids: [], flags: [] }
    const guss = { ...gussOf(aSubscriber), ussList: [other, ...gussOf(aSubscriber).ussList] }
    await bsfPorts.bootstraps.put({ ...aBootstrap, guss })
    const policy = { ...kmfPolicy([kmfHost], [kmfName]), gsids: ['5'], requiredGsids: [] }
    const request = { btid: aBootstrap.btid, nafId: nafIdOf(kmfName, uaIds.prose), gsids: ['5', '1000001'] }
    const { ussList } = await bootstrappingInfo(request, kmfHost, [policy], bsfPorts)
    expect(ussList).toEqual([other])
  })

  it('R31: its report holds fingerprints only', async () => {
    const { ask, reports } = await bsfWith()
    const { meKeyMaterial } = await ask()
    const text = JSON.stringify(reports)
    expect(text).toContain('naf-key-given')
    for (const secret of [hex(meKeyMaterial), hex(aBootstrap.ks), aSubscriber.imsi])
      expect(text).not.toContain(secret)
  })
})
