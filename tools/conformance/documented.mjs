// Rows whose words stand in the documents: rules, bad input and extensions by their numbers, failures by theirs.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { badInputCode, failureEvidence, notBuilt } from './evidence.mjs'

/** Rows `| R1 | ... |` of a document, each with the heading above it. */
function rowsOf(file) {
  let heading = ''
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      heading = line.match(/^#+ (.*)/)?.[1] ?? heading
      const [, id, rest] = line.match(/^\| ([RBEF]\d+) \| (.*) \|$/) ?? []
      return id ? [{ id, heading, cells: rest.split(' | ') }] : []
    })
}

/** Files of `src` whose comments name a number; the testbed only shows, it does not decide. */
function codeNaming(root) {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('testbed/'))
    .sort()
    .map((name) => [`src/${name}`, readFileSync(join(root, 'src', name), 'utf8')])
  return (id) => files.filter(([, text]) => new RegExp(`\\b${id}\\b`).test(text)).map(([name]) => name)
}

export function documentedRows(root) {
  const codeOf = codeNaming(root)
  const numbered = rowsOf(join(root, 'docs/security-rules.md')).map(({ id, heading, cells }) => ({
    ...{ id, clause: heading, says: cells.join(': '), named: id },
    code: [...new Set([...codeOf(id), ...(badInputCode[id] ?? [])])],
    ...(notBuilt[id] && { notMet: notBuilt[id] }),
  }))
  const failures = rowsOf(join(root, 'docs/failures.md')).map(({ id, cells }) => ({
    ...{ id, clause: 'failure', says: `${cells[0]}: ${cells.at(-2)}, ${cells.at(-1)}`, named: id },
    ...failureEvidence[id],
  }))
  return [...numbered, ...failures]
}
