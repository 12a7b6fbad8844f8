// The conformance table as people and as `sidelock conformance` read it. Nothing in it depends on machine or time.

export const sums = (rows) => ({ met: rows.filter(({ met }) => met).length, all: rows.length })

const sections = [
  [
    'S',
    'The change request',
    'Each sentence of the change request that says what shall be, in other words than its own.',
  ],
  ['R', 'Security rules', 'The words stand in [security-rules.md](security-rules.md).'],
  ['B', 'Bad input', 'The words stand in [security-rules.md](security-rules.md).'],
  ['E', 'Optional extensions', 'Off by default. The words stand in [security-rules.md](security-rules.md).'],
  ['F', 'Failures', 'What each hop says stands in [failures.md](failures.md).'],
]

const link = (path) => `[${path.split('/').at(-1)}](../${path})`

/** A test by its file, with the part of its title where the number does not name it. */
function linkOfTest(reference) {
  const at = reference.indexOf(': ')
  if (at < 0) return link(reference)
  return `${link(reference.slice(0, at))}: ${reference.slice(at + 2).replaceAll('|', '\\|')}`
}

function shownBy({ scenarios, tests }) {
  const run = scenarios.map((name) => `\`run ${name}\``)
  return [...run, ...tests.map(linkOfTest)].join('<br>')
}

const markdownRow = (row) =>
  `| ${[
    row.id,
    row.clause,
    row.bounds ? `${row.says} *Bounded: ${row.bounds}.*` : row.says,
    row.code.map(link).join(' '),
    shownBy(row),
    row.met ? 'met' : `**not met**: ${row.reason}`,
  ].join(' | ')} |`

function sectionOf(rows, [letter, title, words]) {
  const own = rows.filter(({ id }) => id.startsWith(letter))
  const { met, all } = sums(own)
  return [
    `## ${title}: ${met} of ${all} met`,
    words,
    ['| no | where | what | code | shown by | |', '|---|---|---|---|---|---|', ...own.map(markdownRow)].join(
      '\n',
    ),
  ].join('\n\n')
}

export function asMarkdown(rows) {
  const { met, all } = sums(rows)
  const head = [
    '# Conformance',
    `${met} of ${all} rows met. Written by \`npm run conformance\` from a whole run of the tests, which fails when this file is\n` +
      'stale; `npx sidelock conformance` prints it. A row is met when at least one test shows it and none of those failed. A\n' +
      'scenario is run with `npx sidelock run NAME`; where only a file is named, its tests bear the number of the row.',
  ]
  const there = sections.filter(([letter]) => rows.some(({ id }) => id.startsWith(letter)))
  return `${[...head, ...there.map((section) => sectionOf(rows, section))].join('\n\n')}\n`
}

/** One row a line, so that a change is one line. */
export const asJson = (rows) => `{"rows":[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]}\n`
