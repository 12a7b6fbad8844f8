import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { TcpListener } from '../../../src/entities/ue/ip/ports.ts'
import { toServer } from '../../../src/io/forward/tcp-forward.ts'

describe('a connection of a peer to a server of this machine', () => {
  it.each([
    ['resets', ['closed']],
    ['ends and is gone in the same moment', ['ended', 'closed']],
  ] as const)('leaves no socket when the peer %s after the server has ended', async (_, told) => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('answer'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const end = () => {
      for (const what of told) {
        if (what === 'ended') listener.ended()
        else listener.closed('reset')
      }
    }
    const nothing = () => undefined
    const stream = { write: nothing, consumed: nothing, abort: nothing, end }
    const listener: TcpListener = toServer(stream, { host: '127.0.0.1', port })
    const [accepted] = (await once(server, 'connection')) as [NodeJS.EventEmitter]
    await new Promise((closed) => accepted.once('close', closed))
    await new Promise((closed) => server.close(closed))
    expect(process.getActiveResourcesInfo()).not.toContain('TCPSocketWrap')
  })
})
