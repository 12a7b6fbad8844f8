import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import { configuredNodes, findNode, type ConfiguredNode } from '../../nodes/config/nodes.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { CheckFlags } from '../flags.ts'
import { counted } from '../../ladder/names.ts'
import type { Services } from '../services.ts'
import { note, type Terminal } from '../terminal.ts'
import { didYouMean } from './node.ts'

/**
 * Reads a configuration and starts nothing; with nodes also the files that these need. Mistakes are thrown as InvalidConfig,
 * what is worth a warning goes to stderr.
 */
export async function check(
  file: string,
  flags: CheckFlags,
  { terminal, services }: { readonly terminal: Terminal; readonly services: Services },
): Promise<ExitCode> {
  const config = await services.loadConfig(file === '-' ? '/dev/stdin' : file)
  const nodes = (flags.node ?? []).map((name) => nodeOf(config, name))
  const warnings = nodes.length === 0 ? [] : await services.checkFiles(config, nodes)
  const { plmns, ues } = config
  const subscribers = plmns.reduce((sum, plmn) => sum + plmn.subscribers.length, 0)
  const counts = { plmns: plmns.length, subscribers, ues: ues.length }
  if (flags.json) {
    const checked = { nodes: nodes.map(({ name }) => name), warnings }
    terminal.out(JSON.stringify({ event: 'result', schema: 1, file, valid: true, ...counts, ...checked }))
    return exitCodes.done
  }
  for (const warning of warnings)
    note(terminal, `warning: ${warning.file}: ${warning.message}, ${warning.path}`)
  const files = nodes.map(({ name }) => `, files of ${name}`).join('')
  terminal.out(
    `${file} can be used: ${counted(counts.plmns, 'PLMN')}, ${counted(subscribers, 'subscriber')}, ${counted(counts.ues, 'UE')}${files}`,
  )
  return exitCodes.done
}

function nodeOf(config: NetworkConfig, name: string): ConfiguredNode {
  const node = findNode(config, name)
  if (node) return node
  const names = configuredNodes(config).map((one) => one.name)
  throw new WrongUsage(`${config.file} has no node ${name}`, didYouMean(name, names))
}
