// Requests at a node, for stores of several sizes and for one or more processes on each, beside a bare server of the same kind.
import { setTimeout } from 'node:timers/promises'
import { findNode } from '../dist/nodes/config/nodes.js'
import { loadRow, loadTurns } from './loads.mjs'
import { numbersOf, requests } from './requests.mjs'
import { served } from './served.mjs'
import { thisProcess, together } from './key-request-parts.mjs'

/** Seconds until nodes must have found each other. */
const patience = 15

const spaced = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ' ')

/** What several loads did at once. */
async function atOnce(loads, milliseconds) {
  const each = await Promise.all(loads.map((load) => load.rate(milliseconds)))
  const done = each.reduce((sum, one) => sum + one.done, 0)
  return { done, seconds: Math.max(...each.map(({ seconds }) => seconds)) }
}

/** The first answer, as soon as the node has whom it asks itself. */
async function firstAnswer(load) {
  for (const end = performance.now() + 1000 * patience; ; await setTimeout(100))
    try {
      return await load.once()
    } catch (error) {
      if (performance.now() > end) throw error
    }
}

/** Instances `kmf2` and `kmf2-2` of a node, so many, and those beside it. */
async function startNodes({ config, subscribers }, { node, beside }, count) {
  const names = Array.from({ length: count }, (_, at) => (at === 0 ? node : `${node}-${at + 1}`))
  const start = (name) => served('node-process.mjs', config.file, name)
  const others = await Promise.all(beside.map(start))
  const servers = await Promise.all(names.map(start))
  const place = { config, plmn: findNode(config, node).plmn, nextNumber: numbersOf(subscribers) }
  const stop = () => Promise.all([...servers, ...others].map((one) => one.stop()))
  return { subscribers, place, servers, stop }
}

/** One load for each process of a node, and what the first of them answered first. */
async function loadsOf(request, { place, servers }) {
  const loads = []
  for (const { addresses } of servers)
    loads.push(await request.open({ ...place, port: addresses[request.service].port }))
  return { loads, answer: await firstAnswer(loads[0]) }
}

/** One side for each number of processes: the first so many, each under its load. */
const sidesOf = ({ subscribers, servers }, loads, { processes, milliseconds, storeCpu }) =>
  processes.map((count) => {
    const load = () => atOnce(loads.slice(0, count), milliseconds)
    return [`${subscribers} ${count}`, { servers: servers.slice(0, count), load, storeCpu }]
  })

/** Rows of one kind of request. */
async function rowsOf(request, running, options) {
  const open = []
  const bare = { servers: [] }
  try {
    const sides = {}
    for (const one of running) {
      const { loads, answer } = await loadsOf(request, one)
      open.push(...loads)
      bare.answer ??= answer
      Object.assign(sides, Object.fromEntries(sidesOf(one, loads, options)))
    }
    const server = await served('bare-process.mjs', request.bare, String(request.sizeOf(bare.answer)))
    bare.servers.push(server)
    const recorded = request.recordedOf?.(bare.answer)
    const load = await request.open({ ...running[0].place, port: server.port, isBare: true, recorded })
    open.push(load)
    const hasParts = options.engine === 'SQLite' && request.openParts
    if (hasParts) {
      const parts = await request.openParts(running[0].place)
      open.push(parts)
      sides.parts = { servers: [thisProcess], load: () => parts.rate(options.milliseconds) }
    }
    sides.bare = { servers: [server], load: () => load.rate(options.milliseconds) }
    const results = await loadTurns(sides, options.rounds)
    const sizes = running.map(({ subscribers }) => subscribers)
    return resultRows(request, results, sizes, options)
  } finally {
    for (const load of open) load.close()
    await Promise.all(bare.servers.map((server) => server.stop()))
  }
}

/** Targets are those of the store that a node has unless told otherwise. */
const mustOf = ({ must }, engine) => (engine === 'SQLite' ? must : undefined)

function resultRows(request, results, sizes, { engine, processes }) {
  const [smallest, largest] = [sizes[0], sizes.at(-1)]
  const of = (size, count) => results[`${size} ${count}`]
  const rows = (count) => {
    const where = `${request.what}: ${engine}${count === 1 ? '' : `, ${count} processes`}`
    const toBare = { to: request.to, must: mustOf(request, engine) }
    const fewer = `${spaced(smallest)} stored`
    const limit = { what: `${where}, ${fewer}, at the most`, to: `${request.to} and its parts` }
    const growth = { what: `${where}, largest store`, to: fewer, must: 0.8, by: 'perSecond' }
    const sharing = { what: `${where} together`, to: '1 process', by: 'perSecond' }
    return [
      ...sizes.map((size) =>
        loadRow({ what: `${where}, ${spaced(size)} stored`, ...toBare }, of(size, count), results.bare),
      ),
      ...(results.parts ? [loadRow(limit, of(smallest, count), together(results.bare, results.parts))] : []),
      ...(sizes.length > 1 ? [loadRow(growth, of(largest, count), of(smallest, count))] : []),
      ...(count > 1 ? [loadRow(sharing, of(largest, count), of(largest, 1))] : []),
    ]
  }
  return processes.flatMap(rows)
}

/** Rows of one kind of request after those of another, whatever the engine. */
export const byRequest = (rows) =>
  requests.flatMap((request) => rows.filter(({ what }) => what.startsWith(`${request.what}:`)))

/** Requests that go to the same nodes, one list for each such nodes. */
function byNodes() {
  const groups = new Map()
  for (const request of requests) {
    const name = [request.node, ...request.beside].join()
    groups.set(name, [...(groups.get(name) ?? []), request])
  }
  return [...groups.values()]
}

/**
 * Rows of all kinds of requests at nodes whose stores are those of `networks`, one for each size. `options` has the name of
 * the engine, numbers of `processes`, `rounds` and `milliseconds` of a turn, `storeCpu` where the engine takes CPU time of
 * its own, and `progress`.
 */
export async function requestRows(networks, { progress, ...options }) {
  const rows = []
  for (const some of byNodes()) {
    const running = []
    try {
      const count = Math.max(...options.processes)
      for (const network of networks) running.push(await startNodes(network, some[0], count))
      for (const request of some) {
        progress(`${options.engine}: ${request.what}`)
        rows.push(...(await rowsOf(request, running, options)))
      }
    } finally {
      await Promise.all(running.map((one) => one.stop()))
    }
  }
  return rows
}
