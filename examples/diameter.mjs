// A NAF asks a BSF for a key over Zn: two Diameter nodes of the library on one loopback socket, without TLS so that a
// capture shows the AVPs. Run: node examples/diameter.mjs
import {
  BTid,
  bootstrappingInfo,
  BTidUnknown,
  DiameterNode,
  Fqdn,
  Instant,
  KsNaf,
  milliseconds,
  nafIdOf,
  systemClock,
  systemRandom,
  systemTimers,
  uaIds,
} from 'sidelock'

const realm = Fqdn('epc.mnc001.mcc001.3gppnetwork.org')
const applications = [bootstrappingInfo.command.applicationId]
const nodeOf = (name) =>
  new DiameterNode({
    identity: {
      originHost: Fqdn(`${name}.${realm}`),
      originRealm: realm,
      hostIpAddresses: ['127.0.0.1'],
      productName: 'example',
      originStateId: 1,
      applications,
    },
    security: { unsafePlainTcp: true },
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
  })

const bsf = nodeOf('bsf')
const naf = nodeOf('naf')
const known = BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org')
bsf.handle(bootstrappingInfo, async ({ btid }) => {
  if (btid !== known) throw new BTidUnknown('never issued here')
  const now = systemClock.now()
  return {
    meKeyMaterial: KsNaf(systemRandom.octets(32)),
    keyExpiry: Instant(now + 3_600_000),
    creation: now,
    ussList: [],
  }
})

bsf.addPeer({ host: Fqdn(`naf.${realm}`), realm, applications })
const address = await bsf.listen({ host: '127.0.0.1', port: 0 })
naf.addPeer({ host: Fqdn(`bsf.${realm}`), realm, applications, address })
await naf.whenAvailable(Fqdn(`bsf.${realm}`))

const nafId = nafIdOf(Fqdn('naf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.tls13)
const route = { destinationRealm: realm, deadline: milliseconds(5_000) }
const ask = (btid) => naf.request(bootstrappingInfo, { btid, nafId, gsids: [] }, route)

const answer = await ask(known)
console.log('key', String(answer.meKeyMaterial), 'until', new Date(answer.keyExpiry).toISOString())
const other = BTid('AAAAAAAAAAAAAAAAAAAAAA==@bsf.mnc001.mcc001.pub.3gppnetwork.org')
await ask(other).catch((error) => console.log(error.code, error.message))
await naf.close()
await bsf.close()
