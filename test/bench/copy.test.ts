import { expect, it } from 'vitest'

const path = '../../bench/copy.mjs'
const { copyLine } = (await import(path)) as { copyLine: (values: readonly unknown[]) => string }

it('writes a row as COPY of PostgreSQL reads it: octets as hex, signs that mean something escaped', () => {
  const row = ['a\tb\\c\nd', null, 7, Uint8Array.of(1, 255)]
  expect(copyLine(row)).toBe('a\\tb\\\\c\\nd\t\\N\t7\t\\\\x01ff\n')
})
