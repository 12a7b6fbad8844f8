import { seconds, inMilliseconds, type Milliseconds } from '../core/units.ts'
import type { Fqdn } from '../core/identities/fqdn.ts'
import { DiameterNode } from '../io/diameter/node.ts'
import type { DiameterConfig, PlmnConfig } from './config/network-config.ts'
import { isRead } from '../core/tap.ts'
import { guarded, type NodeContext, type NodeVoice } from './node.ts'
import { diameterTap } from './tap-diameter.ts'

/** How long an answer is waited for; each wait is longer than those inside it. */
export const deadlines: Readonly<Record<'zh' | 'pc6', Milliseconds>> = {
  zh: inMilliseconds(seconds(5)),
  pc6: inMilliseconds(seconds(11)),
}

/** In a lab a node that was started again is found at once; elsewhere Tc is that of RFC 6733 2.1. */
const labReconnect = inMilliseconds(seconds(1))

/** Each peer as those who watch a node see it. */
export const phasesOf = ({ peers }: DiameterNode): Readonly<Record<string, string>> =>
  Object.fromEntries(peers.map(({ host, isAvailable, phase }) => [host, isAvailable ? 'available' : phase]))

/** What is missing of those that a node asks for everything: one that a request gets to is enough. */
export const missingOf = (
  entity: string,
  realm: Fqdn,
  applicationId: number,
  diameter: DiameterNode,
): readonly string[] => (diameter.leadsTo(realm, applicationId) ? [] : [`no ${entity} takes requests`])

/** The Diameter side of one entity, not listening yet. */
export function diameterNodeOf(
  name: string,
  plmn: PlmnConfig,
  own: DiameterConfig,
  applications: readonly number[],
  voice: NodeVoice,
  context: NodeContext,
): DiameterNode {
  const { config, clock, timers, random, carriers } = context
  return new DiameterNode({
    identity: {
      originHost: own.originHost,
      originRealm: plmn.realm,
      hostIpAddresses: [own.listen.host],
      productName: 'Sidelock',
      originStateId: Math.floor(clock.now() / 1000),
      applications,
    },
    ...{ security: carriers.diameter(own), streams: carriers.streams(name) },
    ...{ clock, timers, random },
    ...(isRead('message', context.tap) && { onMessage: guarded(name, context, diameterTap(name, context)) }),
    onPeer: (host, isAvailable) =>
      voice.report({
        what: isAvailable ? 'peer-up' : 'peer-lost',
        fields: { peer: context.names.ofHost(host) ?? host },
      }),
    count: voice.count,
    ...(config.lab && { intervals: { reconnect: labReconnect } }),
  })
}
