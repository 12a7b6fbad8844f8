import { IpHost } from '../entities/ue/ip/ip-host.ts'
import type { ConfiguredNode } from '../nodes/config/nodes.ts'
import { voiceOf, type NodeContext } from '../nodes/node.ts'
import { startTun } from '../nodes/tun.ts'
import { startUe, type UeNode } from '../nodes/ue-node.ts'
import { startWatched } from '../nodes/watch.ts'
import { tellingRadio } from './heard-frames.ts'
import { runLoneUe, type LoneUe } from './lone-ue.ts'
import type { NodeOptions } from './run-node.ts'
import { UeByHand } from './ue-by-hand.ts'
import { LocalUeControl, type UeControl } from './ue-control.ts'

type ConfiguredUe = Extract<ConfiguredNode, { kind: 'ue' }>

/** A UE that runs as a process of its own, with what is around it. */
export interface RunningUe {
  readonly node: UeNode
  readonly control: UeControl
  /** Where no testbed orders it about. */
  readonly byHand?: UeByHand
  /** From now on it is found, opens PC8 and asks for links by itself. */
  goOn(): void
  /** All but the node itself. */
  stop(): Promise<void>
}

/** Starts a UE of its own; throws what `startUe` throws, and the errors of its TUN device. */
export async function startUeAlone(
  node: ConfiguredUe,
  context: NodeContext,
  options: NodeOptions,
  isOfTestbed: boolean,
): Promise<RunningUe> {
  const running = await started(node, context, !isOfTestbed && options.tellHeard === true)
  const tun = await startIp(running, node, options, context)
  const control = new LocalUeControl(running.ue, context.timers)
  const byHand = isOfTestbed
    ? undefined
    : new UeByHand(running, node, context, tun ? undefined : hostOf(running, context))
  let lone: LoneUe | undefined
  return {
    ...{ node: running, control },
    ...(byHand && { byHand }),
    goOn() {
      lone = runLoneUe(control, context.config, node.name, options.connectTo, context.tap)
      lone.settled.catch((error: unknown) => context.onFault(node.name, error))
    },
    async stop() {
      lone?.stop()
      await byHand?.close()
      await tun?.close()
    },
  }
}

function started(node: ConfiguredUe, surroundings: NodeContext, tellHeard: boolean): Promise<UeNode> {
  const [own] = node.ue.proseUeIds
  const { pc5Profile } = node.ue
  return startWatched(node, surroundings, (context) => {
    const isTelling = tellHeard && own !== undefined
    const onRadio = isTelling ? tellingRadio(node.name, own, pc5Profile, context) : undefined
    return startUe(node, context, onRadio ? { onRadio, tellsHeard: true } : {})
  })
}

function hostOf({ name, ue }: UeNode, context: NodeContext): IpHost {
  const { count } = voiceOf(name, context)
  return new IpHost({ ...context, ue, count })
}

/** The TUN device of a UE that has one; a UE that cannot have it does not run. */
async function startIp(
  running: UeNode,
  node: ConfiguredUe,
  { tun: name }: NodeOptions,
  context: NodeContext,
) {
  const { tun } = node.ue
  const wanted = name === undefined ? tun : { forwardBetweenLinks: false, ...tun, name }
  if (!wanted) return undefined
  try {
    return await startTun(node.name, running.ue, wanted, context)
  } catch (error) {
    await running.stop()
    throw error
  }
}
