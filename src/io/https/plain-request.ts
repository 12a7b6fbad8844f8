/** What a request says that has nothing but what clients of PC8 say. */
export interface PlainRequest {
  readonly host: string
  readonly mediaType: string
  readonly traceparent: string
  readonly body: Uint8Array
}

const headEnd = '\r\n\r\n'
const field = /^([A-Za-z-]+):[ ]?([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/
const known = ['host', 'content-type', 'content-length', 'traceparent', 'connection', 'user-agent', 'accept']

/**
 * The one whole request in these octets; undefined for everything else, which node:http has to judge: another request line, a
 * field that may change what the others mean, or one that comes twice, and octets before or behind it. RFC 9112.
 */
export function plainRequest(octets: Buffer, requestLine: string): PlainRequest | undefined {
  const end = octets.indexOf(headEnd, 0, 'latin1')
  if (end < 0) return undefined
  const [first, ...lines] = octets.toString('latin1', 0, end).split('\r\n')
  if (first !== requestLine) return undefined
  const said = fieldsIn(lines)
  const body = octets.subarray(end + headEnd.length)
  const host = said?.get('host')
  const mediaType = said?.get('content-type')
  if (host === undefined || mediaType === undefined) return undefined
  if (said?.get('content-length') !== String(body.length)) return undefined
  if ((said.get('connection') ?? 'keep-alive') !== 'keep-alive') return undefined
  return { host, mediaType, traceparent: said.get('traceparent') ?? '', body }
}

function fieldsIn(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const [, name = '', value = ''] = field.exec(line) ?? []
    const low = name.toLowerCase()
    if (!known.includes(low) || fields.has(low)) return undefined
    fields.set(low, value)
  }
  return fields
}
