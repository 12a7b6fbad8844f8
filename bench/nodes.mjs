// Network functions under load, each in a process of its own, beside bare servers of the same kind.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { diameterRows } from './diameter-rows.mjs'
import { filledNetworks } from './filled-networks.mjs'
import { networkOfBench } from './network-of-bench.mjs'
import { postgresqlServer, postgresqlVersion } from './postgresql.mjs'
import { byRequest, requestRows } from './request-rows.mjs'
import { temporaryDirectory } from './temporary.mjs'

const efforts = {
  full: { rounds: 5, milliseconds: 300 },
  smoke: { rounds: 1, milliseconds: 30 },
}

async function sqliteRows(directory, sizes, effort, progress) {
  const told = (what) => progress(`SQLite: ${what}`)
  const networks = await filledNetworks(directory, sizes, undefined, told)
  return requestRows(networks, { engine: 'SQLite', processes: [1], progress, ...effort })
}

async function postgresqlRows(directory, sizes, effort, progress) {
  if (postgresqlVersion() === undefined) {
    progress('PostgreSQL is not installed: its rows are left out')
    return []
  }
  const server = await postgresqlServer()
  try {
    const told = (what) => progress(`PostgreSQL: ${what}`)
    const networks = await filledNetworks(directory, sizes, server.emptyPlace, told)
    await server.rest()
    const options = { engine: 'PostgreSQL', processes: [1, 2], storeCpu: server.cpu, progress }
    return await requestRows(networks, { ...options, ...effort })
  } finally {
    await server.stop()
  }
}

/** Rates of HSS, BSF and KMF. */
export async function nodes({ smoke, sizes: given, progress }) {
  const sizes = [...new Set(given)].sort((one, other) => one - other)
  const effort = smoke ? efforts.smoke : efforts.full
  const { directory, remove } = temporaryDirectory()
  const place = (name) => {
    const path = join(directory, name)
    mkdirSync(path)
    return path
  }
  try {
    const config = await networkOfBench(place('alone'))
    progress('Diameter watchdog')
    const watchdog = await diameterRows(config, place('free'), effort, progress)
    const onSqlite = await sqliteRows(place('sqlite'), sizes, effort, progress)
    const onPostgresql = await postgresqlRows(place('postgresql'), sizes, effort, progress)
    return [...watchdog, ...byRequest([...onSqlite, ...onPostgresql])]
  } finally {
    remove()
  }
}
