import { resolve } from 'node:path'
import type { TapEvent } from '../../core/tap.ts'
import { systemClock, systemRandom } from '../../io/system.ts'
import { prepareFiles } from '../../nodes/config/files.ts'
import { networkNodes, type Network, type ProcessControl } from '../network.ts'
import { type NetworkOptions } from '../node-context.ts'
import type { UeControl } from '../ue-control.ts'
import { addressedConfigFile } from './addressed-config.ts'
import { Child } from './child.ts'

/** The command that runs one node, seen from here both in `src` and in `dist`. */
const command = resolve(import.meta.dirname, '../../../bin/sidelock.js')

/** One operating-system process for each node; `restart` starts one again that was killed. */
export async function startProcessNetwork(options: NetworkOptions): Promise<Network & ProcessControl> {
  const { config } = options
  await prepareFiles(config, { clock: systemClock, random: systemRandom })
  const file = await addressedConfigFile(config)
  const nodes = networkNodes(config)
  const children = new Map<string, Child>()
  const start = async (name: string) => {
    const role = nodes.find((node) => node.name === name)?.role ?? 'ue'
    const flags = options.unsafeRevealKeys ? ['--unsafe-reveal-keys'] : []
    const argv = [command, 'node', role, '--config', file, '--name', name, '--quiet', ...flags] as const
    const child = new Child({
      ...{ name, argv: [...argv], tap: options.tap },
      onEnd: (how) => options.tap(ended(name, how)),
    })
    children.set(name, child)
    await child.serves
  }
  const stop = async () => {
    const running = [...children.values()]
    children.clear()
    await Promise.all(running.map((child) => child.stop()))
  }
  const childOf = (name: string): Child => {
    const child = children.get(name)
    if (!child) throw new Error(`there is no node ${name}`)
    return child
  }
  try {
    await Promise.all(nodes.map(({ name }) => start(name)))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    nodes,
    ue: (name): UeControl => childOf(name).control,
    async show(name) {
      const child = children.get(name)
      return child?.isRunning ? child.show() : undefined
    },
    async settle() {
      const running = [...children.values()].filter((child) => child.isRunning)
      await Promise.allSettled(running.map((child) => child.settle()))
    },
    pid: (name) => childOf(name).pid,
    async restart(name) {
      await childOf(name).stop()
      await start(name)
    },
    stop,
  }
}

const ended = (node: string, how: string): TapEvent => ({
  ...{ kind: 'state', time: systemClock.now(), node, what: 'process-ended', fields: { how } },
})
