// What a network of so many subscribers asks of its nodes, from what one transaction and one subscriber cost.

/** What subscribers do. Suppositions, not measurements: put in your own. */
export const assumptions = {
  bootstrapsPerDay: 2,
  pc8OpensPerDay: 2,
  setUpsPerDay: 4,
  busyHourShare: 0.1,
  mix: { '7a': 0.9, '7c-found': 0.06, '7d-imsi': 0.03, '7c-renegotiate-bootstrap': 0.01 },
  /** B-TIDs are kept so long at BSF and KMF. */
  ksLifetimeHours: 24,
  /** Of a core, at the busy hour. */
  utilisation: 0.5,
}

const roles = { hss: ['hss1', 'hss2'], bsf: ['bsf1', 'bsf2'], kmf: ['kmf1', 'kmf2'] }

/** CPU seconds of a kind at HSSs, BSFs and KMFs; both home networks together, as each subscriber is UE-1 or UE-2 of some. */
export const costByRole = ({ cpuSeconds }) =>
  Object.fromEntries(
    Object.entries(roles).map(([role, names]) => [role, names.reduce((sum, name) => sum + Math.max(0, cpuSeconds[name]), 0)]), // prettier-ignore
  )

const difference = (one, other) => Object.fromEntries(Object.keys(one).map((role) => [role, Math.max(0, one[role] - other[role])])) // prettier-ignore
const scaled = (cost, by) =>
  Object.fromEntries(Object.entries(cost).map(([role, seconds]) => [role, seconds * by]))
const added = (...costs) => Object.fromEntries(Object.keys(roles).map((role) => [role, costs.reduce((sum, cost) => sum + cost[role], 0)])) // prettier-ignore

/** CPU seconds of what happens in a network, by role: branches without the bootstrapping that `load` makes with them. */
export function eventCosts(kinds) {
  const cost = Object.fromEntries(
    Object.entries(kinds).map(([kind, measured]) => [kind, costByRole(measured)]),
  )
  return { ...cost, ...(cost['7c-found'] && { '7c-found': difference(cost['7c-found'], cost.bootstrap) }) }
}

/** Rates at the busy hour, cores and rows for so many subscribers. */
export function network(subscribers, kinds, how = assumptions) {
  const perSecond = (perDay) => (subscribers * perDay * how.busyHourShare) / 3600
  const costs = eventCosts(kinds)
  const none = { hss: 0, bsf: 0, kmf: 0 }
  const setUp = added(...Object.entries(how.mix).map(([kind, share]) => scaled(costs[kind] ?? none, share)))
  const rates = {
    bootstraps: perSecond(how.bootstrapsPerDay),
    pc8Opens: perSecond(how.pc8OpensPerDay),
    setUps: perSecond(how.setUpsPerDay),
  }
  const busy = added(
    scaled(costs.bootstrap, rates.bootstraps),
    scaled(costs['pc8-open'] ?? none, rates.pc8Opens),
    scaled(setUp, rates.setUps),
  )
  const cores = scaled(busy, 1 / how.utilisation)
  const bootstrapsKept = subscribers * how.bootstrapsPerDay * (how.ksLifetimeHours / 24)
  return { rates, busy, cores, instances: Object.fromEntries(Object.entries(cores).map(([role, count]) => [role, Math.max(1, Math.ceil(count))])), bootstrapsKept } // prettier-ignore
}

/** Octets in the stores: what 1 000 000 rows took each, times the rows. */
export function storage(subscribers, octets, how = assumptions) {
  const each = (engine, role) => {
    const sizes = Object.keys(octets[engine][role] ?? {}).map(Number).sort((one, other) => other - one) // prettier-ignore
    return sizes.length === 0 ? Number.NaN : octets[engine][role][sizes[0]] / sizes[0]
  }
  const rows = { hss: subscribers, bsf: subscribers * how.bootstrapsPerDay * (how.ksLifetimeHours / 24), kmf: subscribers } // prettier-ignore
  return Object.fromEntries(Object.keys(octets).map((engine) => [engine, Object.fromEntries(Object.entries(rows).map(([role, count]) => [role, count * each(engine, role)]))])) // prettier-ignore
}

/** Visits of a transaction for the simulation: the cost of each node in the order in which they are asked, and back. */
export function visitsOf({ cpuSeconds, alone }, path) {
  const times = (name) => path.filter((one) => one === name).length
  const cpu = (name) => Math.max(0, cpuSeconds[name] ?? 0)
  const spent = Object.keys(cpuSeconds).reduce((sum, name) => sum + cpu(name), 0)
  const wait = Math.max(0, alone.mean / 1000 - spent)
  const visits = path.map((name) => [name, cpu(name) / times(name)]).filter(([, seconds]) => seconds > 0)
  return [...visits, ['wait', wait]]
}

/** In which order the nodes of a kind are asked. */
export const paths = {
  bootstrap: ['load', 'bsf1', 'hss1', 'bsf1', 'load', 'bsf1', 'load'],
  '7a': ['load', 'kmf2', 'kmf1', 'kmf2', 'load'],
  '7c-found': [
    'load',
    'bsf1',
    'hss1',
    'bsf1',
    'load',
    'bsf1',
    'load',
    'kmf2',
    'kmf1',
    'bsf1',
    'kmf1',
    'kmf2',
    'load',
  ],
  '7c-renegotiate-bootstrap': ['load', 'kmf2', 'kmf1', 'bsf1', 'kmf1', 'kmf2', 'load', 'bsf1', 'hss1', 'bsf1', 'load', 'bsf1', 'load', 'kmf2', 'kmf1', 'bsf1', 'kmf1', 'kmf2', 'load'], // prettier-ignore
  '7d-imsi': ['load', 'kmf2', 'kmf1', 'bsf1', 'hss1', 'bsf1', 'kmf1', 'kmf2', 'load'],
}
