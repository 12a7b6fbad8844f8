import { expect, it } from 'vitest'

const path = '../../bench/table.mjs'
const { table } = (await import(path)) as { table: (rows: readonly Record<string, unknown>[]) => string }

it('has a line of names, then one for each row; a list is a range, and what is not there stays empty', () => {
  const rows = [
    { ratio: 0.5, spread: [0.25, 1], must: 0.5, what: 'a' },
    { ratio: 0.75, spread: [0.5, 0.875], must: undefined, what: 'b c' },
  ]
  expect(table(rows)).toBe(
    [
      'ratio  spread     must  what', //
      '0.5    0.25-1     0.5   a',
      '0.75   0.5-0.875        b c',
      '',
    ].join('\n'),
  )
})
