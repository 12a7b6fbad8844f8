// `npm run config-docs`: renews docs/config.md from the schema of the configuration, as `dist` has it. With `--check` it
// changes nothing and fails when the file is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const file = join(root, 'docs', 'config.md')
const { settings } = await import(join(root, 'dist/nodes/config/settings.js'))

const cell = (text) => text.replaceAll('|', '\\|')
const code = (text) => `\`${text}\``

const defaultOf = ({ byDefault, isRequired }) =>
  byDefault === undefined ? (isRequired ? 'needed' : '') : code(byDefault)

/** What stands in a section that is live is live too. */
const isLive = ({ path }) => settings().some((one) => one.isLive && isUnder(path, one.path))
const liveOf = (setting) => (isLive(setting) ? 'live' : '')

const rowOf = (setting) => {
  const { path, form, unit = '', clause = '', description } = setting
  const told = cell(description)
  return `| ${[code(path), cell(form), unit, defaultOf(setting), liveOf(setting), clause, told].join(' | ')} |`
}

/** Parts of the file, each with the start of the paths it has. */
const chapters = [
  ['The file', ''],
  ['A home network', 'plmns'],
  ['HSS', 'plmns[].hss'],
  ['BSF', 'plmns[].bsf'],
  ['KMF', 'plmns[].kmf'],
  ['Subscribers', 'plmns[].subscribers'],
  ['UEs of the testbed', 'ues'],
]
const isUnder = (path, start) => start === '' || path === start || /^[.[]/.test(path.slice(start.length)) && path.startsWith(start) // prettier-ignore
const chapterOf = ({ path }) => chapters.findLast(([, start]) => isUnder(path, start))

const chapterText = (chapter) => {
  const rows = settings().filter((setting) => chapterOf(setting) === chapter)
  return `## ${chapter[0]}

| setting | value | unit | default | SIGHUP | clause | meaning |
|---|---|---|---|---|---|---|
${rows.map(rowOf).join('\n')}
`
}

const text = `# Configuration

Every setting, written from the schema in \`src/nodes/config/schema\` by \`npm run config-docs\`. \`npx sidelock config kmf.limits\` tells
the same on a terminal, \`npx sidelock check FILE\` finds every mistake of a file without starting anything, and
[examples/two-plmns.yaml](../examples/two-plmns.yaml) is a file to begin with. The form is YAML 1.2; an unknown name is a mistake.

SIGHUP makes a running HSS, BSF or KMF read its file again: a change of what is \`live\` begins to act, every other one needs a
restart, and a file with one of these or with a mistake changes nothing. What other nodes are is live too: they are peers.

Secrets are files, never values: a file of mode 0600, \`env:NAME\` for a variable of the environment (hex digits, or PEM), or
\`credential:NAME\` for a file in \`$CREDENTIALS_DIRECTORY\`, which systemd sets (\`LoadCredential=\`). File names are relative to
\`lab.directory\`, without a lab to the YAML file. NODE is the name of a node: its kind and the number of its PLMN in the file, such as
\`kmf1\`; REALM is that of the PLMN. R and a number is a row of [security-rules.md](security-rules.md).

${chapters.map(chapterText).join('\n')}`

const isStale = !existsSync(file) || readFileSync(file, 'utf8') !== text
if (isStale && process.argv.includes('--check')) {
  process.stderr.write('config: docs/config.md is stale; renew with: npm run config-docs\n')
  process.exit(1)
}
if (isStale) writeFileSync(file, text)
