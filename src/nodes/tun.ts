import { IpPlane } from '../entities/ue/ip/ip-plane.ts'
import { maximumUserData, type Ue } from '../entities/ue/ue.ts'
import { openTun } from '../io/tun/tun-interface.ts'
import type { TunConfig } from './config/network-config.ts'
import { voiceOf, type NodeContext } from './node.ts'

/** IP of this machine over the links of a running UE. Throws TunNotPermitted, TunUnavailable. */
export async function startTun(
  name: string,
  ue: Ue,
  config: TunConfig,
  context: NodeContext,
): Promise<IpPlane> {
  const { count, report } = voiceOf(name, context)
  const device = await openTun({
    ...{ name: config.name, mtu: maximumUserData, count },
    onFault: (error) => context.onFault(name, error),
  })
  return new IpPlane(config, { ...context, ue, count, report, interface: device })
}
