import { LocalFault, Outage, ProseError } from '../../core/errors.ts'
import type { Fields, Tap } from '../../core/tap.ts'
import type { UeControl } from '../ue-control.ts'
import type { Order, RemoteError, Told } from './messages.ts'

/** A fault without a code of its own. */
class Unexpected extends LocalFault {
  readonly code = 'ERR_UNEXPECTED'
}

/** The testbed that started this process. */
export interface Parent {
  readonly tap: Tap
  /** This node serves; from now on it tells what it holds, and a UE takes orders. */
  serves(node: ServedNode): void
}

export interface ServedNode {
  readonly show: () => Promise<Fields>
  readonly control: UeControl | undefined
}

/** Undefined when this process was started by hand. A node whose testbed is gone ends as if it were told to. */
export function parentOf(process: NodeJS.Process): Parent | undefined {
  const send = process.send?.bind(process)
  if (!send) return undefined
  const tell = (told: Told) => {
    if (process.connected) send(told)
  }
  const end = () => process.kill(process.pid, 'SIGTERM')
  if (process.connected) process.once('disconnect', end)
  else end()
  // Otherwise the channel would keep a process whose node has stopped.
  process.channel?.unref()
  return {
    tap: (event) => tell({ kind: 'event', event }),
    serves(node) {
      process.on('message', (order: Order) => void carryOut(order, node, tell))
      tell({ kind: 'serves' })
    },
  }
}

async function carryOut(order: Order, node: ServedNode, tell: (told: Told) => void): Promise<void> {
  const { id } = order
  try {
    const value = await answerTo(order, node)
    tell({ kind: 'done', id, value })
  } catch (error) {
    tell({ kind: 'failed', id, error: remoteError(error) })
  }
}

function answerTo(order: Order, { show, control }: ServedNode): unknown {
  switch (order.kind) {
    case 'settle':
      return undefined
    case 'show':
      return show()
    case 'control':
      return call(control, order.method, order.args)
  }
}

function call(control: UeControl | undefined, method: keyof UeControl, args: readonly unknown[]): unknown {
  if (!control) throw new Unexpected('this node is no UE')
  const run: (...args: never[]) => unknown = control[method].bind(control)
  return run(...(args as never[]))
}

function remoteError(error: unknown): RemoteError {
  const known = error instanceof ProseError ? error : new Unexpected(String(error))
  const { code, message, clause } = known
  return { code, message, clause, temporary: known instanceof Outage }
}
