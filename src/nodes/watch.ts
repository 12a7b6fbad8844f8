import { allTaps, type Tap, type TapState } from '../core/tap.ts'
import { startTracing } from '../io/watch/tracing.ts'
import { startWatchServer } from '../io/watch/watch-server.ts'
import { version } from '../io/version.ts'
import type { ListenAddress, NetworkConfig, WatchConfig } from './config/network-config.ts'
import type { ConfiguredNode } from './config/nodes.ts'
import { faultOf, type Node, type NodeContext } from './node.ts'
import { levelsOf, notReady } from './readiness.ts'

/** Starts a node, and beside it what its configuration has to watch it; throws what `start` and the sockets throw. */
export async function startWatched<Running extends Node>(
  node: ConfiguredNode,
  context: NodeContext,
  start: (context: NodeContext) => Promise<Running>,
): Promise<Running> {
  const watch = await context.carriers.watch(node, context)
  if (!watch) return start(context)
  try {
    const running = await start(observed(context, watch.observe))
    watch.runs(running)
    const { address } = watch
    return {
      ...running,
      ...(address && { addresses: new Map([...running.addresses, ['watch' as const, address]]) }),
      async stop() {
        await running.stop()
        await watch.close()
      },
    }
  } catch (error) {
    await watch.close()
    throw error
  }
}

/** The context of a node whose events, faults among them, have one more reader. */
const observed = (context: NodeContext, observe: Tap): NodeContext => ({
  ...context,
  tap: allTaps(context.tap, observe),
  onFault(node, error) {
    context.onFault(node, error)
    observe(faultOf(node, error, context.clock))
  },
})

/** What watches one node. */
export interface Watch {
  readonly observe: Tap
  /** Where metrics are. */
  readonly address: ListenAddress | undefined
  /** From now on this is asked what it holds. */
  runs(node: Node): void
  close(): Promise<void>
}

/** Where spans go: the configuration, or the variable that OpenTelemetry has for it. */
const otlpUrlOf = ({ tracing }: NetworkConfig, environment: NodeJS.ProcessEnv): string | undefined => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = environment
  return tracing?.otlpUrl ?? (endpoint ? `${endpoint.replace(/\/$/, '')}/v1/traces` : undefined)
}

const settingsOf = (node: ConfiguredNode): WatchConfig | undefined =>
  node.kind === 'ue' ? node.ue.watch : node.plmn[node.kind].watch

const watchedAt = (node: string, { host, port }: ListenAddress, { clock }: NodeContext): TapState => ({
  ...{ kind: 'state', time: clock.now(), node, what: 'watched', fields: { listen: `${host}:${port}` } },
})

/** Metrics and tracing of a node as its configuration says; undefined when it says nothing. */
export async function systemWatch(node: ConfiguredNode, context: NodeContext): Promise<Watch | undefined> {
  const settings = settingsOf(node)
  const otlpUrl = otlpUrlOf(context.config, process.env)
  if (!settings && otlpUrl === undefined) return undefined
  const watched = { name: node.name, role: node.kind, version: version() }
  const tracing = otlpUrl === undefined ? undefined : await startTracing(otlpUrl, watched)
  const metrics = settings && new (await import('../io/watch/metrics.ts')).Metrics(watched)
  const observe = allTaps(...(metrics ? [metrics.observe] : []), ...(tracing ? [tracing.observe] : []))
  const { tap, onFault } = observed(context, observe)
  let running: Node | undefined
  const server =
    settings &&
    metrics &&
    (await startWatchServer({
      listen: settings.listen,
      async metrics() {
        tap(await levelsOf(node.name, running, context))
        return { text: await metrics.text(), contentType: metrics.contentType }
      },
      notReady: () => notReady(running, context),
      onFault: (error) => onFault(node.name, error),
    }))
  if (server) tap(watchedAt(node.name, server.address, context))
  return {
    observe,
    address: server?.address,
    runs: (node) => (running = node),
    async close() {
      await server?.close()
      await tracing?.close()
    },
  }
}
