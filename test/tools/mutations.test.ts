import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import table from '../../tools/mutations.json' with { type: 'json' }

const isThereOnce = ({ file, find }: { file: string; find: string }) =>
  readFileSync(file, 'utf8').split(find).length === 2

it('each text that the mutations take out stands in its file exactly once', () => {
  const lost = table.filter(({ changes, test }) => !changes.every(isThereOnce) || !existsSync(test))
  expect(lost.map(({ rule, check }) => `${rule} ${check}`)).toEqual([])
})

it('each of R1 to R30 has mutations, no two of one name', () => {
  const rules = new Set(table.map(({ rule }) => rule))
  expect(Array.from({ length: 30 }, (_, at) => `R${at + 1}`).filter((rule) => !rules.has(rule))).toEqual([])
  expect(new Set(table.map(({ rule, check }) => `${rule} ${check}`)).size).toBe(table.length)
})
