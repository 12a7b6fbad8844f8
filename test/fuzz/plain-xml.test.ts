import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedMessage } from '../../src/core/errors.ts'
import { plainXml } from '../../src/wire/plain-xml.ts'
import { parseAnyXml, type XmlElement } from '../../src/wire/xml.ts'

const limits = { depth: 16, elements: 256 }

/** What the parser of all of XML says. */
function general(text: string): XmlElement | undefined {
  try {
    return parseAnyXml(text)
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined
    throw error
  }
}

/** Pieces of documents, so that many of their rows are documents. */
const pieces = [
  ...[
    '<a>',
    '</a>',
    '<b>',
    '</b>',
    '<a/>',
    '<b k="1"/>',
    '<a k="1" l="2">',
    '<a k="1" k="2">',
    '</a >',
    '<a >',
  ],
  ...[
    '<a xmlns="urn:x">',
    '<a xmlns=""/>',
    '<a xmlns="urn:x" xmlns="urn:y">',
    '<p:a xmlns:p="urn:x">',
    '</p:a>',
  ],
  ...[
    '<a xmlns="http://www.w3.org/2000/xmlns/">',
    '<a xml:lang="de">',
    '<xml>',
    '<a\tk="1">',
    '<a k="1"l="2">',
  ],
  ...[
    'text',
    ' ',
    '\n',
    '\t',
    '\r',
    '&amp;',
    '&',
    '&#65;',
    ']]>',
    ']',
    '>',
    '"',
    "'",
    'ü',
    '\u0000',
    '\u007f',
  ],
  ...[
    '<!-- c -->',
    '<?x y?>',
    '<![CDATA[x]]>',
    '<!DOCTYPE a>',
    '<?xml version="1.0"?>',
    '<',
    '</',
    '/>',
    '=',
  ],
  ...["<a k='1'>", '<a k="<">', '<a k=">">', '<a k="&lt;">', '<a k=1>', '<a k>', '<1>', '<-a>', '<a.b-c_d>'],
]
const start = fc.constantFrom(
  '',
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<?xml version="1.0" encoding="UTF-8"?>\n',
)
const anyText = fc
  .tuple(start, fc.array(fc.constantFrom(...pieces), { maxLength: 12 }))
  .map(([head, parts]) => head + parts.join(''))

interface Tree {
  readonly tag: string
  readonly said: string
  readonly children: readonly (Tree | string)[]
}
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    tag: fc.constantFrom('a', 'b-c', '_d.1'),
    said: fc.constantFrom('', ' k="1"', ' xmlns="urn:x"', ' xmlns="" k="x y"'),
    children: fc.array(fc.oneof({ depthSize: 'small' }, fc.constantFrom('', 'text', ' \n'), tie('tree')), {
      maxLength: 4,
    }),
  }),
}))
const written = ({ tag, said, children }: Tree): string =>
  children.length === 0
    ? `<${tag}${said}/>`
    : `<${tag}${said}>${children.map((child) => (typeof child === 'string' ? child : written(child))).join('')}</${tag}>`

describe('plain XML', () => {
  it('is read as the parser of all of XML reads it, or not at all', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = plainXml(text, limits)
        if (plain) expect(plain).toEqual(general(text))
      }),
      { numRuns: 20_000 },
    )
  })

  it('is what programs write', () => {
    fc.assert(
      fc.property(start, tree, (head, root) => {
        const text = head + written(root)
        expect(plainXml(text, { depth: 100, elements: 10_000 })).toBeDefined()
        const known = general(text)
        if (known) expect(plainXml(text, limits)).toEqual(known)
        else expect(plainXml(text, limits)).toBeUndefined()
      }),
      { numRuns: 3_000 },
    )
  })
})
