import { InvalidConfig } from '../core/invalid-config.ts'
import { prepareFiles } from '../nodes/config/files.ts'
import type { NetworkConfig } from '../nodes/config/network-config.ts'
import { configuredNodes } from '../nodes/config/nodes.ts'
import { needsRestart } from '../nodes/config/restart.ts'
import type { Node, NodeContext } from '../nodes/node.ts'

/**
 * Running nodes go on under the configuration of `context`. Throws InvalidConfig with every setting that needs a restart and
 * every file that is missing; then nothing has changed.
 */
export async function reloadNodes(
  running: readonly Node[],
  before: NetworkConfig,
  context: NodeContext,
): Promise<void> {
  const { config } = context
  const names = running.map(({ name }) => name)
  const mistakes = needsRestart(before, config, names)
  if (mistakes.length > 0) throw new InvalidConfig(config.file, mistakes)
  const nodes = configuredNodes(config).filter(({ name }) => names.includes(name))
  await prepareFiles(config, context, nodes)
  const each = nodes.map(({ name, plmn }) => ({ plmn, node: running.find((node) => node.name === name) }))
  for (const { plmn, node } of each) node?.checkReload?.(plmn, context)
  for (const { plmn, node } of each) await node?.reload?.(plmn, context)
}
