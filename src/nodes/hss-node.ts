import { wipe } from '../core/keys.ts'
import { multimediaAuth as decide } from '../entities/hss/multimedia-auth.ts'
import type { PeerOptions } from '../io/diameter/peer-rules.ts'
import { multimediaAuth } from '../reference-points/zh/multimedia-auth.ts'
import { Closing } from './closing.ts'
import type { PlmnConfig } from './config/network-config.ts'
import { seedSubscribers } from './config/stores.ts'
import { diameterNodeOf } from './diameter.ts'
import { voiceOf, type Node, type NodeContext } from './node.ts'

const zh = [multimediaAuth.command.applicationId]

const bsfPeer = ({ bsf, realm }: PlmnConfig): PeerOptions => ({
  ...{ host: bsf.diameter.originHost, realm, applications: zh },
})

/** The HSS of a PLMN: Zh for its BSF. Throws InvalidConfig, StoreUnusable or the error of its socket. */
export async function startHss(plmn: PlmnConfig, context: NodeContext): Promise<Node> {
  const { name, diameter: own } = plmn.hss
  const voice = voiceOf(name, context)
  const store = await context.carriers.hssStore(plmn)
  const diameter = diameterNodeOf(name, plmn, own, zh, voice, context)
  const ports = { ...context, ...voice, subscribers: store.subscribers }
  diameter.handle(
    multimediaAuth,
    (request, _from, trace) => decide(request, ports, trace),
    ({ vector }) => wipe(vector.ck, vector.ik, vector.xres),
  )
  const bsf = plmn.bsf.diameter.originHost
  diameter.addPeer(bsfPeer(plmn))
  const closing = new Closing()
  closing.opened(() => store.close())
  closing.opened(() => diameter.close())
  const stop = () => closing.close()
  try {
    const address = await diameter.listen(own.listen)
    const connect = () => diameter.whenAvailable(bsf)
    const reload = async (plmn: PlmnConfig, { carriers }: NodeContext) => {
      await seedSubscribers(plmn, store.subscribers, (subscriber) => carriers.akaSecrets(plmn, subscriber))
      diameter.secure(carriers.diameter(plmn.hss.diameter))
      await diameter.setPeers([bsfPeer(plmn)])
    }
    return { name, addresses: new Map([['diameter', address]]), connect, reload, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
