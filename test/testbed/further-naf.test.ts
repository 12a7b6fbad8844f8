import { expect, it, onTestFinished } from 'vitest'
import { BTid } from '../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { nafIdOf, UaId, type NafId } from '../../src/core/identities/naf-id.ts'
import { milliseconds } from '../../src/core/units.ts'
import { DiameterNode } from '../../src/io/diameter/node.ts'
import { systemClock, systemRandom, systemTimers } from '../../src/io/system.ts'
import { startBsf } from '../../src/nodes/bsf-node.ts'
import { prepareFiles } from '../../src/nodes/config/files.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { nodeContext } from '../../src/testbed/node-context.ts'
import { bootstrappingInfo } from '../../src/reference-points/zn/bootstrapping-info.ts'
import { labFile, temporaryDirectory } from './lab-network.ts'

const nafHost = Fqdn('as.example.org')
const nafName = Fqdn('naf.example.org')
const uaId = UaId(Uint8Array.of(1, 0, 0, 0, 2))

/** A BSF on its sockets that is configured for one more NAF, and that NAF, connected. */
async function nafAtBsf() {
  const naf = { originHost: nafHost, realm: 'example.org', fqdns: [nafName], uaIds: ['0100000002'] }
  const file = labFile(temporaryDirectory(), [
    [['plmns', 0, 'bsf', 'nafs'], [naf]],
    [['diameter'], { unsafePlainTcp: true }],
  ])
  const config = loadNetworkConfig(file)
  const onFault = (node: string, cause: unknown): never => {
    throw new Error(node, { cause })
  }
  const context = nodeContext(
    { config, tap: () => undefined, unsafeRevealKeys: false, onFault },
    () => undefined,
  )
  await prepareFiles(config, context)
  const [plmn] = config.plmns
  if (!plmn) throw new Error('the example has PLMNs')
  const bsf = await startBsf(plmn, context)
  onTestFinished(() => bsf.stop())
  const applications = [bootstrappingInfo.command.applicationId]
  const identity = { originHost: nafHost, originRealm: Fqdn('example.org'), hostIpAddresses: ['127.0.0.1'] }
  const node = new DiameterNode({
    identity: { ...identity, productName: 'Sidelock', originStateId: 1, applications },
    security: { unsafePlainTcp: true },
    ...{ clock: systemClock, timers: systemTimers, random: systemRandom },
    ...{ onMessage: () => undefined, count: () => undefined },
  })
  onTestFinished(() => node.close())
  const { originHost: host } = plmn.bsf.diameter
  const address = bsf.addresses.get('diameter')
  node.addPeer({ host, realm: plmn.realm, applications, ...(address && { address }) })
  await node.whenAvailable(host)
  const btid = BTid(`AAAAAAAAAAAAAAAAAAAAAA==@${plmn.bsf.fqdn}`)
  const ask = (nafId: NafId) =>
    node.request(
      bootstrappingInfo,
      { btid, nafId, gsids: [] },
      { destinationRealm: plmn.realm, deadline: milliseconds(5_000) },
    )
  return { ask, kmf: plmn.kmf.fqdn }
}

it('R5: another NAF may ask a BSF under its own name and Ua id, and nothing else', async () => {
  const { ask, kmf } = await nafAtBsf()
  await expect(ask(nafIdOf(nafName, uaId))).rejects.toMatchObject({ code: 'ERR_BTID_UNKNOWN' })
  const otherUaId = UaId(Uint8Array.of(1, 0, 0, 0, 3))
  for (const foreign of [nafIdOf(kmf, uaId), nafIdOf(nafName, otherUaId)])
    await expect(ask(foreign)).rejects.toMatchObject({ code: 'ERR_NOT_AUTHORISED' })
})
