// Requests on one Diameter connection, so many without an answer at a time.
import { once } from 'node:events'
import { connect } from 'node:net'
import { baseRequest } from '../dist/io/diameter/identity.js'
import { decodeMessage } from '../dist/wire/diameter/message.js'
import { resultOf } from '../dist/wire/diameter/command.js'

/** What an answer says; throws when it is no success. */
function check(octets) {
  const { code } = resultOf(decodeMessage(new Uint8Array(octets)).avps)
  if (code !== 2001) throw new Error(`an answer with the result ${code}`)
}

/** Every so many answers one is decoded: the load must stay far cheaper than what is measured. */
const checked = 64

/**
 * Connects as `identity`, with CER and CEA unless the server is a bare one. `requestOf()` gives the octets of the next
 * request, of which `window` may be without an answer.
 */
export async function diameterLoad({ port, identity, requestOf, window, isBare = false }) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let rest = Buffer.alloc(0)
  let answers = 0
  let failure
  let last
  let heard = () => undefined
  const take = (octets) => {
    last = octets
    if (!isBare && answers++ % checked === 0)
      try {
        check(octets)
      } catch (error) {
        failure ??= error
      }
  }
  socket.on('data', (chunk) => {
    const octets = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    let count = 0
    while (at + 20 <= octets.length) {
      const length = octets.readUIntBE(at + 1, 3)
      if (at + length > octets.length) break
      if ((octets[at + 4] & 0x80) === 0) {
        take(octets.subarray(at, at + length))
        count++
      }
      at += length
    }
    rest = octets.subarray(at)
    if (count > 0) heard(count)
  })
  socket.on('error', (error) => (failure ??= error))
  socket.on('close', () => {
    failure ??= new Error('the connection was closed')
    heard(0)
  })
  if (!isBare) {
    const open = new Promise((resolve) => (heard = resolve))
    socket.write(baseRequest.cer(identity, { hopByHop: 1, endToEnd: 1 }))
    await open
    if (failure) throw failure
  }

  /** Sends `window` requests, and one more for each answer until then; gives the answers, and what time they took. */
  const rate = (milliseconds, atOnce = window) =>
    new Promise((resolve, reject) => {
      const begun = performance.now()
      let out = 0
      let done = 0
      const send = (count) => {
        const requests = []
        for (let each = 0; each < count; each++) requests.push(requestOf())
        out += count
        socket.write(count === 1 ? requests[0] : Buffer.concat(requests))
      }
      heard = (count) => {
        done += count
        out -= count
        if (failure) reject(failure)
        else if (performance.now() < begun + milliseconds) send(count)
        else if (out === 0) resolve({ done, seconds: (performance.now() - begun) / 1000 })
      }
      send(atOnce)
    })
  return {
    rate,
    /** One answer, whole. */
    async once() {
      answers = 0
      await rate(0, 1)
      return last
    },
    close: () => socket.destroy(),
  }
}
