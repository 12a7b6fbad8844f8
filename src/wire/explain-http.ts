import { MalformedMessage } from '../core/errors.ts'
import { moved, type ByteRange, type Explanation } from './explanation.ts'
import { parseAuthParameters } from './http-digest/auth-parameters.ts'

/** Header fields of Digest, and the scheme before their parameters. RFC 2617 3.2. */
const digestFields: Readonly<Record<string, 'Digest' | undefined>> = {
  'www-authenticate': 'Digest',
  authorization: 'Digest',
  'authentication-info': undefined,
}

const requestLine = /^(?<method>[A-Z]+) (?<target>\S+) (?<version>HTTP\/\d\.\d)$/
const statusLine = /^(?<version>HTTP\/\d\.\d) (?<status>\d{3}) (?<reason>.*)$/

/** What each octet of an HTTP/1.1 message says; `body` explains what follows the head. Never throws. RFC 9112 2.1. */
export function explainHttp(octets: Uint8Array, body: (octets: Uint8Array) => Explanation): Explanation {
  const text = latin1(octets)
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return unread(octets.length, 'the head has no end')
  const [first = '', ...lines] = text.slice(0, head).split('\r\n')
  const match = requestLine.exec(first) ?? statusLine.exec(first)
  if (!match) return unread(0, 'neither a request line nor a status line')
  let at = first.length + 2
  const fields: ByteRange[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1)
      return { ...unread(at, 'a header field has no name'), ranges: [startLine(first, match), ...fields] }
    fields.push(fieldRange(line, colon, at))
    at += line.length + 2
  }
  const ranges = [startLine(first, match), ...fields]
  const { status, reason = '', method = '' } = match.groups ?? {}
  const name = status === undefined ? method : `${status} ${reason}`
  if (head + 4 === octets.length) return { name, clause: 'RFC 9112 2.1', ranges }
  const inner = moved(body(octets.subarray(head + 4)), head + 4)
  return {
    name: inner.name === '' ? name : `${name}, ${inner.name}`,
    clause: inner.clause ?? 'RFC 9112 2.1',
    ranges: [...ranges, ...inner.ranges],
    ...(inner.stopped ? { stopped: inner.stopped } : {}),
  }
}

const unread = (offset: number, reason: string): Explanation => ({
  name: 'unknown',
  ranges: [],
  stopped: { field: 'HTTP head', offset, reason },
})

function startLine(line: string, match: RegExpExecArray): ByteRange {
  let at = 0
  const parts = Object.entries(match.groups ?? {}).map(([name, text]): ByteRange => {
    const from = line.indexOf(text, at)
    at = from + text.length
    return { name, from, valueFrom: from, to: at, text }
  })
  return {
    name: match.groups?.['status'] === undefined ? 'request line' : 'status line',
    ...{ from: 0, valueFrom: 0, to: line.length },
    text: line,
    parts,
  }
}

function fieldRange(line: string, colon: number, at: number): ByteRange {
  const name = line.slice(0, colon)
  const value = line.slice(colon + 1)
  const valueAt = colon + 1 + value.length - value.trimStart().length
  const text = value.trim()
  const parts = digestParts(name.toLowerCase(), text, at + valueAt)
  return {
    name,
    ...{ from: at, valueFrom: at + valueAt, to: at + line.length },
    format: 'header field',
    text,
    ...(parts ? { parts } : {}),
  }
}

/** The parameters of a Digest header field, where it can be read. */
function digestParts(name: string, text: string, at: number): ByteRange[] | undefined {
  if (!Object.hasOwn(digestFields, name)) return undefined
  try {
    let from = 0
    return Array.from(parseAuthParameters(name, text, digestFields[name]), ([parameter, value]) => {
      const pattern = new RegExp(`\\b${parameter}\\s*=\\s*("(?:[^"\\\\]|\\\\.)*"|[^\\s,"]+)`, 'iy')
      while (from < text.length && ((pattern.lastIndex = from), !pattern.test(text))) from++
      const end = pattern.lastIndex
      const valueAt = text.indexOf('=', from) + 1
      const range = { name: parameter, from: at + from, valueFrom: at + valueAt, to: at + end, text: value }
      from = end
      return range
    })
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined
    throw error
  }
}

/** One character an octet, so that places in the text are places in the octets. */
function latin1(octets: Uint8Array): string {
  let text = ''
  for (const octet of octets) text += String.fromCharCode(octet)
  return text
}
