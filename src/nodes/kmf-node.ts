import { shortBTid } from '../core/identities/b-tid.ts'
import { wipe } from '../core/keys.ts'
import { isRead, type Report } from '../core/tap.ts'
import { milliseconds } from '../core/units.ts'
import type { Clock } from '../core/environment.ts'
import { proseUssOf } from '../entities/hss/guss.ts'
import { createKmf, type KmfSettings } from '../entities/kmf/kmf.ts'
import { mostOpenRequests } from '../entities/kmf/open-requests.ts'
import type { BsfCall, KmfPorts, Pc6Port, Pc8Service, ZnPort, ZpnPort } from '../entities/kmf/ports.ts'
import type { DiameterNode } from '../io/diameter/node.ts'
import type { Pc8Octets } from '../io/https/pc8-message.ts'
import { startPc8Server } from '../io/https/pc8-server.ts'
import type { KmfStore } from '../io/store/kmf-store.ts'
import { proseKey } from '../reference-points/pc6/key-request.ts'
import { bootstrappingInfo } from '../reference-points/zn/bootstrapping-info.ts'
import { pushInfo } from '../reference-points/zn/push-info.ts'
import { Closing } from './closing.ts'
import type { PlmnConfig } from './config/network-config.ts'
import { seedAuthorisations } from './config/stores.ts'
import { deadlines, diameterNodeOf, missingOf, phasesOf } from './diameter.ts'
import { keyRequest } from './http-spans.ts'
import { KmfPeering } from './kmf-peering.ts'
import { nobody } from './nobody.ts'
import { guarded, voiceOf, type Node, type NodeContext } from './node.ts'
import { kmfView } from './views.ts'
import { applicationIds } from './peers.ts'
import { spansOf, storeSpans, type Spans } from './spans.ts'
import { sweepExpired } from './sweep.ts'
import { pc8Tap, ueOfPc8 } from './tap-http.ts'

const applications = [applicationIds.Zn, applicationIds.Zpn, applicationIds.PC6]
/** Connections that strangers may hold open (R43). */
const maxConnections = 1_000

const traced = (context: string | undefined) => (context === undefined ? {} : { context })

/** The BSF of the own home network: NAF keys are asked for B-TIDs and subscribers of it alone. */
function bsfOver(
  diameter: DiameterNode,
  { realm, kmf }: PlmnConfig,
  { clock }: NodeContext,
  spans: Spans,
): { zn: ZnPort; zpn: ZpnPort } {
  const route = (context: string | undefined, { until }: BsfCall) => ({
    destinationRealm: realm,
    ...traced(kmf.traceParentToBsf ? context : undefined),
    deadline: milliseconds(Math.max(0, until - clock.now())),
  })
  return {
    zn: {
      bootstrappingInfo: (request, call) =>
        spans({ side: 'client', point: 'Zn', name: 'BIR' }, call.context, (context) =>
          diameter.request(bootstrappingInfo, request, route(context, call)),
        ),
    },
    zpn: {
      pushInfo: (request, call) =>
        spans({ side: 'client', point: 'Zpn', name: 'GPR' }, call.context, (context) =>
          diameter.request(pushInfo, request, route(context, call)),
        ),
    },
  }
}

/** Any KMF of the other network. */
const pc6Over = (diameter: DiameterNode, spans: Spans): Pc6Port => ({
  requestKey: (home, request, trace) =>
    spans({ side: 'client', point: 'PC6', name: 'PKR' }, trace, (context) =>
      diameter.request(proseKey, request, {
        ...{ destinationRealm: home.realm, deadline: deadlines.pc6, ...traced(context) },
      }),
    ),
})

/** PC8 with its handshakes, and with step 4 to step 10, told. */
const pc8Spans = (service: Pc8Service, spans: Spans): Pc8Service => ({
  associate: (offer) =>
    spans(
      { side: 'server', point: 'PC8', name: 'TLS handshake' },
      undefined,
      () => service.associate(offer),
      (subscriber) => (subscriber ? undefined : 'identity refused'),
    ),
  answer: (body, subscriber, trace) =>
    keyRequest('server', trace, spans, (context) => service.answer(body, subscriber, context)),
})

/** What the subscribers of the file may, for a BSF that says nothing of it. */
function ownProseUssOf({ kmf, subscribers }: PlmnConfig): KmfPorts['ownProseUss'] {
  if (!kmf.ownProseSettings) return undefined
  const table = new Map(subscribers.map((subscriber) => [subscriber.imsi, proseUssOf(subscriber)[0]]))
  return (imsi) => Promise.resolve(table.get(imsi))
}

const knownTo = (plmn: PlmnConfig, { plmns }: KmfPeering) => ({ plmns, ownProseUss: ownProseUssOf(plmn) })

const settingsOf = ({ plmn, kmf: { nafKeyMaxAge, pdkLifetime, limits } }: PlmnConfig): KmfSettings => ({
  ...{ plmn, nafKeyMaxAge, pdkLifetime, limits, returnUe1ProseUeIds: true },
})

/** Tells the TLS of PC8 as it was on the wire, for captures. */
const octetsTap =
  (kmf: string, { tap, names }: NodeContext) =>
  ({ client, sender, time, identity, octets }: Pc8Octets): void => {
    const ue = ueOfPc8(identity, names)
    const [from, to] = sender === 'ue' ? [ue, kmf] : [kmf, ue]
    tap({ kind: 'octets', point: 'PC8', connection: `${kmf} ${client}`, from, to, time, bytes: octets })
  }

/** What a lab does to its store. */
const handsOn = (
  { keys, authorisations }: KmfStore,
  clock: Clock,
  report: Report,
): Pick<Node, 'forgetBTids' | 'expireBTid' | 'permit'> => ({
  async forgetBTids(only) {
    const all = await keys.list(clock.now())
    const gone = all.filter(({ btid }) => only === undefined || btid === only)
    for (const { btid } of gone) {
      await keys.forget(btid)
      report({ what: 'b-tid-forgotten', fields: { btid: shortBTid(btid) } })
    }
    return gone.length
  },
  async expireBTid(btid) {
    const row = await keys.find(btid, clock.now())
    if (!row) return
    await keys.put({ ...row, expires: clock.now() })
    report({ what: 'b-tid-expired', fields: { btid: shortBTid(btid) } })
  },
  async permit(imsi, plmn, may) {
    if ((await authorisations.mayLink(imsi, plmn)) === may) return false
    if (!may) return authorisations.revoke(imsi, plmn)
    await authorisations.grant(imsi, plmn)
    return true
  },
})

/** What is special about a KMF of a scenario. */
export interface KmfStage {
  /** Puts something between the KMF and its Zpn. */
  readonly onZpn?: (zpn: ZpnPort) => ZpnPort
}

/** The KMF of a PLMN: PC8 for its UEs, Zn and Zpn to its BSF, PC6 to other KMFs. Throws as `startHss`. */
export async function startKmf(
  plmn: PlmnConfig,
  context: NodeContext,
  { onZpn = (zpn) => zpn }: KmfStage = {},
): Promise<Node> {
  const { tap, clock, timers, carriers } = context
  const { name, fqdn, diameter: own, pc8 } = plmn.kmf
  const voice = voiceOf(name, context)
  const store = await carriers.kmfStore(plmn)
  const diameter = diameterNodeOf(name, plmn, own, applications, voice, context)
  const closing = new Closing()
  closing.opened(() => store.close())
  closing.opened(() => diameter.close())
  const stop = () => closing.close()
  const peering = await KmfPeering.open(diameter, store.peers, plmn, context).catch(
    async (error: unknown) => {
      await stop()
      throw error
    },
  )
  const spans = spansOf(name, context)
  const keys = storeSpans('keys', store.keys, spans)
  const authorisations = storeSpans('authorisations', store.authorisations, spans)
  const decisions = storeSpans('decisions', store.decisions, spans)
  const pushedGpis = storeSpans('pushedGpis', store.pushedGpis, spans)
  const bsf = bsfOver(diameter, plmn, context, spans)
  const kmf = createKmf(
    {
      ...{ ...context, ...voice, keys, authorisations, decisions, pushedGpis },
      ...{ ...knownTo(plmn, peering), zn: bsf.zn, zpn: onZpn(bsf.zpn), pc6: pc6Over(diameter, spans) },
    },
    settingsOf(plmn),
  )
  diameter.handle(
    proseKey,
    (request, from, trace) =>
      spans({ side: 'server', point: 'PC6', name: 'PKR' }, trace, (context) =>
        kmf.keyRequested(from.originHost, request, context),
      ),
    ({ pdk }) => wipe(pdk),
  )
  let current = plmn
  const act = () => kmf.reconfigure(knownTo(current, peering), settingsOf(current))
  peering.expect(act)
  const onKeyLog = (text: string) =>
    tap({ kind: 'secret', time: clock.now(), node: name, name: 'TLS key log', text })
  closing.opened(peering.follow(name))
  closing.opened(sweepExpired(name, context, (now, limit) => keys.eraseExpired(now, limit)))
  closing.opened(sweepExpired(name, context, (now, limit) => pushedGpis.forgetExpired(now, limit)))
  try {
    const address = await diameter.listen(own.listen)
    const server = await startPc8Server({
      ...{ address: pc8.listen.host, port: pc8.listen.port, versions: pc8.tls, names: [fqdn] },
      ...{ service: pc8Spans(kmf, spans), clock, timers, maxConnections, count: voice.count },
      ...{
        streams: carriers.streams(name),
        security: carriers.pc8(name, pc8.tls, context.unsafeRevealKeys ? onKeyLog : undefined),
      },
      ...(isRead('message', tap) && { onMessage: guarded(name, context, pc8Tap(voice, context)) }),
      ...(isRead('octets', tap) && { onOctets: guarded(name, context, octetsTap(name, context)) }),
      onFault: (error) => context.onFault(name, error),
    })
    closing.opened(() => server.close())
    return {
      name,
      addresses: new Map([
        ['diameter', address],
        ['pc8', { host: pc8.listen.host, port: server.port }],
      ]),
      ...handsOn(store, clock, voice.report),
      connect: () => peering.connect(),
      checkReload: (plmn, context) => peering.check(plmn, context),
      async reload(plmn, context) {
        await seedAuthorisations(plmn, store.authorisations)
        diameter.secure(context.carriers.diameter(plmn.kmf.diameter))
        current = plmn
        await peering.reload(plmn, context)
      },
      peersChanged: () => peering.look(),
      levels: () => ({
        tables: {
          ...diameter.tables,
          'PC8 connections': [server.connections, maxConnections],
          'open key requests': [kmf.openRequests, mostOpenRequests],
        },
        peers: phasesOf(diameter),
        missing: missingOf('BSF', plmn.realm, applicationIds.Zn, diameter),
      }),
      view: () => kmfView(store, clock.now()),
      storeAnswers: () => authorisations.mayLink(nobody.imsi, plmn.plmn),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
