import { expect, onTestFinished, vi } from 'vitest'
import { main } from '../../../src/cli/main.ts'
import { services } from '../../../src/cli/services.ts'
import { prepareFiles } from '../../../src/nodes/config/files.ts'
import { loadNetworkConfig } from '../../../src/nodes/config/load.ts'
import { configuredNodes } from '../../../src/nodes/config/nodes.ts'
import type { Node } from '../../../src/nodes/node.ts'
import { startEntity } from '../../../src/testbed/network.ts'
import { nodeContext } from '../../../src/testbed/node-context.ts'
import { addressesOf } from '../../../src/testbed/processes/addressed-config.ts'
import { fixedPorts, freePorts } from '../fixed-ports.ts'
import { labFile, temporaryDirectory, type Change } from '../lab-network.ts'

interface Answer {
  readonly code: number
  readonly out: readonly string[]
  readonly err: readonly string[]
}

/** Sees a line on stderr, and may press Ctrl-C. */
type Watch = (line: string, interrupt: () => void) => void

/** One command. */
export async function sidelock(args: readonly string[], watch: Watch = () => undefined): Promise<Answer> {
  const [out, err]: [string[], string[]] = [[], []]
  let interrupt: (code: 130) => void = () => undefined
  const happened = new Promise<130>((resolve) => (interrupt = resolve))
  const onErr = (line: string) => {
    err.push(line)
    watch(line, () => interrupt(130))
  }
  const code = await main(args, {
    terminal: {
      ...{ out: (line) => out.push(line), err: onErr },
      ...{ columns: undefined, environment: {}, onLine: () => () => undefined },
    },
    services,
    interruption: {
      ...{ happened, atOnce: () => undefined },
      ...{ onHangUp: () => undefined, end: () => undefined },
    },
  })
  return { code, out, err }
}

const unlimited: readonly Change[] = [0, 1].flatMap((plmn): Change[] => [
  [['plmns', plmn, 'kmf', 'limits', 'keyRequestsPerUe1PerMinute'], 'unlimited'],
  [['plmns', plmn, 'kmf', 'limits', 'keyRequestsPerUe2PerMinute'], 'unlimited'],
  [['plmns', plmn, 'kmf', 'limits', 'pushesPerImsiPerMinute'], 'unlimited'],
  [['plmns', plmn, 'bsf', 'challengesPerMinute'], 'unlimited'],
  [['plmns', plmn, 'bsf', 'pushesPerMinute'], 'unlimited'],
])

/** Instances that do not run: the load plays them. */
async function played(): Promise<readonly Change[]> {
  const [bsf, ub, kmf1, pc81, kmf2, pc82] = (await freePorts(6)).map((port) => `127.0.0.1:${port}`)
  return [
    [['plmns', 0, 'bsf', 'replicas'], [{ diameter: { listen: bsf }, ubListen: ub }]],
    [['plmns', 0, 'kmf', 'replicas'], [{ diameter: { listen: kmf1 }, pc8: { listen: pc81 } }]],
    [['plmns', 1, 'kmf', 'replicas'], [{ diameter: { listen: kmf2 }, pc8: { listen: pc82 } }]],
  ]
}

export interface LoadedNetwork {
  readonly file: string
  /** `sidelock load` with these arguments and `--json`; the result. */
  load(args: readonly string[], watch?: Watch): Promise<Answer & { readonly result: LoadedResult }>
  stop(name: string): Promise<void>
}

export interface LoadedResult {
  readonly sent: number
  readonly answered: number
  readonly errors: number
  readonly due: number
  readonly notBegun: number
  readonly away: readonly string[]
  readonly kinds: Readonly<Record<string, { sent: number; answered: number; errors: number }>>
  readonly exchanges: LoadedResult['kinds']
  readonly classes: readonly { kind: string; code: string; reason: string; count: number }[]
}

/** Two home networks on sockets of their own, with subscribers that a load has made. The caller stops it. */
export async function loadedNetwork(
  subscribers: number,
  changes: readonly Change[] = [],
  whenDone: (clean: () => void | Promise<void>) => void = onTestFinished,
): Promise<LoadedNetwork> {
  const directory = temporaryDirectory(whenDone)
  const file = labFile(directory, [...(await fixedPorts()), ...(await played()), ...unlimited, ...changes])
  const config = loadNetworkConfig(file)
  const nodes = new Map<string, Node>()
  whenDone(async () => {
    for (const node of [...nodes.values()].reverse()) await node.stop()
  })
  for (const { plmn } of config.plmns) {
    const csv = `${directory}/${plmn}.csv`
    const of = ['--plmn', plmn, '--config', file]
    for (const command of [
      ['load', '--subscribers', String(subscribers), '--write', csv, ...of],
      ['subscriber', 'import', csv, ...of],
    ]) {
      const { code, err } = await sidelock(command)
      if (code !== 0) throw new Error(err.join('\n'))
    }
  }
  const onFault = (node: string, cause: unknown): never => {
    throw new Error(node, { cause })
  }
  const setting = { config, tap: () => undefined, unsafeRevealKeys: false, onFault }
  const context = nodeContext(setting, addressesOf(config))
  await prepareFiles(config, context)
  for (const node of configuredNodes(config))
    if (node.kind !== 'ue' && !node.name.includes('-')) nodes.set(node.name, await startEntity(node, context))
  for (const node of nodes.values()) void node.connect()
  const kmf2 = config.plmns[1]?.kmf.diameter.originHost ?? ''
  await vi.waitFor(() => {
    expect([...nodes.values()].flatMap((node) => node.levels().missing)).toEqual([])
    expect(nodes.get('kmf1')?.levels().peers[kmf2]).toBe('available')
  }, 20_000)
  return {
    file,
    async load(args, watch) {
      const answer = await sidelock(['load', ...args, '--config', file, '--json'], watch)
      return { ...answer, result: JSON.parse(answer.out.at(-1) ?? '{}') as LoadedResult }
    },
    async stop(name) {
      await nodes.get(name)?.stop()
      nodes.delete(name)
    },
  }
}
