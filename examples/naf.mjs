// A NAF of its own beside a BSF of Sidelock: one document for each subscriber, as an XCAP server has them, over HTTP Digest
// and over TLS with the key of a B-TID. What it uses is what the package exports. docs/naf.md
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import {
  bootstrappingInfo,
  DiameterNode,
  DigestServer,
  Fqdn,
  milliseconds,
  NafKeys,
  startGbaServer,
  systemClock as clock,
  systemRandom as random,
  systemTimers as timers,
  TemporaryFailure,
} from 'sidelock'

const text = (value) => ({ type: 'string', default: value })
const { values: flags } = parseArgs({
  options: {
    fqdn: text('naf.example.org'),
    'origin-host': text('as.example.org'),
    bsf: text('127.0.0.1:3868'),
    'bsf-host': text('bsf1.epc.mnc001.mcc001.3gppnetwork.org'),
    'bsf-realm': text('epc.mnc001.mcc001.3gppnetwork.org'),
    lab: text('.sidelock/naf'),
    http: text('8080'),
    https: text('8443'),
  },
})

// Zn: the BSF knows this NAF by its certificate.
const originHost = Fqdn(flags['origin-host'])
const pem = (name) => readFileSync(`${flags.lab}/${name}`, 'utf8')
const applications = [bootstrappingInfo.command.applicationId]
const zn = new DiameterNode({
  identity: {
    ...{ originHost, originRealm: Fqdn(originHost.slice(originHost.indexOf('.') + 1)), applications },
    ...{
      hostIpAddresses: ['127.0.0.1'],
      productName: 'demo NAF',
      originStateId: Math.floor(Date.now() / 1000),
    },
  },
  security: {
    ...{ ca: pem('ca/ca.pem'), cert: pem(`certs/${originHost}.pem`), key: pem(`certs/${originHost}.key`) },
  },
  ...{ clock, timers, random },
})
const realm = Fqdn(flags['bsf-realm'])
const [host, port] = flags.bsf.split(':')
zn.addPeer({ host: Fqdn(flags['bsf-host']), realm, applications, address: { host, port: Number(port) } })

const keys = new NafKeys({
  fqdn: Fqdn(flags.fqdn),
  ask: (request) =>
    zn.request(bootstrappingInfo, request, { destinationRealm: realm, deadline: milliseconds(5000) }),
  clock,
})

// The documents: /simservs.ngn.etsi.org/users/IMPI/simservs, each for its owner alone.
const path = /^\/simservs\.ngn\.etsi\.org\/users\/([^/]+)\/simservs$/
function documentFor(ue, method, url) {
  const [, owner] = path.exec(decodeURI(url)) ?? []
  if (owner === undefined) return { status: 404, body: '' }
  if (owner !== ue.impi) return { status: 403, body: '' }
  if (method !== 'GET') return { status: 405, body: '' }
  const body = '<simservs><originating-identity-presentation active="true"/></simservs>\n'
  return { status: 200, body }
}

function say(outgoing, { status, body }, fields = {}) {
  const type = body === '' ? {} : { 'Content-Type': 'application/simservs+xml' }
  outgoing.writeHead(status, { ...type, 'Content-Length': Buffer.byteLength(body), ...fields })
  outgoing.end(body)
}

/** A BSF that is away is no reason to bootstrap: 503. */
const orUnavailable = (outgoing) => (error) => {
  if (!(error instanceof TemporaryFailure)) console.error(error)
  say(outgoing, { status: error instanceof TemporaryFailure ? 503 : 500, body: '' })
}

// HTTP Digest with Ks_NAF as the password. TS 33.222 5.3
const digest = new DigestServer({ fqdn: Fqdn(flags.fqdn), keys, clock, random })
const plain = createServer((incoming, outgoing) => {
  const { method, url: target } = incoming
  const fields = Object.entries(incoming.headersDistinct).flatMap(([name, all]) =>
    all.map((one) => [name, one]),
  )
  digest
    .check({ method, target, fields, body: Buffer.alloc(0) })
    .then((checked) => {
      if (checked.outcome === 'refused') return say(outgoing, { status: checked.status, body: '' })
      if (checked.outcome === 'challenge')
        return say(outgoing, { status: 401, body: '' }, { 'WWW-Authenticate': checked.wwwAuthenticate })
      const answer = documentFor(checked.ue, method, target)
      const info = checked.authenticationInfo(Buffer.from(answer.body))
      return say(outgoing, answer, { 'Authentication-Info': info })
    })
    .catch(orUnavailable(outgoing))
})
plain.listen(Number(flags.http), '127.0.0.1')

// TLS with Ks_NAF as the pre-shared key. TS 33.222 5.4
await startGbaServer({
  ...{ address: '127.0.0.1', port: Number(flags.https), versions: ['1.3', '1.2'], maxConnections: 100 },
  associate: (offer) => keys.associate(offer),
  async serve({ ue }, incoming, outgoing) {
    say(outgoing, ue ? documentFor(ue, incoming.method, incoming.url) : { status: 401, body: '' })
  },
  onFault: (error) => console.error(error),
})

await zn.whenAvailable(Fqdn(flags['bsf-host']))
console.log(
  `${flags.fqdn} serves http ${flags.http} and https ${flags.https}, its BSF is ${flags['bsf-host']}`,
)
