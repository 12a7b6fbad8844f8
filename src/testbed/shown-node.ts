import type { Fields } from '../core/tap.ts'
import type { Node } from '../nodes/node.ts'
import type { NetworkNode } from './run.ts'

/** What a node holds now, as `sidelock show` tells it. */
export async function shownNode(node: Node, { name, role, plmn }: NetworkNode): Promise<Fields> {
  const listens = [...node.addresses].map(([service, { host, port }]) => [service, `${host}:${port}`])
  const { peers, tables } = node.levels()
  return {
    ...{ name, role, plmn, listens: Object.fromEntries(listens) as Readonly<Record<string, string>> },
    ...{ peers, tables },
    ...(await node.view()),
  }
}
