import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** Where it is measured. */
export const machine = () => ({
  sidelock: version,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cpus: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${release()}`,
  node: process.version,
  openssl: process.versions.openssl,
})

/** When, and how busy the machine is before. */
export const moment = () => ({ date: new Date().toISOString(), load: Number(loadavg()[0].toFixed(2)) })
