import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { InvalidConfig } from '../../src/core/invalid-config.ts'
import { parseNetworkConfig } from '../../src/nodes/config/load.ts'

const example = readFileSync('examples/two-plmns.yaml', 'utf8')
const shortExample = example.replaceAll(/ *#.*$/gm, '').replaceAll(/\n\n+/g, '\n')
const lines = shortExample.split('\n')

/** What loading gives: a configuration, or the one typed error with a place for every mistake. */
function load(text: string): 'config' | 'mistakes' {
  try {
    parseNetworkConfig(text, 'f.yaml')
    return 'config'
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error
    expect(error.mistakes.length).toBeGreaterThan(0)
    const last = text.split('\n').length
    const isPlaced = error.mistakes.every(
      ({ file, line = 1, column = 1, message }) =>
        file === 'f.yaml' && message !== '' && line >= 1 && line <= last && column >= 1,
    )
    expect(isPlaced, error.message).toBe(true)
    return 'mistakes'
  }
}

const runs = (numRuns: number) => ({ numRuns, verbose: 1 })
const position = fc.nat({ max: shortExample.length })
const words = fc.constantFrom(
  ...[
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ':',
    '-',
    '- ',
    '\n',
    '\n  ',
    '\t',
    '#',
    '&a',
    '*a',
    '!!x',
    '|',
    '>',
    '0',
    '-1',
    '1e9',
  ],
  ...[
    'null',
    '~',
    'true',
    '__proto__',
    'constructor',
    'toString',
    '001-01',
    '? ',
    '%YAML 1.1\n---\n',
    '---\n',
    '\u0000',
    '\ufeff',
    '😀',
  ],
)

describe('the configuration loader', () => {
  it('B71: gives a configuration or its mistakes for changed examples', () => {
    const counts = { config: 0, mistakes: 0 }
    const change = fc.record({
      at: position,
      remove: fc.nat({ max: 12 }),
      add: fc.oneof(words, fc.string({ maxLength: 6 })),
    })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const text = changes.reduce(
          (kept, { at, remove, add }) => kept.slice(0, at) + add + kept.slice(at + remove),
          shortExample,
        )
        counts[load(text)]++
      }),
      runs(1_000),
    )
    expect(counts.mistakes).toBeGreaterThan(100)
  }, 60_000)

  it('B71: the same for lines left out, doubled, moved', () => {
    const line = fc.nat({ max: lines.length - 1 })
    fc.assert(
      fc.property(line, line, fc.constantFrom('drop', 'double', 'move'), (from, to, how) => {
        const kept = how === 'double' ? [...lines] : lines.toSpliced(from, 1)
        const text = how === 'drop' ? kept : kept.toSpliced(to, 0, lines[from] ?? '')
        load(text.join('\n'))
      }),
      runs(500),
    )
  }, 60_000)

  it('B71: the same for any values under the names of the file', () => {
    const names = [...new Set(shortExample.match(/[A-Za-z0-9]+(?=:)/g))]
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(words, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.string()),
      tree: fc.oneof(
        { maxDepth: 6, depthSize: 'medium' },
        tie('leaf'),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), tie('tree'), { maxKeys: 6 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => void load(stringify(value))),
      runs(2_500),
    )
  }, 60_000)

  it('B71: the same for any text', () => {
    const text = fc
      .array(fc.oneof(words, fc.string({ unit: 'binary' })), { maxLength: 40 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (anything) => void load(anything)),
      runs(6_000),
    )
  }, 60_000)

  it.each([
    ['[', 200_000],
    ['{a: ', 50_000],
    ['- ', 50_000],
    ['a:\n'.padEnd(4), 3_000],
    ['plmns: [x]\n', 20_000],
    ['&a [*a] ', 2_000],
    ['x', 1_000_000],
  ])('R40: answers %j many times over', (part, times) => {
    expect(load(part.repeat(times))).toBe('mistakes')
  })
})
