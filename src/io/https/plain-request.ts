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

type Head = Omit<PlainRequest, 'body'> & { readonly length: string }

/** Heads that were read, by their text: those of one client differ by little. */
const heads = new Map<string, Head>()
const mostHeads = 64
/** In octets; longer ones are for the limits of node:http. */
const longestHead = 1024

/**
 * The one whole request in these octets; undefined for everything else, which node:http has to judge: another request line, a
 * field that may change what the others mean, or one that comes twice, and octets before or behind it. RFC 9112.
 */
export function plainRequest(octets: Buffer, requestLine: string): PlainRequest | undefined {
  const end = octets.indexOf(headEnd, 0, 'latin1')
  if (end < 0 || end > longestHead) return undefined
  const head = headOf(octets.toString('latin1', 0, end), requestLine)
  const body = octets.subarray(end + headEnd.length)
  return head?.length === String(body.length) ? { ...head, body } : undefined
}

function headOf(text: string, requestLine: string): Head | undefined {
  const known = heads.get(text)
  if (known && text.startsWith(`${requestLine}\r\n`)) return known
  const head = readHead(text, requestLine)
  if (heads.size >= mostHeads) heads.clear()
  if (head) heads.set(text, head)
  return head
}

function readHead(text: string, requestLine: string): Head | undefined {
  const [first, ...lines] = text.split('\r\n')
  const said = first === requestLine ? fieldsIn(lines) : undefined
  const host = said?.get('host')
  const mediaType = said?.get('content-type')
  const length = said?.get('content-length')
  if (host === undefined || mediaType === undefined || length === undefined) return undefined
  if ((said?.get('connection') ?? 'keep-alive') !== 'keep-alive') return undefined
  return { host, mediaType, length, traceparent: said?.get('traceparent') ?? '' }
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
