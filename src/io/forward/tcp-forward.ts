import { connect as connectSocket, createServer, type Socket } from 'node:net'
import type { TcpListener, TcpStream } from '../../entities/ue/ip/ports.ts'

export const loopback = '127.0.0.1'
/** Octets that wait on their way to the link before the socket is read no further. */
const mostWaiting = 128 * 1024

/** The half of a socket that a stream over a link tells. */
function listenerOf(
  socket: Socket,
  stream: () => TcpStream | undefined,
  waiting: { octets: number },
): TcpListener {
  return {
    data(octets) {
      socket.write(octets, () => stream()?.consumed(octets.length))
    },
    ended: () => void socket.end(),
    acknowledged(octets) {
      waiting.octets -= octets
      if (waiting.octets < mostWaiting) socket.resume()
    },
    closed(failure) {
      // With a failure the program at the socket sees a reset, as it would without the link between.
      if (failure === undefined) socket.end()
      // What is being ended cannot be reset: it would stay open for ever.
      else if (socket.writableEnded) socket.destroy()
      else socket.resetAndDestroy()
    },
  }
}

/** What comes out of the socket goes into the stream. */
function pour(socket: Socket, stream: TcpStream, waiting: { octets: number }): void {
  socket.on('data', (octets: Uint8Array) => {
    waiting.octets += octets.length
    if (waiting.octets >= mostWaiting) socket.pause()
    stream.write(new Uint8Array(octets))
  })
  socket.on('end', () => stream.end())
  socket.on('close', (hadError) => {
    if (hadError) stream.abort()
  })
  // What is wrong is told by `close`, which follows.
  socket.on('error', () => undefined)
}

/** A port of loopback whose connections come out at the peer of a link. */
export interface Forward {
  readonly port: number
  close(): Promise<void>
}

/**
 * Listens on 127.0.0.1 and carries each connection over what `connect` opens; when that fails the connection is reset.
 * Rejects with the error of the socket.
 */
export async function openForward(
  port: number,
  connect: (listener: TcpListener) => Promise<TcpStream>,
): Promise<Forward> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    void carry(socket, connect)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, loopback, resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close() {
      for (const socket of open) socket.resetAndDestroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function carry(socket: Socket, connect: (listener: TcpListener) => Promise<TcpStream>): Promise<void> {
  const waiting = { octets: 0 }
  let stream: TcpStream | undefined
  socket.on('error', () => undefined)
  try {
    stream = await connect(listenerOf(socket, () => stream, waiting))
  } catch {
    socket.resetAndDestroy()
    return
  }
  pour(socket, stream, waiting)
  socket.resume()
}

/** Where connections of peers end. */
export interface TcpServer {
  /** An address, or a name for this machine to look up. */
  readonly host: string
  readonly port: number
}

/** Connects a stream that came over a link to a server that this machine reaches. */
export function toServer(stream: TcpStream, { host, port }: TcpServer): TcpListener {
  const waiting = { octets: 0 }
  const socket = connectSocket({ port, host, allowHalfOpen: true })
  pour(socket, stream, waiting)
  return listenerOf(socket, () => stream, waiting)
}
