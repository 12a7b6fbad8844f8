import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

interface Page {
  readonly pageOf: (result: unknown) => string
  readonly chartOf: (result: unknown) => string
}

const path = '../../bench/page.mjs'
const { pageOf, chartOf } = (await import(path)) as Page
const documents = resolve(import.meta.dirname, '../../docs')

const result = {
  ...{
    sidelock: '1.0',
    processor: 'some',
    cpus: 2,
    memoryGiB: 8,
    system: 'Linux',
    node: 'v20',
    openssl: '3',
  },
  sizes: [1000],
  measured: { store: { date: '2026-01-02T03:04:05Z', load: 0.1, seconds: 7 } },
  groups: {
    store: [
      { ratio: 5, spread: [4, 6], must: 4, met: true, what: 'insert', to: 'fdatasync' },
      { value: 12, unit: 'ms', spread: [11, 13], must: 10, met: false, what: 'delay', lower: true },
      { value: 3, unit: 'MB', spread: [2, 4], what: 'size' },
    ],
  },
}

it('says where and when, what must be and whether it is, and how it was measured', () => {
  const page = pageOf(result)
  expect(page).toContain(
    'Sidelock 1.0 on 2 processors (some), 8 GiB, Linux, Node v20, OpenSSL 3. Measured 2026-01-02.',
  )
  expect(page).toContain('Measured 2026-01-02 03:04 UTC in 7 s')
  expect(page).toContain('1 of 2 bounds are met.')
  expect(page).toContain('| 5 | 4-6 | 4 | yes | insert | fdatasync | store |')
  expect(page).toContain('| 12 ms | 11-13 | at most 10 | no | delay |  | store |')
  expect(page).toContain('| 3 | MB |')
})

it('draws a bar for each ratio that must be something, and tells the missed ones apart', () => {
  const chart = chartOf(result)
  expect(chart.match(/<rect/g)).toHaveLength(1)
  expect(chart).toContain('insert / fdatasync')
  expect(chart).toContain('class="met"')
})

it('docs/performance.md is what its result says', () => {
  const file = resolve(documents, 'performance.json')
  if (!existsSync(file)) return
  const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
  expect(readFileSync(resolve(documents, 'performance.md'), 'utf8')).toBe(pageOf(kept))
  expect(readFileSync(resolve(documents, 'performance.svg'), 'utf8')).toBe(chartOf(kept))
})
