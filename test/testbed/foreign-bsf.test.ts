import { describe, expect, it, onTestFinished } from 'vitest'
import { NotAuthorised } from '../../src/core/errors.ts'
import { BTid } from '../../src/core/identities/b-tid.ts'
import { nafIdOf, uaIds } from '../../src/core/identities/naf-id.ts'
import { hexOf24, ProseUeId } from '../../src/core/identities/prose.ts'
import { milliseconds } from '../../src/core/units.ts'
import { DiameterNode } from '../../src/io/diameter/node.ts'
import { systemClock, systemRandom, systemTimers } from '../../src/io/system.ts'
import { prepareFiles } from '../../src/nodes/config/files.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { startKmf } from '../../src/nodes/kmf-node.ts'
import type { ProseKeyRequest } from '../../src/reference-points/pc6/exchange.ts'
import { proseKey } from '../../src/reference-points/pc6/key-request.ts'
import { nodeContext } from '../../src/testbed/node-context.ts'
import { foreignBsf, type ForeignBsfAnswer } from './foreign-bsf.ts'
import { labFile, temporaryDirectory, type Change } from './lab-network.ts'

const plain: Change = [['diameter'], { unsafePlainTcp: true }]
const own: Change = [['plmns', 0, 'kmf', 'ownProseSettings'], true]
const traceId = '0af7651916cd43dd8448eb211c80319c'

/** KMF-1 between a BSF of others and KMF-2, of which only the Diameter is here; gives the question of step 6. */
async function kmfAt(
  changes: readonly Change[],
  said: (impi: NonNullable<ForeignBsfAnswer['impi']>) => ForeignBsfAnswer,
) {
  const config = loadNetworkConfig(labFile(temporaryDirectory(), [plain, ...changes]))
  const [plmn1, plmn2] = config.plmns
  const [ue1] = plmn1?.subscribers ?? []
  if (!plmn1 || !plmn2 || !ue1) throw new Error('the example has two PLMNs and a subscriber')
  const bsf = await foreignBsf(plmn1, said(ue1.impi))
  const onFault = (node: string, cause: unknown): never => {
    throw new Error(node, { cause })
  }
  const context = nodeContext({ config, tap: () => undefined, unsafeRevealKeys: false, onFault }, (name) =>
    name === plmn1.bsf.name ? bsf.address : undefined,
  )
  await prepareFiles(config, context)
  const kmf1 = await startKmf(plmn1, context)
  onTestFinished(() => kmf1.stop())
  const applications = [proseKey.command.applicationId]
  const { originHost } = plmn2.kmf.diameter
  const identity = { originHost, originRealm: plmn2.realm, hostIpAddresses: ['127.0.0.1'] }
  const kmf2 = new DiameterNode({
    identity: { ...identity, productName: 'Sidelock', originStateId: 1, applications },
    security: { unsafePlainTcp: true },
    ...{ clock: systemClock, timers: systemTimers, random: systemRandom },
    ...{ onMessage: () => undefined, count: () => undefined },
  })
  onTestFinished(() => kmf2.close())
  const address = kmf1.addresses.get('diameter')
  const { originHost: host } = plmn1.kmf.diameter
  kmf2.addPeer({ host, realm: plmn1.realm, applications, ...(address && { address }) })
  await Promise.all([kmf1.connect(), kmf2.whenAvailable(host)])
  const btid = BTid(`AAAAAAAAAAAAAAAAAAAAAA==@${plmn1.bsf.fqdn}`)
  const request: ProseKeyRequest = {
    ...{ ue1Id: { kind: 'b-tid', btid } as const, ue2Id: ProseUeId(0x0a0b0c), extensions: 0 },
    ...{ nafId: nafIdOf(plmn1.kmf.fqdn, uaIds.prose), visitedPlmn: plmn2.plmn },
  }
  const route = { destinationRealm: plmn1.realm, deadline: milliseconds(5_000), context: traceId }
  return { ...bsf, ask: () => kmf2.request(proseKey, request, route) }
}

const withoutProse = '<ussList><uss id="3" type="1"><uids><uid>sip:a@example.org</uid></uids></uss></ussList>'
const withoutFlags =
  '<ussList><uss id="1000001" type="0"><uids><uid>imsi:001010000000001</uid></uids><flags/></uss></ussList>'

describe('a BSF of others', () => {
  it.each([
    ['no settings', undefined],
    ['settings of other services', withoutProse],
    ['an empty list', '<ussList/>'],
  ])('R8: with %s nobody gets a key, unless the table of the KMF may speak', async (_, settings) => {
    const said = (impi: NonNullable<ForeignBsfAnswer['impi']>) => ({
      impi,
      ...(settings === undefined ? {} : { settings }),
    })
    const refusing = await kmfAt([], said)
    await expect(refusing.ask()).rejects.toBeInstanceOf(NotAuthorised)
    const giving = await kmfAt([own], said)
    const { pdk, ue1ProseUeIds } = await giving.ask()
    expect(pdk).toHaveLength(32)
    expect(ue1ProseUeIds.map(hexOf24)).toEqual(['010203'])
  })

  it('R8: what it says of ProSe counts, and no table makes more of it', async () => {
    const { ask } = await kmfAt([own], () => ({ settings: withoutFlags }))
    await expect(ask()).rejects.toBeInstanceOf(NotAuthorised)
  })

  it('R8, R10: a subscriber whom it does not name, or whom the table gives no permission, gets no key', async () => {
    const nameless = await kmfAt([own], () => ({}))
    await expect(nameless.ask()).rejects.toBeInstanceOf(NotAuthorised)
    const unflagged: Change = [['plmns', 0, 'subscribers', 0, 'prose', 'permissions'], []]
    const unknown = await kmfAt([own, unflagged], (impi) => ({ impi }))
    await expect(unknown.ask()).rejects.toBeInstanceOf(NotAuthorised)
  })

  it.each([
    [true, 1],
    [false, 0],
  ])(
    'is asked in AVPs of the standards alone where traceParentToBsf is not true: %s',
    async (wanted, ofOurs) => {
      const { ask, asked } = await kmfAt(
        [own, [['plmns', 0, 'kmf', 'traceParentToBsf'], wanted]],
        (impi) => ({ impi }),
      )
      await ask()
      const [bir] = asked
      const vendors = bir?.avps.map(({ vendorId, mandatory }) => ({ vendorId, mandatory })) ?? []
      expect(vendors.length).toBeGreaterThan(8)
      const others = vendors.filter(({ vendorId }) => ![0, 10415].includes(vendorId))
      expect(others).toHaveLength(ofOurs)
      expect(others.filter(({ mandatory }) => mandatory)).toEqual([])
    },
  )
})
