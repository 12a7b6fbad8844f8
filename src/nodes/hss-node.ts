import { wipe } from '../core/keys.ts'
import { multimediaAuth as decide } from '../entities/hss/multimedia-auth.ts'
import { multimediaAuth } from '../reference-points/zh/multimedia-auth.ts'
import { Closing } from './closing.ts'
import type { PlmnConfig } from './config/network-config.ts'
import { seedSubscribers } from './config/stores.ts'
import { diameterNodeOf, phasesOf } from './diameter.ts'
import { nobody } from './nobody.ts'
import { voiceOf, type Node, type NodeContext } from './node.ts'
import { hssView } from './views.ts'
import { applicationIds, neighboursOf, Peering } from './peers.ts'
import { spansOf, storeSpans } from './spans.ts'

const zhServer = { side: 'server', point: 'Zh', name: 'MAR' } as const

const zh = [applicationIds.Zh]

/** The HSS of a PLMN: Zh for its BSF. Throws InvalidConfig, StoreUnusable or the error of its socket. */
export async function startHss(plmn: PlmnConfig, context: NodeContext): Promise<Node> {
  const { name, diameter: own } = plmn.hss
  const voice = voiceOf(name, context)
  const store = await context.carriers.hssStore(plmn)
  const diameter = diameterNodeOf(name, plmn, own, zh, voice, context)
  const spans = spansOf(name, context)
  const ports = { ...context, ...voice, subscribers: storeSpans('subscribers', store.subscribers, spans) }
  diameter.handle(
    multimediaAuth,
    (request, _from, trace) => spans(zhServer, trace, (context) => decide(request, ports, context)),
    ({ vector }) => wipe(vector.ck, vector.ik, vector.xres),
  )
  const peeringOf = ({ bsf, realm, hss }: PlmnConfig) =>
    new Peering(
      diameter,
      neighboursOf(bsf.instances, { realm, applications: zh, opens: false, isMutual: true }),
      hss.diameter,
    )
  const peering = peeringOf(plmn)
  peering.expect()
  const closing = new Closing()
  closing.opened(() => store.close())
  closing.opened(() => diameter.close())
  const stop = () => closing.close()
  try {
    const address = await diameter.listen(own.listen)
    const connect = () => peering.connect(context)
    const reload = async (plmn: PlmnConfig, context: NodeContext) => {
      const { carriers } = context
      await seedSubscribers(plmn, store.subscribers, (subscriber) => carriers.akaSecrets(plmn, subscriber))
      diameter.secure(carriers.diameter(plmn.hss.diameter))
      await peeringOf(plmn).renew(context)
    }
    return {
      ...{ name, addresses: new Map([['diameter', address]]), connect, reload, stop },
      levels: () => ({ tables: diameter.tables, peers: phasesOf(diameter), missing: [] }),
      view: () => hssView(store.subscribers),
      storeAnswers: () => ports.subscribers.findByImpi(nobody.impi),
    }
  } catch (error) {
    await stop()
    throw error
  }
}
