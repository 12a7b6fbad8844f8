import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../src/core/bytes.ts'
import { MalformedMessage } from '../../src/core/errors.ts'
import { parseXml, writeXml } from '../../src/wire/xml.ts'
import { expectQuick } from '../fuzz/gba-text.ts'

const parse = (text: string) => parseXml(utf8(text))
const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`
const wide = (elements: number) => `<a>${'<b/>'.repeat(elements - 1)}</a>`

describe('XML', () => {
  it('reads names with their namespace, attributes, text and children', () => {
    const root = parse(
      '<p:a xmlns:p="urn:x" k="1"><!-- c --><p:b>t&amp;u<![CDATA[<v>]]></p:b><b xmlns=""/></p:a>',
    )
    expect([root.name, root.namespace, root.attributes.get('k')]).toEqual(['a', 'urn:x', '1'])
    expect(root.children.map(({ name, namespace, text }) => [name, namespace, text])).toEqual([
      ['b', 'urn:x', 't&u<v>'],
      ['b', '', ''],
    ])
  })

  it('writes what it reads', () => {
    const text = writeXml({
      name: 'a',
      attributes: { k: '<"&' },
      content: [{ name: 'b', content: 'x<>&"y' }],
    })
    const root = parse(text)
    expect([root.attributes.get('k'), root.children[0]?.text]).toEqual(['<"&', 'x<>&"y'])
  })

  it('R41: takes depth 16, 256 elements and 64 KiB', () => {
    expect(() => parse(nested(16))).not.toThrow()
    expect(() => parse(wide(256))).not.toThrow()
    expect(() => parse(`<a><!--${'<'.repeat(1_021)}--></a>`)).not.toThrow()
    expect(() => parse(`<a>${'\r\n'.repeat(1_024)}</a>`)).not.toThrow()
    expect(() => parse(`<a>${'x'.repeat(64 * 1024 - 7)}</a>`)).not.toThrow()
  })

  const entities = `<!DOCTYPE a [<!ENTITY e "${'x'.repeat(1024)}">]><a>${'&e;'.repeat(1000)}</a>`
  const hostile: readonly (readonly [string, string, Uint8Array])[] = [
    ['B44', 'DOCTYPE', utf8('<!DOCTYPE a><a/>')],
    ['B44', 'external entity', utf8('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>')],
    ['B44', 'external subset', utf8('<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>')],
    ['B44', '1 KiB entity used 1000 times', utf8(entities)],
    ['B44', 'undeclared entity', utf8('<a>&e;</a>')],
    ['B44', '60 000 numeric entities', utf8(`<a>${'&#65;'.repeat(60_000)}</a>`)],
    ['B45', 'depth 17', utf8(nested(17))],
    ['B45', '257 elements', utf8(wide(257))],
    ['B45', 'depth 9 000', utf8(nested(9_000))],
    ['B45', '1 025 times <, in a comment', utf8(`<a><!--${'<'.repeat(1_022)}--></a>`)],
    ['B45', '1 025 carriage returns', utf8(`<a>${'\r'.repeat(1_025)}</a>`)],
    ['B45', '60 000 carriage returns, in a comment', utf8(`<a><!--${'\r'.repeat(60_000)}--></a>`)],
    ['B45', 'unclosed', utf8('<a><b></b>')],
    ['B45', 'two roots', utf8('<a/><a/>')],
    ['B45', 'no root', utf8('<?xml version="1.0"?>')],
    ['B45', 'NUL', utf8('<a>\u0000</a>')],
    ['B45', 'NUL by number', utf8('<a>&#0;</a>')],
    ['B45', 'invalid UTF-8', concat(utf8('<a>'), Uint8Array.of(0xc3, 0x28), utf8('</a>'))],
    ['B45', 'BOM of UTF-16', Uint8Array.from([0xff, 0xfe, 0x3c, 0, 0x61, 0, 0x2f, 0, 0x3e, 0])],
    ['B45', 'an attribute twice', utf8('<a k="1" k="2"/>')],
    ['B45', 'an attribute twice, by two prefixes', utf8('<a xmlns:p="u" xmlns:q="u" p:k="1" q:k="2"/>')],
    ['B45', 'an unbound prefix', utf8('<p:a/>')],
    ['B45', '64 KiB + 1', utf8(`<a>${'x'.repeat(64 * 1024 - 6)}</a>`)],
    ['B45', 'nothing', new Uint8Array()],
    ['B45', 'text only', utf8('hello')],
  ]
  it.each(hostile)('%s: refuses %s, in below 50 ms', (_, __, octets) => {
    expectQuick(() => {
      expect(() => parseXml(octets)).toThrow(MalformedMessage)
    })
  })

  it('R41: many attributes in a long namespace are read in below 50 ms', () => {
    const attributes = Array.from({ length: 1_500 }, (_, number) => `p:a${number}=""`).join(' ')
    const text = `<a xmlns:p="${'u'.repeat(40_000)}" ${attributes}/>`
    expectQuick(() => expect(parse(text).attributes.size).toBe(1_500))
  })

  it('R41: refuses another encoding than UTF-8', () => {
    expect(() => parse('<?xml version="1.0" encoding="UTF-16"?><a/>')).toThrow(MalformedMessage)
    expect(() => parse('<?xml version="1.0" encoding="ISO-8859-1"?><a/>')).toThrow(MalformedMessage)
    expect(() => parse('<?xml version="1.0" encoding="utf-8"?><a/>')).not.toThrow()
    expect(() => parse('<?xml version="1.1"?><a/>')).toThrow(MalformedMessage)
    expect(() => parse('\ufeff<?xml version="1.0" encoding="UTF-16"?><a/>')).toThrow(MalformedMessage)
    expect(() => parse('\ufeff<?xml version="1.0" encoding="utf-8"?><a/>')).not.toThrow()
  })

  it.each([
    '<top-secret></a>',
    '<top-secret',
    '<top-secret></top-secret ',
    '<a top-secret="1" top-secret="1"/>',
    '<a>&top-secret;</a>',
  ])('says nothing of %s in its error', (text) => {
    expect(() => parse(text)).not.toThrow(/secret/)
    expect(() => parse(text)).toThrow(MalformedMessage)
  })

  it('B46: names of the prototype are names like others', () => {
    const root = parse('<a><__proto__ __proto__="1"/><constructor/><toString/></a>')
    expect(root.children.map(({ name }) => name)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(root.children[0]?.attributes.get('__proto__')).toBe('1')
    expect(({} as Record<string, unknown>)['1']).toBeUndefined()
  })
})
