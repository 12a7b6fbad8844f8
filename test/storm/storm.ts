import { join } from 'node:path'
import { maskedImsi } from '../../src/core/identities/subscriber.ts'
import { milliseconds } from '../../src/core/units.ts'
import { elapsed } from '../../src/io/system.ts'
import type { NetworkConfig } from '../../src/nodes/config/network-config.ts'
import { configuredNodes } from '../../src/nodes/config/nodes.ts'
import type { ConfiguredUe } from '../../src/nodes/ue-node.ts'
import { nodeContext } from '../../src/testbed/node-context.ts'
import { addressesOf } from '../../src/testbed/processes/addressed-config.ts'
import { SeededRandom } from '../../src/testbed/simulation/seeded-random.ts'
import { PostgresqlServers } from '../io/store/postgresql-server.ts'
import { Heard } from './heard.ts'
import type { History, SetUpRecord } from './history.ts'
import { Pair, type Kind } from './pair.ts'
import { functionsOf, storedIn, stormConfig } from './storm-network.ts'
import { SupervisedNode } from './supervised-node.ts'

export interface StormOptions {
  readonly directory: string
  /** The same seed draws the same kills and the same kinds of set-up. */
  readonly seed: number
  readonly seconds: number
  /** Set-ups begun each second. */
  readonly rate: number
  readonly say: (text: string) => void
}

/** Pairs of UEs, and subscribers of each PLMN. */
const subscribers = 10
const kinds: readonly [Kind, ...Kind[]] = [
  ...['fresh B-TID', 'fresh B-TID', 'fresh B-TID', 'fresh B-TID', 'kept B-TID', 'kept B-TID'],
  ...['B-TID with PC8', 'IMSI', 'IMSI', 'IMSI, SQN out of range'],
] as [Kind, ...Kind[]]
const killEvery = 1_000
const toBeThere = milliseconds(300_000)

/** Two home networks in processes that die, and UEs that go on asking each other for links. */
export class Storm {
  readonly #options: StormOptions
  readonly #servers = new PostgresqlServers()
  readonly #heard = new Heard()
  readonly #nodes: SupervisedNode[] = []
  readonly #pairs: Pair[] = []
  readonly #idle: Pair[] = []
  readonly #setUps: SetUpRecord[] = []
  #config: NetworkConfig | undefined
  #phase: SetUpRecord['phase'] = 'before'
  #number = 0

  constructor(options: StormOptions) {
    this.#options = options
  }

  /** All of it. */
  async run(): Promise<History> {
    try {
      const { primary, standby } = await this.#start()
      const { seed, seconds, rate, say } = this.#options
      say(`storm of ${seconds} s, seed ${seed}, ${rate} set-ups a second`)
      await this.#setUpAll(['fresh B-TID'])
      this.#phase = 'storm'
      const failOver = async () => {
        await elapsed(milliseconds(seconds * (300 + new SeededRandom(seed).below(300))))
        say('the primary of PostgreSQL is killed')
        await primary.end('SIGKILL')
        await standby.promote()
        say('its standby is promoted')
      }
      await Promise.all([this.#killSome(), this.#setUpMany(), failOver()])
      say('the storm is over')
      await this.#allThere()
      say('all functions are there again')
      this.#phase = 'after'
      await this.#setUpAll(['fresh B-TID', 'IMSI', 'IMSI, SQN out of range'])
      return await this.#history()
    } finally {
      await this.#stop()
    }
  }

  async #start() {
    const { directory } = this.#options
    const primary = await this.#servers.start()
    const standby = await this.#servers.add(primary.standby(join(this.#servers.directory, 'standby')))
    await primary.query("alter system set synchronous_standby_names = '*'")
    await primary.query('select pg_reload_conf()')
    const config = await stormConfig(directory, subscribers, () => this.#servers.emptyPlace(primary, standby))
    this.#config = config
    // One after the other: twelve at once would be late for their own deadlines on a small machine.
    for (const name of functionsOf(config).keys()) {
      const node = new SupervisedNode(name, config.file, this.#heard)
      this.#nodes.push(node)
      await Promise.race([node.isThere([]), elapsed(toBeThere)])
    }
    await this.#allThere()
    await this.#startPairs(config)
    return { primary, standby }
  }

  /** Half of the pairs ask from the one network, half from the other. */
  async #startPairs(config: NetworkConfig): Promise<void> {
    const onFault = (node: string, error: unknown) =>
      this.#heard.onEnd(`${node} has a fault: ${String(error)}`)
    const tap = () => undefined
    const context = nodeContext({ config, tap, unsafeRevealKeys: false, onFault }, addressesOf(config))
    const ues = configuredNodes(config).filter((node): node is ConfiguredUe => node.kind === 'ue')
    const [first, second] = [ues.slice(0, subscribers), ues.slice(subscribers)]
    for (const [at, one] of first.entries()) {
      const other = second[at]
      if (!other) throw new Error('a UE is alone')
      const [ue1, ue2] = at % 2 === 0 ? [one, other] : [other, one]
      const pair = new Pair(ue1, ue2, context, () => this.#heard.highestSqn(maskedImsi(ue1.subscriber.imsi)))
      await pair.start()
      this.#pairs.push(pair)
    }
    this.#idle.push(...this.#pairs)
  }

  /** Every function serves and has all its Diameter connections; they come up by themselves. */
  async #allThere(): Promise<void> {
    if (!this.#config) return
    const peersOf = functionsOf(this.#config)
    const late = new Set(this.#nodes.map(({ name }) => name))
    const all = this.#nodes.map(async (node) => {
      await node.isThere(peersOf.get(node.name) ?? [])
      late.delete(node.name)
    })
    await Promise.race([Promise.all(all), elapsed(toBeThere)])
    if (late.size > 0)
      throw new Error(`R48: not there after five minutes: ${[...late, ...this.#heard.ends].join(', ')}`)
  }

  /** One process each second, whatever it is doing, and be it that it has just begun. */
  async #killSome(): Promise<void> {
    const { seed, seconds } = this.#options
    const random = new SeededRandom(seed + 1)
    for (let second = 0; second < seconds; second++) {
      const victim = random.pick(this.#nodes as [SupervisedNode, ...SupervisedNode[]])
      const jitter = random.below(killEvery)
      await Promise.all([
        elapsed(milliseconds(killEvery)),
        elapsed(milliseconds(jitter)).then(() => {
          victim.kill()
        }),
      ])
    }
  }

  /** So many a second, whether or not those before have ended. */
  async #setUpMany(): Promise<void> {
    const { seed, seconds, rate } = this.#options
    const random = new SeededRandom(seed + 2)
    const begun: Promise<void>[] = []
    const start = performance.now()
    for (let count = 0; count < seconds * rate; count++) {
      await elapsed(milliseconds(Math.max(0, start + (1000 * count) / rate - performance.now())))
      const kind = random.pick(kinds)
      const pair = this.#idle.shift()
      // All wait for something that was killed.
      if (!pair) continue
      begun.push(this.#setUp(pair, kind).then(() => void this.#idle.push(pair)))
    }
    await Promise.all(begun)
  }

  async #setUpAll(ofEach: readonly Kind[]): Promise<void> {
    for (const pair of this.#pairs) for (const kind of ofEach) await this.#setUp(pair, kind)
  }

  async #setUp(pair: Pair, kind: Kind): Promise<void> {
    const number = ++this.#number
    const phase = this.#phase
    this.#setUps.push({ number, kind, phase, ...(await pair.setUp(kind)) })
  }

  async #history(): Promise<History> {
    if (!this.#config) throw new Error('nothing was started')
    await this.#end()
    const { vectors, rands, ends, nafKeys } = this.#heard
    return {
      ...{ vectors, rands, ends, setUps: this.#setUps },
      bTids: this.#pairs.flatMap(({ bTids }) => bTids),
      nafKeys: [...nafKeys, ...this.#pairs.flatMap((pair) => pair.nafKeys)],
      stored: await storedIn(this.#config),
    }
  }

  /** UEs and functions; the database stays. */
  async #end(): Promise<void> {
    await Promise.all(this.#pairs.map((pair) => pair.stop()))
    await Promise.all(this.#nodes.map((node) => node.stop()))
  }

  async #stop(): Promise<void> {
    await this.#end()
    await this.#servers.remove()
  }

  /** How often each function was started. */
  get starts(): ReadonlyMap<string, number> {
    return new Map(this.#nodes.map(({ name, starts }) => [name, starts]))
  }
}
