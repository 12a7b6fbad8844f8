// What a transaction costs each node in CPU time, and how long it takes while nothing else goes on; then loads at several rates to
// compare the model with. Two home networks, a process for each node, on this machine, under `sidelock load`.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync, rmSync, mkdtempSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocument } from 'yaml'

const root = join(import.meta.dirname, '..', '..')
const command = join(root, 'bin', 'sidelock.js')
const nodes = ['hss1', 'bsf1', 'kmf1', 'hss2', 'bsf2', 'kmf2']
const subscribers = 1500

/** Of each kind: the target and its mix, transactions with one at a time, transactions with eight. */
const kinds = [
  { kind: 'bootstrap', of: ['ub'], alone: 100, together: 800 },
  { kind: '7a', of: ['pc8', '--mix', '7a'], alone: 100, together: 800 },
  { kind: '7c-found', of: ['pc8', '--mix', '7c-found'], alone: 100, together: 800 },
  { kind: '7c-renegotiate-bootstrap', of: ['pc8', '--mix', '7c-renegotiate-bootstrap'], alone: 100, together: 800 },
  { kind: '7d-imsi', of: ['pc8', '--mix', '7d-imsi'], alone: 100, together: 800 },
  { kind: 'pc8-open', of: ['pc8', '--mix', 'pc8-open'], alone: 100, together: 800 },
  { kind: 'set-up 7a', of: ['pc5', '--mix', '7a'], alone: 100, together: 800 },
] // prettier-ignore

/** Loads that the model is compared with: the target, its mix, shares of what eight at a time reached. */
export const comparedMix = { of: ['pc8'], mix: '7a=90,7c-found=6,7d-imsi=3,7c-renegotiate-bootstrap=1' }
const comparedShares = [0.3, 0.5, 0.7]
const comparedSeconds = 12

function freePorts(count) {
  const opening = Array.from(
    { length: count },
    () =>
      new Promise((resolve) => {
        const server = createServer()
        server.listen(0, '127.0.0.1', () => resolve(server))
      }),
  )
  return Promise.all(opening).then(async (servers) => {
    const ports = servers.map((server) => server.address().port)
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    return ports
  })
}

async function configuration(directory) {
  const document = parseDocument(readFileSync(join(root, 'examples', 'two-plmns.yaml'), 'utf8'))
  document.setIn(['lab', 'directory'], join(directory, 'lab'))
  const ports = await freePorts(10)
  for (const plmn of [0, 1]) {
    const at = (...path) => ['plmns', plmn, ...path]
    for (const path of [['hss', 'diameter'], ['bsf', 'diameter'], ['kmf', 'diameter'], ['kmf', 'pc8']])
      document.setIn(at(...path, 'listen'), `127.0.0.1:${ports.pop()}`) // prettier-ignore
    document.setIn(at('bsf', 'ubListen'), `127.0.0.1:${ports.pop()}`)
    document.setIn(at('bsf', 'challengesPerMinute'), 'unlimited')
    document.setIn(at('bsf', 'pushesPerMinute'), 'unlimited')
    for (const limit of ['keyRequestsPerUe2PerMinute', 'keyRequestsPerUe1PerMinute', 'keyRequestsPerPeerPerSecond', 'pushesPerImsiPerMinute'])
      document.setIn(at('kmf', 'limits', limit), 'unlimited') // prettier-ignore
  }
  const file = join(directory, 'network.yaml')
  writeFileSync(file, String(document))
  return file
}

/** What a command says on stdout; rejects when it ends otherwise than asked. */
function sidelock(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const said = { out: '', err: '' }
    child.stdout.on('data', (data) => (said.out += data))
    child.stderr.on('data', (data) => (said.err += data))
    child.on('close', (code) => (code === 0 ? resolve(said.out) : reject(new Error(`${args.join(' ')}: ${said.err}${said.out}`)))) // prettier-ignore
  })
}

const ticksPerSecond = 100
/** CPU seconds of a process so far, its threads included. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

async function isServing(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** `quietly` gets what must have the machine to itself; `part` of the transactions is enough for a first look. */
export async function measureCpu(
  note,
  { quietly = (work) => work(), part = 1, keep = () => undefined } = {},
) {
  const fewer = (count) => Math.max(10, Math.round(count * part))
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-scale-'))
  const file = await configuration(directory)
  const children = new Map()
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      for (const child of children.values()) child.kill('SIGTERM')
      process.exit(1)
    })
  const load = async (...args) => JSON.parse((await sidelock('load', ...args, '--json', '--quiet', '--config', file)).trim().split('\n').at(-1)) // prettier-ignore
  const all = () => Object.fromEntries([...children].map(([name, { pid }]) => [name, cpuOf(pid)]))
  /** A load, and what each node spent on a transaction: the difference of two loads, so that their preparation is not in it. */
  const costing = async (args, count) => {
    const few = Math.ceil(count / 10)
    const spent = [all()]
    const first = await load(...args, '--count', String(few))
    spent.push(all())
    const result = await load(...args, '--count', String(count))
    spent.push(all())
    const [before, between, after] = spent
    const costOf = (name) => (after[name] - 2 * between[name] + before[name]) / (count - few)
    const cost = Object.fromEntries(nodes.map((name) => [name, costOf(name)]))
    return { result, cost: { ...cost, load: (result.cpuSeconds - first.cpuSeconds) / (count - few) } }
  }
  try {
    for (const plmn of ['001-01', '001-02']) {
      const csv = join(directory, `${plmn}.csv`)
      await sidelock(
        'load',
        '--subscribers',
        String(subscribers),
        '--write',
        csv,
        '--plmn',
        plmn,
        '--config',
        file,
      )
      await sidelock('subscriber', 'import', csv, '--plmn', plmn, '--config', file)
    }
    note('subscribers are there')
    for (const name of nodes) children.set(name, spawn(process.execPath, [command, 'node', name, '--config', file, '--log', 'error'], { stdio: 'ignore' })) // prettier-ignore
    const ports = [...readFileSync(file, 'utf8').matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port)).filter((port) => port > 0) // prettier-ignore
    while (!(await Promise.all(ports.slice(0, 10).map(isServing))).every(Boolean)) await new Promise((resolve) => setTimeout(resolve, 200)) // prettier-ignore
    while (true) {
      const ready = await load('pc8', '--mix', '7a', '--ues', '4', '--ue2s', '2', '--concurrency', '1', '--count', '4').catch(() => undefined) // prettier-ignore
      if (ready?.errors === 0) break
    }
    note('nodes are up')
    const measured = {}
    const compared = []
    let most
    await quietly(async () => {
      for (const { kind, of, alone, together } of kinds) {
        const ues = ['--ues', kind === 'bootstrap' ? String(fewer(1000)) : '40', '--ue2s', '8']
        const one = await load(...of, ...ues, '--concurrency', '1', '--count', String(fewer(alone)))
        const { result, cost } = await costing([...of, ...ues, '--concurrency', '8'], fewer(together))
        measured[kind] = {
          ...{ transactions: result.answered, perSecond: result.rate },
          ...{ cpuSeconds: cost, alone: one.latency, errors: result.errors + one.errors },
        }
        note(`${kind}: ${Math.round(result.rate)}/s`)
        keep({ kinds: measured })
      }
      most = await load(...comparedMix.of, '--mix', comparedMix.mix, '--ues', '60', '--ue2s', '30', '--concurrency', '8', '--count', String(fewer(1200))) // prettier-ignore
      for (const share of comparedShares) {
        const rate = most.rate * share
        const result = await load(...comparedMix.of, '--mix', comparedMix.mix, '--ues', '60', '--ue2s', '30', '--rate', `${rate.toFixed(1)}/s`, '--arrivals', 'poisson', '--duration', `${fewer(comparedSeconds)}s`, '--warmup', '1s') // prettier-ignore
        compared.push({ rate, latency: result.latency, begun: result.begun, answered: result.answered, errors: result.errors, kinds: result.kinds }) // prettier-ignore
        keep({ kinds: measured, compared: { most: most.rate, loads: compared } })
        note(
          `${rate.toFixed(0)}/s: p50 ${result.latency.p50.toFixed(1)} ms, p99 ${result.latency.p99.toFixed(1)} ms`,
        )
      }
    })
    const [{ model = 'unknown' } = {}] = cpus()
    return { machine: { model, cores: cpus().length, node: process.version }, kinds: measured, compared: { mix: comparedMix.mix, most: most.rate, seconds: fewer(comparedSeconds) - 1, loads: compared } } // prettier-ignore
  } finally {
    for (const child of children.values()) child.kill('SIGTERM')
    await Promise.all([...children.values()].map((child) => new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve())))) // prettier-ignore
    rmSync(directory, { recursive: true, force: true })
  }
}
