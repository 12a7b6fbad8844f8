// Servers without anything of ours, as what is possible: `diameter`, `tls13-psk` or `http`, answers of so many octets.
import { createServer } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { presharedKey } from './psk.mjs'
import { serve } from './served.mjs'

const [kind, size] = process.argv.slice(2)
const body = Buffer.alloc(Number(size), 0x20)

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

/** Reads the whole of a request and answers so many octets. */
function answering(incoming, outgoing) {
  incoming.on('data', () => undefined)
  incoming.on('end', () => {
    outgoing.writeHead(200, { 'content-length': body.length })
    outgoing.end(body)
  })
}

const servers = {
  diameter: () => createServer({ noDelay: true }, flipping),
  http: () => createHttpServer(answering),
  'tls13-psk': () =>
    createHttpsServer(
      {
        ...{ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' },
        pskCallback: () => presharedKey,
      },
      answering,
    ).on('tlsClientError', () => undefined),
}

const server = servers[kind]()
server.listen(0, '127.0.0.1', () => serve({ port: server.address().port }))
