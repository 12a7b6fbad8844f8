import { SaxesParser, type SaxesTagNS } from 'saxes'
import { fromUtf8 } from '../core/bytes.ts'
import { MalformedMessage, ProseError } from '../core/errors.ts'

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
  contentTo: number
  to: number
}

/** What a document may cost its reader (R41). */
const limits = { octets: 64 * 1024, depth: 16, elements: 256, expandedText: 64 * 1024 } as const

interface Open {
  readonly element: XmlElement & { readonly children: XmlElement[]; text: string }
}

/**
 * The root of an XML 1.0 document in UTF-8, without DTD, within the limits of R41; throws MalformedMessage.
 * Comments and processing instructions are passed over.
 */
export function parseXml(octets: Uint8Array): XmlElement {
  if (octets.length > limits.octets) throw new MalformedMessage('XML', limits.octets, 'longer than 64 KiB')
  return parsed(textOf(octets))
}

function textOf(octets: Uint8Array): string {
  try {
    return fromUtf8(octets)
  } catch (cause) {
    throw new MalformedMessage('XML', 0, cause instanceof ProseError ? cause.message : 'no text', { cause })
  }
}

/** One that has ended a document begins the next as a new one would; after an error there is another. */
let idle: Reader | undefined

function parsed(source: string): XmlElement {
  const reader = idle ?? new Reader()
  idle = undefined
  const root = reader.read(source)
  idle = reader
  return root
}

class Reader {
  readonly #parser = new SaxesParser({ xmlns: true, position: true })
  #source = ''
  #open: Open[] = []
  #root: XmlElement | undefined
  #elements = 0
  #textLength = 0

  constructor() {
    const parser = this.#parser
    parser.on('xmldecl', ({ version, encoding }) => {
      if ((version ?? '1.0') !== '1.0') this.#fail('not XML 1.0')
      if ((encoding ?? 'utf-8').toLowerCase() !== 'utf-8') this.#fail('not said to be UTF-8')
    })
    parser.on('doctype', () => this.#fail('a DOCTYPE is not allowed'))
    parser.on('error', (error) => this.#fail(error.message))
    parser.on('opentag', (tag) => this.#begin(tag))
    parser.on('text', (text) => this.#addText(text))
    parser.on('cdata', (text) => this.#addText(text))
    parser.on('closetag', () => {
      const closed = this.#open.pop()
      if (closed) endPlace(closed.element.place, this.#source, parser.position)
    })
  }

  /** Not again once it has thrown. */
  read(source: string): XmlElement {
    this.#source = source
    try {
      this.#parser.write(source).close()
    } catch (error) {
      if (error instanceof MalformedMessage) throw error
      throw new MalformedMessage('XML', 0, 'not well formed', { cause: error })
    }
    const root = this.#root ?? this.#fail('no element')
    this.#source = ''
    this.#open = []
    this.#root = undefined
    this.#elements = 0
    this.#textLength = 0
    return root
  }

  #fail(reason: string): never {
    throw new MalformedMessage('XML', this.#parser.position, reason)
  }

  #begin(tag: SaxesTagNS): void {
    if (++this.#elements > limits.elements) this.#fail(`more than ${limits.elements} elements`)
    if (this.#open.length >= limits.depth) this.#fail(`deeper than ${limits.depth}`)
    const attributes = new Map<string, string>()
    for (const attribute of Object.values(tag.attributes))
      if (attribute.prefix !== 'xmlns' && attribute.name !== 'xmlns')
        attributes.set(attribute.name, attribute.value)
    const element = {
      name: tag.local,
      namespace: tag.uri,
      attributes,
      children: [],
      text: '',
      place: placeFrom(this.#source, this.#parser.position),
    }
    this.#open.at(-1)?.element.children.push(element)
    this.#open.push({ element })
    this.#root ??= element
  }

  #addText(text: string): void {
    this.#textLength += text.length
    if (this.#textLength > limits.expandedText) this.#fail('more than 64 KiB of text')
    const parent = this.#open.at(-1)
    if (parent) parent.element.text += text
  }
}

/** An opening tag ends before `end`; no `<` stands in it but its first character. */
const placeFrom = (source: string, end: number): XmlPlace => ({
  from: source.lastIndexOf('<', end - 1),
  contentFrom: end,
  contentTo: end,
  to: end,
})

/** A closing tag, or an empty element, ends before `end`. */
function endPlace(place: XmlPlace, source: string, end: number): void {
  place.to = end
  place.contentTo = end === place.contentFrom ? end : source.lastIndexOf('<', end - 1)
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
