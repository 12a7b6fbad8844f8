// What nodes are asked for, each time by or for another subscriber, chosen over the whole store.
import { nafIdOf, uaIds } from '../dist/core/identities/naf-id.js'
import { Impi } from '../dist/core/identities/subscriber.js'
import { projectValues } from '../dist/core/project-values.js'
import { applicationAvp, originOf, requestHeader } from '../dist/io/diameter/identity.js'
import { findNode } from '../dist/nodes/config/nodes.js'
import { proseKey } from '../dist/reference-points/pc6/key-request.js'
import { encodeProseDirectKeyRequest } from '../dist/reference-points/pc8/messages.js'
import { pskIdentityOf } from '../dist/reference-points/pc8/psk-identity.js'
import { multimediaAuth } from '../dist/reference-points/zh/multimedia-auth.js'
import { bootstrappingInfo } from '../dist/reference-points/zn/bootstrapping-info.js'
import { encodeMessage } from '../dist/wire/diameter/header.js'
import { diameterLoad } from './diameter-load.mjs'
import { bodyLength } from './http-answer.mjs'
import { keyRequestParts } from './key-request-parts.mjs'
import { pskLoad } from './psk-load.mjs'
import { btidIn, impiOf, imsiOf, ueIdOf } from './subscribers.mjs'
import { ubLoad } from './ub-load.mjs'

/** The first subscriber of whom the configuration says nothing: what it says would replace what the store has. */
const first = 3
/** UEs that ask a node at once. */
const callers = Array.from({ length: 16 }, (_, number) => first + number)
/** Diameter requests without an answer. */
const outstanding = 64
/** Steps over the whole store, so that no row is asked for soon again. */
const stride = 7919

const applications = { Zn: 16777220, Zh: 16777221, PC6: 16777340 }

/** Numbers of subscribers that are no callers, one after the other over the whole store. */
export function numbersOf(subscribers) {
  let number = 0
  const others = first + callers.length
  return () => others + ((number++ * stride) % (subscribers - others))
}

/** How a node of the configuration names itself. */
export function identityOf(config, name) {
  const { plmn, kind } = findNode(config, name)
  return {
    ...{ originHost: plmn[kind].diameter.originHost, originRealm: plmn.realm },
    ...{ hostIpAddresses: ['127.0.0.1'], productName: 'load', originStateId: 1 },
    applications: Object.values(applications),
  }
}

/** Bodies of key requests of a caller. */
function keyRequestBodies({ plmn, nextNumber }) {
  const { kmf, bsf } = plmn
  const nafId = nafIdOf(kmf.fqdn, uaIds.prose)
  let transactions = 0
  return (caller) =>
    encodeProseDirectKeyRequest({
      transactionId: transactions++ % 2 ** 32,
      ue1Id: { kind: 'b-tid', btid: btidIn(bsf.fqdn, nextNumber()) },
      ...{ ue2Id: ueIdOf(caller), nafId, extensions: 0 },
    })
}

function keyRequests(place) {
  const { kmf } = place.plmn
  const bodyOf = keyRequestBodies(place)
  const head = (length) =>
    `POST ${projectValues.pc8Path.value} HTTP/1.1\r\nHost: ${kmf.fqdn}\r\nContent-Type: ${projectValues.pc8MediaType.value}\r\nContent-Length: ${length}\r\n\r\n`
  return (caller) => {
    const body = bodyOf(caller)
    return Buffer.concat([Buffer.from(head(body.length)), body])
  }
}

/** What one key request needs of others, without HTTP and TLS. */
function partsOfKeyRequest(place) {
  const { plmn, nextNumber } = place
  const { kmf, bsf } = plmn
  const [caller] = callers
  return keyRequestParts({
    ...{ file: kmf.store.file, plmn: plmn.plmn, nafId: nafIdOf(kmf.fqdn, uaIds.prose) },
    body: Buffer.from(keyRequestBodies(place)(caller)),
    btidOf: () => btidIn(bsf.fqdn, nextNumber()),
    ue2: { btid: btidIn(bsf.fqdn, caller), imsi: imsiOf(caller) },
  })
}

/** Octets of one request after the other of an exchange, as the node `as` makes them. */
function diameterRequests(identity, realm, exchange, requestOf) {
  const { command } = exchange
  let number = 1
  return () => {
    number++
    const frame = {
      'Session-Id': `${identity.originHost};1;${number}`,
      ...applicationAvp(command.applicationId),
      ...{ 'Auth-Session-State': 1, ...originOf(identity), 'Destination-Realm': realm },
    }
    const header = requestHeader(command, { hopByHop: number, endToEnd: number })
    return Buffer.from(encodeMessage(header, exchange.encodeRequest(requestOf(), frame)))
  }
}

const overPc8 = (kept) => ({
  ...{ node: 'kmf2', beside: [], service: 'pc8', bare: 'tls13-psk' },
  open: ({ port, ...place }) =>
    pskLoad({
      ...{ port, kept, callers },
      identityOf: (caller) => pskIdentityOf(btidIn(place.plmn.bsf.fqdn, caller)),
      requestOf: keyRequests(place),
    }),
  sizeOf: bodyLength,
  openParts: partsOfKeyRequest,
})

const overDiameter = (node, as, exchange, requestOf) => ({
  ...{ node, beside: [], service: 'diameter', bare: 'diameter' },
  open({ port, isBare, ...place }) {
    const identity = identityOf(place.config, as)
    const octets = diameterRequests(identity, place.plmn.realm, exchange, requestOf(place))
    return diameterLoad({ port, identity, requestOf: octets, window: outstanding, isBare })
  },
  sizeOf: ({ length }) => length,
})

/**
 * Kinds of requests. Each goes to `node`, which needs those `beside` it, on the port of its `service`, and is compared with a
 * `bare` server whose answers have as many octets as `sizeOf` finds in one of ours. `open` gives its load. `openParts` gives
 * what it needs beside a server, on SQLite.
 */
export const requests = [
  { what: 'KMF key request, kept connection', to: 'bare TLS-PSK', must: 0.6, ...overPc8(true) },
  { what: 'KMF key request, new connection', to: 'bare TLS-PSK', must: 0.85, ...overPc8(false) },
  {
    ...{ what: 'KMF PC6 key request (PKR)', to: 'bare TCP' },
    ...overDiameter('kmf2', 'kmf1', proseKey, ({ config, plmn, nextNumber }) => {
      const asking = findNode(config, 'kmf1').plmn
      const [[ue2Id]] = asking.kmf.proseUeIds
      const nafId = nafIdOf(plmn.kmf.fqdn, uaIds.prose)
      return () => ({
        ue1Id: { kind: 'b-tid', btid: btidIn(plmn.bsf.fqdn, nextNumber()) },
        ...{ ue2Id, nafId, visitedPlmn: asking.plmn, extensions: 0 },
      })
    }),
  },
  {
    ...{ what: 'BSF NAF key (BIR)', to: 'bare TCP' },
    ...overDiameter('bsf2', 'kmf2', bootstrappingInfo, ({ plmn, nextNumber }) => {
      const nafId = nafIdOf(plmn.kmf.fqdn, uaIds.prose)
      const gsids = [projectValues.proseGsid.value]
      return () => ({ btid: btidIn(plmn.bsf.fqdn, nextNumber()), nafId, gsids })
    }),
  },
  {
    ...{ what: 'BSF bootstrapping (Ub)', to: 'bare node:http' },
    ...{ node: 'bsf2', beside: ['hss2'], service: 'ub', bare: 'http' },
    open: ({ port, recorded, plmn, nextNumber }) =>
      ubLoad({ port, callers, realm: plmn.bsf.fqdn, nextNumber, recorded }),
    sizeOf: (done) => bodyLength(done.answer),
    recordedOf: (done) => done.requests,
  },
  {
    ...{ what: 'HSS vector (MAR)', to: 'bare TCP' },
    ...overDiameter('hss2', 'bsf2', multimediaAuth, ({ nextNumber }) => () => ({
      impi: Impi(impiOf(nextNumber())),
    })),
  },
]
