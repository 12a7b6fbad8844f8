// Tables of docs/scale.md.
import { assumptions, costByRole, paths, visitsOf } from './model.mjs'
import { simulate } from './queue.mjs'

const milliseconds = (seconds) => (seconds * 1000).toFixed(seconds * 1000 < 10 ? 1 : 0)
const spaced = (count) => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ')
const inGigabytes = (octets) =>
  Number.isNaN(octets) ? 'not measured' : octets < 1e10 ? (octets / 1e9).toFixed(1) : spaced(octets / 1e9)
const row = (...cells) => `| ${cells.join(' | ')} |`
const table = (head, rows) =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n')
const percent = (part) => `${part > 0 ? '+' : ''}${Math.round(part * 100)} %`

export const costRows = ({ kinds }) =>
  table(
    [
      'transaction',
      'HSSs, ms',
      'BSFs, ms',
      'KMFs, ms',
      'load driver, ms',
      'alone, ms',
      'eight at a time, /s',
    ],
    Object.entries(kinds).map(([kind, measured]) => {
      const { hss, bsf, kmf } = costByRole(measured)
      return [kind, ...[hss, bsf, kmf, measured.cpuSeconds.load].map(milliseconds), measured.alone.mean.toFixed(1), String(Math.round(measured.perSecond))] // prettier-ignore
    }),
  )

const engineNames = { sqlite: 'SQLite', postgresql: 'PostgreSQL' }
export const octetRows = ({ octets }) => {
  const sizes = Object.keys(octets.sqlite.hss).map(Number).sort((one, other) => one - other) // prettier-ignore
  return table(
    ['store', ...sizes.map((size) => `octets at ${spaced(size)} rows`)],
    Object.entries(octets).flatMap(
      ([engine, roles]) =>
      Object.entries(roles).map(([role, bySize]) => [`${engineNames[engine]}, ${role.toUpperCase()}`, ...sizes.map((size) => bySize[size] === undefined ? 'not measured' : spaced(bySize[size] / size))]), // prettier-ignore
    ),
  )
}

const shares = (mix) =>
  mix.split(',').map((part) => {
    const [kind, share] = part.split('=')
    return { kind, share: Number(share) }
  })

const seed = 1
const simulated = 40_000

/** The simulation beside what was measured, and by how much it is off. */
export function comparisons({ kinds, compared, machine }) {
  if (!compared) return { comparison: 'Not measured yet.', limit: 'Not measured yet.' }
  const asked = shares(compared.mix).map(({ kind, share }) => ({ kind, share, visits: visitsOf(kinds[kind], paths[kind]) })) // prettier-ignore
  const results = compared.loads.map(({ rate, latency }) => {
    const model = simulate({ kinds: asked, rate, count: simulated, cores: machine.cores, seed })
    return { rate, latency, model }
  })
  const cell = (model, measured) => `${(model * 1000).toFixed(0)}, ${measured.toFixed(0)}, ${percent((model * 1000) / measured - 1)}` // prettier-ignore
  const comparison = table(
    [
      'transactions/s',
      'cores busy in the model',
      'p50: model, measured',
      'p90: model, measured',
      'p99: model, measured',
    ],
    results.map(({ rate, latency, model }) => [
      rate.toFixed(0),
      Object.values(model.utilisation).reduce((sum, busy) => sum + busy, 0).toFixed(2),
      ...['p50', 'p90', 'p99'].map((name) => cell(model[name], latency[name])),
    ]), // prettier-ignore
  )
  const whole = asked.reduce((sum, { share }) => sum + share, 0)
  const cpu = asked.reduce((sum, { kind, share }) => sum + (share / whole) * Object.values(kinds[kind].cpuSeconds).reduce((all, seconds) => all + Math.max(0, seconds), 0), 0) // prettier-ignore
  const bound = machine.cores / cpu
  const limit = `All cores busy, the model has ${bound.toFixed(0)} transactions/s; eight at a time reached ${compared.most.toFixed(0)}, ${percent(bound / compared.most - 1)} off.` // prettier-ignore
  return { comparison, limit }
}

const assumed = () =>
  table(
    ['of each subscriber', 'value'],
    [
      ['bootstrappings a day', String(assumptions.bootstrapsPerDay)],
      ['PC8 connections opened a day', String(assumptions.pc8OpensPerDay)],
      ['set-ups a day, each with one UE-1 and one UE-2', String(assumptions.setUpsPerDay)],
      ['share of the day in its busiest hour', `${assumptions.busyHourShare * 100} %`],
      ['branches', Object.entries(assumptions.mix).map(([kind, share]) => `${kind} ${share * 100} %`).join(', ')],
      ['lifetime of Ks', `${assumptions.ksLifetimeHours} h`],
      ['of a core, at the busiest hour', `${assumptions.utilisation * 100} %`],
    ], // prettier-ignore
  )

const networkRows = (networks) => {
  const of = (read) => networks.map(read)
  return table(
    ['', ...of(({ subscribers }) => `${spaced(subscribers / 1e6)} million`)],
    [
      ['bootstrappings/s', ...of(({ rates }) => spaced(rates.bootstraps))],
      ['PC8 connections/s', ...of(({ rates }) => spaced(rates.pc8Opens))],
      ['set-ups/s', ...of(({ rates }) => spaced(rates.setUps))],
      ...['hss', 'bsf', 'kmf'].map((role) => [`${role.toUpperCase()} instances, a core each`, ...of(({ instances }) => spaced(instances[role]))]), // prettier-ignore
      ['B-TIDs kept at BSFs', ...of(({ bootstrapsKept }) => spaced(bootstrapsKept))],
      ...Object.keys(engineNames).flatMap((engine) => ['hss', 'bsf', 'kmf'].map((role) => [`${engineNames[engine]} of ${role.toUpperCase()}s, GB`, ...of(({ octets }) => inGigabytes(octets[engine][role]))])), // prettier-ignore
    ],
  )
}

/** The text with each table between its marks. */
export function withTables(text, { costs, octets, comparison, limit, networks }) {
  const tables = { costs, octets, comparison, limit, assumptions: assumed(), networks: networkRows(networks) }
  return Object.entries(tables).reduce((so, [name, content]) => {
    const marks = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end of ${name} -->)`)
    if (!marks.test(so)) throw new Error(`docs/scale.md has no place for ${name}`)
    return so.replace(marks, (_, begin, end) => `${begin}\n${content}\n\n${end}`)
  }, text)
}
