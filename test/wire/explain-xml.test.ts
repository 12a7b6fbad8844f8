import { expect, it } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { explainXml } from '../../src/wire/explain-xml.ts'

it.each(['<a><b>t</b></a>', '<a>\u{1f600}é<b>t</b></a>', '\ufeff<a><b>t</b></a>'])(
  'finds elements of %s by their octets',
  (source) => {
    const octets = utf8(source)
    const [root] = explainXml(octets).ranges
    const [child] = root?.parts ?? []
    const part = (from = 0, to = 0) => Buffer.from(octets.subarray(from, to)).toString()
    expect(part(root?.from, root?.to)).toBe(source.slice(source.indexOf('<a>')))
    expect(part(child?.from, child?.to)).toBe('<b>t</b>')
    expect(part(child?.valueFrom, child?.to)).toBe('t</b>')
  },
)
