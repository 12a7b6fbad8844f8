// POSTs over TLS 1.3 with a pre-shared key, on connections that are kept or on new ones.
import { once } from 'node:events'
import { connect } from 'node:tls'
import { presharedKey } from './psk.mjs'

const headEnd = Buffer.from('\r\n\r\n')

/** Octets of the first answer in these, undefined while it is not whole; throws when it is not 200. */
function answerLength(octets) {
  const end = octets.indexOf(headEnd)
  if (end < 0) return undefined
  const head = octets.latin1Slice(0, end)
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(`an answer that begins with ${head.slice(0, 40)}`)
  const length = end + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1])
  return octets.length < length ? undefined : length
}

function open(port, identity) {
  return connect({
    ...{ port, host: '127.0.0.1', minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' },
    servername: 'kmf.example',
    pskCallback: () => ({ psk: presharedKey, identity }),
    checkServerIdentity: () => undefined,
  })
}

/** The whole answer to what is written. */
function answer(socket, request) {
  return new Promise((resolve, reject) => {
    let octets = Buffer.alloc(0)
    const done = (settle, value) => {
      socket.off('data', take).off('error', fail).off('close', fail)
      settle(value)
    }
    const fail = (error) =>
      done(reject, error instanceof Error ? error : new Error('the connection was closed'))
    const take = (chunk) => {
      octets = octets.length === 0 ? chunk : Buffer.concat([octets, chunk])
      try {
        if (answerLength(octets) !== undefined) done(resolve, octets)
      } catch (error) {
        done(reject, error)
      }
    }
    socket.on('data', take).on('error', fail).on('close', fail)
    socket.write(request)
  })
}

/**
 * A load on `port`, `callers` at once. `identityOf(caller)` is its B-TID, `requestOf(number, caller)` gives the octets of each
 * request. Where connections are `kept` each caller has one.
 */
export async function pskLoad({ port, callers, identityOf, requestOf, kept }) {
  const sockets = kept ? Array.from({ length: callers }, (_, caller) => open(port, identityOf(caller))) : []
  await Promise.all(sockets.map((socket) => once(socket, 'secureConnect')))
  let number = 0
  async function onNew(caller) {
    const socket = open(port, identityOf(caller))
    try {
      await answer(socket, requestOf(number++, caller))
    } finally {
      socket.destroy()
    }
  }
  return {
    async rate(milliseconds) {
      const begun = performance.now()
      let done = 0
      const work = async (caller) => {
        for (; performance.now() < begun + milliseconds; done++)
          if (kept) await answer(sockets[caller], requestOf(number++, caller))
          else await onNew(caller)
      }
      await Promise.all(Array.from({ length: callers }, (_, caller) => work(caller)))
      return { done, seconds: (performance.now() - begun) / 1000 }
    },
    /** One answer, whole. */
    once: () => answer(sockets[0], requestOf(number++, 0)),
    close: () => sockets.forEach((socket) => socket.destroy()),
  }
}
