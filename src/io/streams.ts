import { connect, type Server, type Socket } from 'node:net'

/** Where a server listens or is reached. */
export interface StreamAddress {
  readonly host: string
  readonly port: number
}

/** How streams of octets come about between nodes: TCP, or what a simulation puts in its place. */
export interface Streams {
  /** Lets the server take connections there; port 0 draws a free one. Gives the port; throws the error of its socket. */
  listen(server: Server, address: StreamAddress): Promise<number>
  /** A connection on its way: it emits `connect`, or `error` and `close`. */
  connect(address: StreamAddress): Socket
  /** Gets a connection that TLS opens there by itself; it may end it. */
  readonly follow?: (address: StreamAddress, socket: Socket) => void
}

export const tcp: Streams = {
  listen: (server, { host, port }) =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        const taken = server.address()
        resolve(taken !== null && typeof taken === 'object' ? taken.port : port)
      })
    }),
  connect: (address) => connect({ ...address, noDelay: true }),
}
