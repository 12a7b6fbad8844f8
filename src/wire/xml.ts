import {
  parseXml as readDocument,
  XmlDocumentType,
  XmlElement as Read,
  XmlText,
  type XmlDocument,
} from '@rgrove/parse-xml'
import { fromUtf8 } from '../core/bytes.ts'
import { MalformedMessage, ProseError } from '../core/errors.ts'
import {
  isDeclaration,
  localName,
  namespaceOf,
  noNamespaces,
  scopeWithin,
  type Scope,
} from './xml-namespaces.ts'

/** An element with its namespace resolved. Text is that of the element itself, without its children's. */
export interface XmlElement {
  readonly name: string
  readonly namespace: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  readonly text: string
  /** Where it stands in the text of the document: all of it, and what is between its tags. */
  readonly place: XmlPlace
}

/** Characters of the document, from `from` on, before `to`. */
export interface XmlPlace {
  readonly from: number
  readonly contentFrom: number
  readonly contentTo: number
  readonly to: number
}

/**
 * What a document may cost its reader (R41). `marks` is how often `<` stands in it, `returns` how often a carriage return, of
 * which each costs the parser a copy of the text: before anything is read.
 */
const limits = { octets: 64 * 1024, marks: 1024, returns: 1024, depth: 16, elements: 256 } as const

/** For places, and to see what is not allowed. */
const reading = { includeOffsets: true, preserveComments: true, preserveDocumentType: true } as const

/**
 * The root of an XML 1.0 document in UTF-8, without DTD, within the limits of R41; throws MalformedMessage.
 * Comments and processing instructions are passed over.
 */
export function parseXml(octets: Uint8Array): XmlElement {
  if (octets.length > limits.octets) throw malformed(limits.octets, 'longer than 64 KiB')
  const source = textOf(octets)
  checkBefore(source)
  const { root, children } = documentOf(source)
  const type = children.find((node) => node instanceof XmlDocumentType)
  if (type) throw malformed(type.start, 'a DOCTYPE is not allowed')
  if (!root) throw malformed(0, 'no element')
  return new Reader(source).element(root, noNamespaces, 1)
}

/** XML 1.0 2.8, for version 1.0 and UTF-8, whose BOM may stand before it. */
const declaration =
  /^\ufeff?<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"utf-8"|'utf-8'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/i

const malformed = (at: number, reason: string, cause?: unknown) =>
  new MalformedMessage('XML', at, reason, cause === undefined ? undefined : { cause })

function textOf(octets: Uint8Array): string {
  try {
    return fromUtf8(octets)
  } catch (cause) {
    throw malformed(0, cause instanceof ProseError ? cause.message : 'no text', cause)
  }
}

/** What the parser would only see when it has spent its time, or not at all. */
function checkBefore(source: string): void {
  checkCount(source, '<', limits.marks, 'times <')
  checkCount(source, '\r', limits.returns, 'carriage returns')
  if (/^\ufeff?<\?xml\s/.test(source) && !declaration.test(source))
    throw malformed(0, 'not said to be XML 1.0 in UTF-8')
  const reference = /&#(?!(?:\d+|x[\da-fA-F]+);)/.exec(source)
  if (reference) throw malformed(reference.index, 'no number of a character')
}

function checkCount(source: string, character: string, most: number, what: string): void {
  let count = 0
  for (let at = source.indexOf(character); at >= 0; at = source.indexOf(character, at + 1))
    if (++count > most) throw malformed(at, `more than ${most} ${what}`)
}

/** The message of the parser repeats parts of the document, which may be secret: only its first words are told. */
function documentOf(source: string): XmlDocument {
  try {
    return readDocument(source, reading)
  } catch (error) {
    const [reason = 'not well formed'] =
      error instanceof Error ? error.message.split(/[:`(]| for element/) : []
    throw malformed(error instanceof Error && 'pos' in error ? Number(error.pos) : 0, reason.trim())
  }
}

/** Elements of one document, as they are counted. */
class Reader {
  readonly #source: string
  #elements = 0

  constructor(source: string) {
    this.#source = source
  }

  element(read: Read, outer: Scope, depth: number): XmlElement {
    if (++this.#elements > limits.elements)
      throw malformed(read.start, `more than ${limits.elements} elements`)
    if (depth > limits.depth) throw malformed(read.start, `deeper than ${limits.depth}`)
    const scope = scopeWithin(outer, read)
    const children: XmlElement[] = []
    let text = ''
    for (const node of read.children)
      if (node instanceof Read) children.push(this.element(node, scope, depth + 1))
      else if (node instanceof XmlText) text += node.text
    return new Element(namespaceOf(read, scope), children, text, read, this.#source)
  }
}

/** What few ask for is found when it is asked for. */
class Element implements XmlElement {
  readonly name: string
  readonly namespace: string
  readonly children: readonly XmlElement[]
  readonly text: string
  readonly #read: Read
  readonly #source: string

  constructor(namespace: string, children: readonly XmlElement[], text: string, read: Read, source: string) {
    this.name = localName(read.name)
    this.namespace = namespace
    this.children = children
    this.text = text
    this.#read = read
    this.#source = source
  }

  get attributes(): ReadonlyMap<string, string> {
    const all = Object.entries(this.#read.attributes)
    return new Map(all.filter(([name]) => !isDeclaration(name)))
  }

  /** A closing tag, or an empty element, ends before `end`; no `<` stands in it but its first character. */
  get place(): XmlPlace {
    const { start: from, end, children } = this.#read
    const [first] = children
    const to = Math.min(end, this.#source.length)
    const isEmpty = !first && this.#source.endsWith('/>', to)
    const contentTo = isEmpty ? to : this.#source.lastIndexOf('<', to - 1)
    return { from, contentFrom: first ? first.start : contentTo, contentTo, to }
  }
}

/** An element to be written: its children in order, or its text. */
export interface XmlNode {
  readonly name: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly content?: string | readonly XmlNode[]
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string): string =>
  !/[&<>"]/.test(text) ? text : text.replace(/[&<>"]/g, (character) => escapes[character] ?? character)

function writeNode(node: XmlNode): string {
  let text = `<${node.name}`
  for (const [name, value] of Object.entries(node.attributes ?? {})) text += ` ${name}="${escape(value)}"`
  if (node.content === undefined || node.content.length === 0) return `${text}/>`
  text += '>'
  if (typeof node.content === 'string') text += escape(node.content)
  else for (const child of node.content) text += writeNode(child)
  return `${text}</${node.name}>`
}

/** A document with its declaration, without white space of its own. */
export const writeXml = (root: XmlNode): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${writeNode(root)}\n`
