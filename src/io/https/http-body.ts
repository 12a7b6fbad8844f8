import type { IncomingMessage } from 'node:http'
import { concat } from '../../core/bytes.ts'

/** The body of a message, undefined when it has more octets than `limit`; then the rest of it was not read. */
export function bodyWithin(limit: number, incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    let length = 0
    const take = (part: Uint8Array) => {
      length += part.length
      if (length <= limit) parts.push(part)
      else {
        incoming.off('data', take).pause()
        resolve(undefined)
      }
    }
    incoming.on('data', take)
    incoming.once('end', () => resolve(concat(...parts)))
    incoming.once('error', reject)
    incoming.once('close', () => {
      if (!incoming.readableEnded) reject(new Error('the body ended before its end'))
    })
  })
}
