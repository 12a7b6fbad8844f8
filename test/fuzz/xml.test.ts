import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../../src/core/bytes.ts'
import { MalformedMessage } from '../../src/core/errors.ts'
import { parseXml, type XmlElement } from '../../src/wire/xml.ts'
import { near } from './gba-text.ts'

/** What both parsers say of an element. */
type Said = readonly [string, string, readonly (readonly [string, string])[], string, readonly Said[], string]

interface Open {
  readonly name: string
  readonly namespace: string
  readonly attributes: readonly (readonly [string, string])[]
  readonly from: number
  readonly children: Said[]
  text: string
}

/** The same as another parser says it, which trims namespaces: what that refuses, or a DOCTYPE, gives undefined. */
function byOtherParser(source: string): Said | undefined {
  const parser = new SaxesParser({ xmlns: true, position: true })
  const open: Open[] = []
  let root: Said | undefined
  const refused: unknown[] = []
  parser.on('error', (error) => refused.push(error))
  parser.on('doctype', (type) => refused.push(type))
  parser.on('xmldecl', ({ version = '1.0', encoding = 'utf-8' }) => {
    if (version !== '1.0' || encoding.toLowerCase() !== 'utf-8') refused.push(version)
  })
  parser.on('opentag', ({ local, uri, attributes }) => {
    const own = Object.values(attributes).filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns')
    open.push({
      ...{ name: local, namespace: uri.trim(), from: source.lastIndexOf('<', parser.position - 1) },
      attributes: own.map(({ name, value }) => [name, value] as const).sort(),
      ...{ children: [], text: '' },
    })
  })
  const addText = (text: string): void => {
    const last = open.at(-1)
    if (last) last.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const closed = open.pop()
    if (!closed) return
    const { name, namespace, attributes, text, children, from } = closed
    const said = [name, namespace, attributes, text, children, source.slice(from, parser.position)] as const
    const outer = open.at(-1)
    if (outer) outer.children.push(said)
    else root = said
  })
  try {
    parser.write(source).close()
  } catch {
    return undefined
  }
  return refused.length > 0 ? undefined : root
}

const saidBy = (source: string, element: XmlElement): Said => [
  ...([element.name, element.namespace.trim(), [...element.attributes].sort(), element.text] as const),
  element.children.map((child) => saidBy(source, child)),
  source.slice(element.place.from, element.place.to),
]

function byOurs(source: string): Said | undefined {
  try {
    return saidBy(source, parseXml(utf8(source)))
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessage)
    return undefined
  }
}

const samples = [
  '<?xml version="1.0" encoding="UTF-8"?>\n<p:a xmlns:p="urn:x" k="1"><!-- c --><p:b>t&amp;u<![CDATA[<v>]]></p:b><b xmlns=""/></p:a>',
  '<a xmlns="urn:a" xmlns:x="urn:b"><x:b x:k="1" k="2">é\u{1f600}\r\n</x:b ></a>',
]
const pieces = ['<', '>', '</', '/>', '<b>', '</b>', '<a>', ' ', '"', "'", '=', ':', 'xmlns=""', 'xmlns:p="urn:y"', 'xmlns:x=""', ' x:k="1"', ' xml:lang="en"', 'xmlns:xml="u"', 'xmlns:xmlns="u"', '&lt;', '&#65;', '&#x41;', '&#6x;', '&#0;', '&bogus;', '<![CDATA[', ']]>', '<!--', '-->', '--', '<!DOCTYPE a>', '<?x?>', '<?xml version="1.0"?>', '\u0001', '\r', '\t', 'é', '\u{1f600}', '1', '-'] // prettier-ignore

/** Ours refuses it in comments and CDATA too. */
const isRefusedAnyhow = (source: string) => /&#(?!(?:\d+|x[\da-fA-F]+);)/.test(source)
/** A processing instruction with a colon in its name, or a question mark after it: of these the other takes some more or fewer. */
const hasOddInstruction = (source: string) => /<\?[^\s?]*(?::|\?[^>])/.test(source)

describe('R40: XML', () => {
  it('says what another parser says, and refuses what that refuses', () => {
    fc.assert(
      fc.property(near(samples, pieces), (edited) => {
        const source = fromUtf8(utf8(edited))
        fc.pre(!hasOddInstruction(source))
        expect(byOurs(source)).toEqual(isRefusedAnyhow(source) ? undefined : byOtherParser(source))
      }),
      { numRuns: 10_000 },
    )
  })
})
