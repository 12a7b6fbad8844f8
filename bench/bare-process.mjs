// Servers without anything of ours, as what is possible: `flipping`, or `diameter`, `tls13-psk` or `http` with answers of so many
// octets.
import { createServer } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { presharedKey } from './psk.mjs'
import { serve } from './served.mjs'

const [kind, size] = process.argv.slice(2)
const body = Buffer.alloc(Number(size), 0x20)

/** An answer of so many octets: the header of the request without its R bit, and nothing more. */
function answerTo(header) {
  const answer = Buffer.from(body)
  header.copy(answer, 0, 0, 20)
  answer.writeUIntBE(answer.length, 1, 3)
  answer[4] &= 0x7f
  return answer
}

/** Answers every message; nothing else is looked at but the lengths. */
function answeringMessages(socket) {
  let rest = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const octets = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const answers = []
    let at = 0
    while (at + 20 <= octets.length) {
      const length = octets.readUIntBE(at + 1, 3)
      if (at + length > octets.length) break
      answers.push(answerTo(octets.subarray(at, at + 20)))
      at += length
    }
    if (answers.length > 0) socket.write(answers.length === 1 ? answers[0] : Buffer.concat(answers))
    rest = octets.subarray(at)
  })
}

/** Every message comes back as an answer: its R bit is cleared, and nothing else is looked at but the lengths. */
function flipping(socket) {
  let rest = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const octets = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (at + 20 <= octets.length) {
      const length = octets.readUIntBE(at + 1, 3)
      if (at + length > octets.length) break
      octets[at + 4] &= 0x7f
      at += length
    }
    if (at > 0) socket.write(octets.subarray(0, at))
    rest = octets.subarray(at)
  })
}

/** Connections are kept while others have their turn. */
const keepAliveTimeout = 600_000

/** Reads the whole of a request and answers so many octets. */
function answering(incoming, outgoing) {
  incoming.on('data', () => undefined)
  incoming.on('end', () => {
    outgoing.writeHead(200, { 'content-length': body.length })
    outgoing.end(body)
  })
}

const servers = {
  flipping: () => createServer({ noDelay: true }, flipping),
  diameter: () => createServer({ noDelay: true }, answeringMessages),
  http: () => createHttpServer({ keepAliveTimeout }, answering),
  'tls13-psk': () =>
    createHttpsServer(
      {
        ...{ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256', keepAliveTimeout },
        pskCallback: () => presharedKey,
      },
      answering,
    ).on('tlsClientError', () => undefined),
}

const server = servers[kind]()
server.listen(0, '127.0.0.1', () => serve({ port: server.address().port }))
