import { MalformedMessage } from '../../core/errors.ts'

/** What one header field may cost its reader (B50). */
const limits = { characters: 4096, parameters: 32 } as const
const clause = 'RFC 7235 2.1'

const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const quoted = /"((?:[^"\\\u0000-\u0008\u000a-\u001f\u007f]|\\[\t\u0020-\u007e])*)"/y
const optionalSpace = /[ \t]*/y

/** Reads a header field once, from left to right. */
class Reader {
  readonly #name: string
  readonly #text: string
  at = 0

  constructor(name: string, text: string) {
    this.#name = name
    this.#text = text
  }

  get atEnd(): boolean {
    return this.at === this.#text.length
  }

  /** What `pattern` (sticky) matches here; undefined, without moving, when it does not. */
  next(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.#text)
    if (!match) return undefined
    this.at = pattern.lastIndex
    return match
  }

  /** True when `character` stood here and was passed. */
  pass(character: string): boolean {
    const there = this.#text[this.at] === character
    if (there) this.at++
    return there
  }

  space(): void {
    this.next(optionalSpace)
  }

  fail(reason: string): never {
    throw new MalformedMessage(this.#name, this.at, reason, { clause })
  }
}

/** Parameters by their names in lower case. */
export type AuthParameters = ReadonlyMap<string, string>

/**
 * The parameters of a header field `Digest name=value, name="value"`, or, without scheme, of Authentication-Info.
 * Every value may be a token or quoted. Throws MalformedMessage, also for a name that comes twice.
 */
export function parseAuthParameters(header: string, text: string, scheme?: 'Digest'): AuthParameters {
  const reader = new Reader(header, text)
  if (text.length > limits.characters) reader.fail(`more than ${limits.characters} characters`)
  if (scheme) passScheme(reader, scheme)
  const parameters = new Map<string, string>()
  do {
    reader.space()
    const name = reader.next(token)?.[0].toLowerCase() ?? reader.fail('a parameter name is needed')
    if (parameters.has(name)) reader.fail('a parameter comes twice')
    if (parameters.size >= limits.parameters) reader.fail(`more than ${limits.parameters} parameters`)
    parameters.set(name, valueOf(reader))
    reader.space()
  } while (reader.pass(','))
  if (!reader.atEnd) reader.fail('a comma is needed')
  return parameters
}

function passScheme(reader: Reader, scheme: string): void {
  reader.space()
  if (reader.next(token)?.[0].toLowerCase() !== scheme.toLowerCase()) reader.fail(`not of scheme ${scheme}`)
  if (!reader.pass(' ')) reader.fail('a space is needed after the scheme')
}

function valueOf(reader: Reader): string {
  reader.space()
  if (!reader.pass('=')) reader.fail('= is needed')
  reader.space()
  const text = reader.next(quoted)?.[1]
  if (text !== undefined) return text.replace(/\\(.)/g, '$1')
  return reader.next(token)?.[0] ?? reader.fail('a token or a quoted string is needed')
}

/** A parameter to be written: its name, its value and whether the value is quoted. */
export type AuthParameter = readonly [name: string, value: string | undefined, form: 'quoted' | 'token']

/** Parameters in order, those without value left out. */
export const writeAuthParameters = (parameters: readonly AuthParameter[]): string =>
  parameters
    .flatMap(([name, value, form]) => (value === undefined ? [] : [write(name, value, form)]))
    .join(', ')

const write = (name: string, value: string, form: 'quoted' | 'token'): string =>
  form === 'quoted' ? `${name}="${value.replace(/["\\]/g, '\\$&')}"` : `${name}=${value}`
