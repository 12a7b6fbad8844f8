// Key requests at a KMF whose own subscribers are both UE-1 and UE-2: steps 4 to 10 in one node, branch 7a.
import { findNode } from '../dist/nodes/config/nodes.js'
import { nafIdOf, uaIds } from '../dist/core/identities/naf-id.js'
import { pskIdentityOf } from '../dist/reference-points/pc8/psk-identity.js'
import { encodeProseDirectKeyRequest } from '../dist/reference-points/pc8/messages.js'
import { projectValues } from '../dist/core/project-values.js'
import { btidIn, ueIdOf } from './fill.mjs'
import { comparedLoads } from './loads.mjs'
import { pskLoad } from './psk-load.mjs'
import { served } from './served.mjs'

/** So many UEs ask at once. */
const callers = 16
/** Steps over the whole store, so that no row is asked for soon again. */
const stride = 7919

/** The octets of each request: UE-1 is another subscriber each time. */
export function keyRequests({ kmf, bsf }, subscribers) {
  const nafId = nafIdOf(kmf.fqdn, uaIds.prose)
  const head = (length) =>
    `POST ${projectValues.pc8Path.value} HTTP/1.1\r\nHost: ${kmf.fqdn}\r\nContent-Type: ${projectValues.pc8MediaType.value}\r\nContent-Length: ${length}\r\n\r\n`
  return (number, caller) => {
    const ue1 = callers + ((number * stride) % (subscribers - callers))
    const body = encodeProseDirectKeyRequest({
      transactionId: number % 2 ** 32,
      ue1Id: { kind: 'b-tid', btid: btidIn(bsf.fqdn, ue1) },
      ...{ ue2Id: ueIdOf(caller), nafId, extensions: 0 },
    })
    return Buffer.concat([Buffer.from(head(body.length)), body])
  }
}

/** Key requests of kept and of new connections, beside bare servers that answer as many octets. */
export async function kmfRows(config, subscribers, { rounds, milliseconds }) {
  const { plmn } = findNode(config, 'kmf2')
  const identityOf = (caller) => pskIdentityOf(btidIn(plmn.bsf.fqdn, caller))
  const load = { callers, identityOf, requestOf: keyRequests(plmn, subscribers) }
  const node = await served('node-process.mjs', config.file, 'kmf2')
  const { port } = node.addresses.pc8
  const kept = await pskLoad({ ...load, port, kept: true })
  const answer = await kept.once()
  const bare = await served(
    'bare-process.mjs',
    'tls13-psk',
    String(answer.length - answer.indexOf('\r\n\r\n') - 4),
  )
  const bareKept = await pskLoad({ ...load, port: bare.port, kept: true })
  const [fresh, bareFresh] = [
    await pskLoad({ ...load, port, kept: false }),
    await pskLoad({ ...load, port: bare.port, kept: false }),
  ]
  const sides = (ours, theirs) => ({
    ours: { server: node, load: () => ours.rate(milliseconds) },
    bare: { server: bare, load: () => theirs.rate(milliseconds) },
  })
  try {
    return [
      await comparedLoads({
        what: 'KMF key request, kept connection',
        to: 'bare TLS-PSK, same sizes',
        must: 0.6,
        rounds,
        ...sides(kept, bareKept),
      }),
      await comparedLoads({
        what: 'KMF key request, new connection',
        to: 'bare TLS-PSK, same sizes',
        must: 0.85,
        rounds,
        ...sides(fresh, bareFresh),
      }),
    ]
  } finally {
    for (const one of [kept, bareKept]) one.close()
    await node.stop()
    await bare.stop()
  }
}
