// Bootstrappings as UEs do them: a connection, a challenge, its answer with the RES of the card.
import { once } from 'node:events'
import { connect } from 'node:net'
import { Impi } from '../dist/core/identities/subscriber.js'
import { requestDigest } from '../dist/crypto/digest-response.js'
import { milenage } from '../dist/crypto/milenage.js'
import { akaDigest, parseAkaChallenge } from '../dist/reference-points/ub/aka-challenge.js'
import { requestOctets } from '../dist/reference-points/ub/http-octets.js'
import { writeCredentials } from '../dist/wire/http-digest/digest-headers.js'
import { answer, callersLoad } from './http-answer.mjs'
import { impiOf, secretsOf } from './subscribers.mjs'

const card = milenage(secretsOf.k, secretsOf.opc)
const body = new Uint8Array()
const cnonce = '0123456789abcdef'
const challengeField = /www-authenticate: *(.*)\r\n/i

function request(realm, username, parameters) {
  const { uri } = akaDigest
  const authorization = writeCredentials({ username, realm, uri, ...parameters })
  const fields = [
    ['Host', realm],
    ['User-Agent', '3gpp-gba'],
    ['Accept', '*/*'],
    ['Authorization', authorization],
  ]
  return requestOctets({ method: 'GET', target: uri, fields, body })
}

/** The request that follows a challenge. */
function response(realm, username, challenged) {
  const { rand, nonce, opaque } = parseAkaChallenge(challengeField.exec(challenged.latin1Slice())[1])
  const { algorithm, nc, qop, uri } = akaDigest
  const password = card.f2345(rand).res
  const digest = requestDigest('GET', { username, realm, password, nonce, nc, cnonce, qop, uri, body })
  return request(realm, username, {
    ...{ nonce, response: digest, qop, nc, cnonce, algorithm },
    ...(opaque !== undefined && { opaque }),
  })
}

/**
 * A load on `port` of all `callers` at once; each bootstrapping is of the subscriber with the next number. A bare server gets
 * the requests of `recorded`, and answers each with 200.
 */
export function ubLoad({ port, callers, realm, nextNumber, recorded }) {
  const socketOf = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return socket
  }
  async function bootstrapped(socket) {
    const username = Impi(impiOf(nextNumber()))
    const first = request(realm, username, { nonce: '', response: '' })
    const second = response(realm, username, await answer(socket, first, 401))
    return { requests: [first, second], answer: await answer(socket, second) }
  }
  async function replayed(socket) {
    for (const one of recorded) await answer(socket, one)
  }
  async function work() {
    const socket = await socketOf()
    try {
      return await (recorded ? replayed : bootstrapped)(socket)
    } finally {
      socket.destroy()
    }
  }
  return { ...callersLoad(callers, work), once: work, close: () => undefined }
}
