import { defaultNames } from '../core/plmn-table.ts'
import { shortBTid } from '../core/identities/b-tid.ts'
import { isRead } from '../core/tap.ts'
import { wipe, type KsNaf } from '../core/keys.ts'
import { TokenBuckets } from '../core/token-buckets.ts'
import { Bootstrapping, type BootstrappingConfig } from '../entities/bsf/bootstrapping.ts'
import { bootstrappingInfo as giveNafKey } from '../entities/bsf/naf-keys.ts'
import { kmfPolicy, type NafPolicy } from '../entities/bsf/naf-policy.ts'
import type { ZhPort } from '../entities/bsf/ports.ts'
import { pushInfo as push, type PushPolicy } from '../entities/bsf/push.ts'
import type { DiameterNode } from '../io/diameter/node.ts'
import { startUbServer } from '../io/https/ub-server.ts'
import type { UbSession } from '../reference-points/ub/exchange.ts'
import { multimediaAuth } from '../reference-points/zh/multimedia-auth.ts'
import { bootstrappingInfo } from '../reference-points/zn/bootstrapping-info.ts'
import { pushInfo } from '../reference-points/zn/push-info.ts'
import { Closing } from './closing.ts'
import type { NafConfig, PlmnConfig } from './config/network-config.ts'
import { deadlines, diameterNodeOf, missingOf, phasesOf } from './diameter.ts'
import { ubExchange } from './http-spans.ts'
import { nobody } from './nobody.ts'
import { guarded, voiceOf, type Node, type NodeContext } from './node.ts'
import { bsfView } from './views.ts'
import { applicationIds, neighboursOf, Peering, type Neighbour } from './peers.ts'
import { spansOf, storeSpans, type Spans } from './spans.ts'
import { sweepExpired } from './sweep.ts'
import { ubTapOfBsf } from './tap-http.ts'

const zh = [applicationIds.Zh]
/** Zn and Zpn go to the same peer. */
const zn = [applicationIds.Zn, applicationIds.Zpn]
/** Bounds of what strangers may hold open (R43). */
const limits = { maxChallenges: 10_000, maxConnections: 1_000 } as const

const zhOver = (diameter: DiameterNode, { realm }: PlmnConfig, spans: Spans): ZhPort => ({
  authenticate: (request, trace) =>
    spans({ side: 'client', point: 'Zh', name: 'MAR' }, trace, (context) =>
      diameter.request(multimediaAuth, request, {
        ...{ destinationRealm: realm, deadline: deadlines.zh },
        ...(context === undefined ? {} : { context }),
      }),
    ),
})

/** A connection of Ub with each of its exchanges told. */
const ubSpans = (session: UbSession, spans: Spans): UbSession => ({
  exchange: ubExchange('server', session, spans),
  close: () => session.close(),
  get impi() {
    return session.impi
  },
})

const policyOf = ({
  originHost,
  fqdns,
  uaIds,
  gsids,
  push: mayPush,
  discloseImpi,
}: NafConfig): NafPolicy => ({
  ...{ originHosts: [originHost], fqdns, uaIds, gsids, mayPush, discloseImpi, requiredGsids: [] },
})

function neighbours({ realm, hss, kmf, bsf }: PlmnConfig): readonly Neighbour[] {
  const kmfs = neighboursOf(kmf.instances, { realm, applications: zn, opens: false, isMutual: true })
  const nafs = bsf.nafs.filter(({ originHost }) => !kmfs.some(({ host }) => host === originHost))
  return [
    ...neighboursOf(hss.instances, { realm, applications: zh, opens: true, isMutual: true }),
    ...kmfs,
    ...nafs.map((naf) => ({
      ...{ host: naf.originHost, realm: naf.realm, applications: zn, opens: false, isMutual: false },
    })),
  ]
}

/** Who may ask what; the rate of `before` goes on where it is the same. */
function pushPolicyOf({ kmf, bsf }: PlmnConfig, before?: PushPolicy): PushPolicy {
  const { nafs, ksLifetime, pushesPerMinute } = bsf
  const kmfs = kmf.instances.map(({ diameter: { originHost } }) => originHost)
  return {
    nafs: [kmfPolicy(kmfs, [kmf.fqdn]), ...nafs.map(policyOf)],
    ksLifetime,
    pushes: TokenBuckets.after(before?.pushes, pushesPerMinute),
  }
}

function bootstrappingOf({ plmn, bsf }: PlmnConfig): BootstrappingConfig {
  const { fqdn, ksLifetime, challengesPerMinute, tmpi } = bsf
  const names = [fqdn, ...defaultNames(plmn).bsfNames.filter((other) => other !== fqdn)]
  const { maxChallenges } = limits
  return { names, bTidDomain: fqdn, ksLifetime, challengesPerMinute, tmpi, maxChallenges }
}

/** The BSF of a PLMN: Ub for its UEs, Zn and Zpn for its KMF and other NAFs, Zh to its HSS. Throws as `startHss`. */
export async function startBsf(plmn: PlmnConfig, context: NodeContext): Promise<Node> {
  const { name, diameter: own, ubListen } = plmn.bsf
  const voice = voiceOf(name, context)
  const store = await context.carriers.bsfStore(plmn)
  const diameter = diameterNodeOf(name, plmn, own, [...zh, ...zn], voice, context)
  const spans = spansOf(name, context)
  const bootstraps = storeSpans('bootstraps', store.bootstraps, spans)
  const ports = { ...context, ...voice, bootstraps, zh: zhOver(diameter, plmn, spans) }
  let policy = pushPolicyOf(plmn)
  const bootstrapping = new Bootstrapping(bootstrappingOf(plmn), ports)
  const wipeKey = ({ meKeyMaterial }: { readonly meKeyMaterial: KsNaf }) => wipe(meKeyMaterial)
  diameter.handle(
    bootstrappingInfo,
    (request, from, trace) =>
      spans({ side: 'server', point: 'Zn', name: 'BIR' }, trace, (context) =>
        giveNafKey(request, from.originHost, policy.nafs, ports, context),
      ),
    wipeKey,
  )
  diameter.handle(
    pushInfo,
    (request, from, trace) =>
      spans({ side: 'server', point: 'Zpn', name: 'GPR' }, trace, (context) =>
        push(request, from.originHost, policy, ports, context),
      ),
    wipeKey,
  )
  const peeringOf = (plmn: PlmnConfig) => new Peering(diameter, neighbours(plmn), plmn.bsf.diameter)
  const peering = peeringOf(plmn)
  peering.expect()
  const closing = new Closing()
  closing.opened(() => store.close())
  closing.opened(() => diameter.close())
  closing.opened(sweepExpired(name, context, (now, limit) => bootstraps.forgetExpired(now, limit)))
  const stop = () => closing.close()
  try {
    const address = await diameter.listen(own.listen)
    const ub = await startUbServer({
      ...{ address: ubListen.host, port: ubListen.port, maxConnections: limits.maxConnections },
      streams: context.carriers.streams(name),
      connect: (client) => ubSpans(bootstrapping.connect(client), spans),
      ...(isRead('message', context.tap) && {
        onMessage: guarded(name, context, ubTapOfBsf(voice, context)),
      }),
      onFault: (error) => context.onFault(name, error),
    })
    closing.opened(() => ub.close())
    return {
      name,
      addresses: new Map([
        ['diameter', address],
        ['ub', { host: ubListen.host, port: ub.port }],
      ]),
      connect: () => peering.connect(context),
      async reload(plmn, context) {
        diameter.secure(context.carriers.diameter(plmn.bsf.diameter))
        bootstrapping.reconfigure(plmn.bsf)
        policy = pushPolicyOf(plmn, policy)
        await peeringOf(plmn).renew(context)
      },
      async forgetBTids(only) {
        const all = await bootstraps.list(context.clock.now())
        const gone = all.filter(({ btid }) => only === undefined || btid === only)
        for (const { btid } of gone) {
          await bootstraps.remove(btid)
          voice.report({ what: 'b-tid-forgotten', fields: { btid: shortBTid(btid) } })
        }
        return gone.length
      },
      async expireBTid(btid) {
        const kept = await bootstraps.find(btid, context.clock.now())
        if (!kept) return
        await bootstraps.put({ ...kept, expires: context.clock.now() })
        voice.report({ what: 'b-tid-expired', fields: { btid: shortBTid(btid) } })
      },
      levels: () => ({
        tables: {
          ...diameter.tables,
          'Ub connections': [ub.connections, limits.maxConnections],
          'Ub challenges': [bootstrapping.openChallenges, limits.maxChallenges],
        },
        peers: phasesOf(diameter),
        missing: missingOf('HSS', plmn.realm, applicationIds.Zh, diameter),
      }),
      view: () => bsfView(store.bootstraps, context.clock.now()),
      storeAnswers: () => bootstraps.findImpi(nobody.tmpi, context.clock.now()),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
