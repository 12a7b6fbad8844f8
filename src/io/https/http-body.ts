import type { IncomingMessage } from 'node:http'
import { concat } from '../../core/bytes.ts'

/** The body of a message, undefined when it has more octets than `limit`; then the rest of it was not read. */
export async function bodyWithin(limit: number, incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) return undefined
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of incoming as AsyncIterable<Uint8Array>) {
    length += part.length
    if (length > limit) return undefined
    parts.push(part)
  }
  return concat(...parts)
}
