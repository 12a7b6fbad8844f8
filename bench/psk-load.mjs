// POSTs over TLS 1.3 with a pre-shared key, on connections that are kept or on new ones.
import { once } from 'node:events'
import { connect } from 'node:tls'
import { answer, callersLoad } from './http-answer.mjs'
import { presharedKey } from './psk.mjs'

function open(port, identity) {
  return connect({
    ...{ port, host: '127.0.0.1', minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' },
    servername: 'kmf.example',
    pskCallback: () => ({ psk: presharedKey, identity }),
    checkServerIdentity: () => undefined,
  })
}

/**
 * A load on `port` of all `callers` at once. `identityOf(caller)` is its B-TID, `requestOf(caller)` gives the octets of its
 * next request. Where connections are `kept` each caller has one.
 */
export async function pskLoad({ port, callers, identityOf, requestOf, kept }) {
  const sockets = new Map()
  if (kept) for (const caller of callers) sockets.set(caller, open(port, identityOf(caller)))
  await Promise.all([...sockets.values()].map((socket) => once(socket, 'secureConnect')))
  async function onNew(caller) {
    const socket = open(port, identityOf(caller))
    try {
      return await answer(socket, requestOf(caller))
    } finally {
      socket.destroy()
    }
  }
  const work = kept ? (caller) => answer(sockets.get(caller), requestOf(caller)) : onNew
  return {
    ...callersLoad(callers, work),
    /** One answer, whole. */
    once: () => work(callers[0]),
    close: () => sockets.forEach((socket) => socket.destroy()),
  }
}
