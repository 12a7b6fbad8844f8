import type { XmlElement, XmlPlace } from './xml.ts'

/** An element whose end was not read yet. */
interface Growing extends XmlElement {
  readonly place: XmlPlace
  readonly children: Growing[]
  text: string
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>'
/** No references, no `]]>`, no line end but LF, nothing beyond ASCII. */
const plainText = /^[\t\n\u0020-%'-\\^-~]*$/
const space = /^[\t\n ]*$/
const name = /^[A-Za-z_][A-Za-z0-9_.-]*$/
const attribute = / ([A-Za-z_][A-Za-z0-9_.-]*)="([^\t\n"<]*)"/y
/** Names that XML or its namespaces keep for themselves. */
const reserved = /^xml|http:\/\/www\.w3\.org\//i

/**
 * The root of a document as a program writes it: elements without prefixes, attributes in double quotes after one space each, no
 * comments, no references; every such document is well-formed XML 1.0. Undefined for all others, also for those that are not
 * well-formed or have more than so many elements or levels: these are for the parser of all of XML.
 */
export function plainXml(
  source: string,
  limits: { readonly depth: number; readonly elements: number },
): XmlElement | undefined {
  const begin = source.startsWith(declaration) ? declaration.length : 0
  if (!plainText.test(begin === 0 ? source : source.slice(begin))) return undefined
  return new PlainReader(source, begin, limits).root()
}

class PlainReader {
  readonly #source: string
  readonly #limits: { readonly depth: number; readonly elements: number }
  readonly #open: Growing[] = []
  #at: number
  #elements = 0
  #root: Growing | undefined

  constructor(source: string, begin: number, limits: { readonly depth: number; readonly elements: number }) {
    this.#source = source
    this.#at = begin
    this.#limits = limits
  }

  root(): XmlElement | undefined {
    const source = this.#source
    for (;;) {
      const from = source.indexOf('<', this.#at)
      if (!this.#takeText(source.slice(this.#at, from < 0 ? source.length : from))) return undefined
      if (from < 0) return this.#open.length === 0 ? this.#root : undefined
      const end = source.indexOf('>', from)
      if (end < 0) return undefined
      this.#at = end + 1
      const isGood = source[from + 1] === '/' ? this.#close(from, end) : this.#begin(from, end)
      if (!isGood) return undefined
    }
  }

  #takeText(text: string): boolean {
    const parent = this.#open.at(-1)
    if (!parent) return space.test(text)
    parent.text += text
    return true
  }

  #close(from: number, end: number): boolean {
    const closed = this.#open.pop()
    if (closed?.name !== this.#source.slice(from + 2, end)) return false
    closed.place.contentTo = from
    closed.place.to = end + 1
    return true
  }

  #begin(from: number, end: number): boolean {
    const isEmpty = this.#source[end - 1] === '/'
    const tag = this.#source.slice(from + 1, isEmpty ? end - 1 : end)
    const gap = tag.indexOf(' ')
    const parent = this.#open.at(-1)
    const element = elementOf(
      gap < 0 ? tag : tag.slice(0, gap),
      gap < 0 ? '' : tag.slice(gap),
      parent?.namespace ?? '',
      { from, contentFrom: end + 1, contentTo: end + 1, to: end + 1 },
    )
    const isWithin = ++this.#elements <= this.#limits.elements && this.#open.length < this.#limits.depth
    if (!element || !isWithin || (this.#root && !parent)) return false
    this.#root ??= element
    parent?.children.push(element)
    if (!isEmpty) this.#open.push(element)
    return true
  }
}

function elementOf(tagName: string, said: string, outer: string, place: XmlPlace): Growing | undefined {
  if (!name.test(tagName) || reserved.test(tagName)) return undefined
  const attributes = new Map<string, string>()
  let namespace: string | undefined
  for (attribute.lastIndex = 0; attribute.lastIndex < said.length;) {
    const [, key, value] = attribute.exec(said) ?? []
    if (key === undefined || value === undefined || attributes.has(key) || reserved.test(value))
      return undefined
    if (key !== 'xmlns') {
      if (reserved.test(key)) return undefined
      attributes.set(key, value)
    } else if (namespace === undefined) namespace = value
    else return undefined
  }
  return { name: tagName, namespace: namespace ?? outer, attributes, children: [], text: '', place }
}
