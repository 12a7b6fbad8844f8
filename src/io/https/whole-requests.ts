import type { Socket } from 'node:net'

/** Says the answer to a request, in Latin-1; after the last one the connection ends. */
export type Say = (answer: string, isLast: boolean) => void

/**
 * Gives `serve` all that comes in one piece on a connection whose requests wait for the answer of the one before. With the
 * first piece that it does not take, which then is in the socket again, the connection is that of `others`.
 */
export function serveWhole(
  socket: Socket,
  serve: (octets: Buffer, say: Say) => Promise<void> | undefined,
  others: () => void,
): void {
  let isServing = false
  const held: Buffer[] = []
  const say: Say = (answer, isLast) => {
    if (!socket.writable) return
    if (isLast) socket.end(answer, 'latin1')
    else socket.write(answer, 'latin1')
  }
  const next = () => {
    isServing = false
    if (held.length === 0) return
    take(Buffer.concat(held.splice(0)))
    socket.resume()
  }
  const take = (octets: Buffer): void => {
    if (isServing) {
      held.push(octets)
      socket.pause()
      return
    }
    const served = socket.destroyed ? undefined : serve(octets, say)
    if (served) {
      isServing = true
      void served.then(next)
      return
    }
    socket.off('data', take)
    socket.unshift(octets)
    others()
  }
  socket.on('data', take)
}
