import type * as Api from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { LocalFault } from '../../core/errors.ts'
import { tapOf, type Tap } from '../../core/tap.ts'
import { milliseconds } from '../../core/units.ts'
import { elapsed } from '../system.ts'
import type { Watched } from './metrics.ts'
import { SpansOfNode, type Decided, type TracedSpan } from './spans-of-node.ts'

/** Spans were asked for, and the packages that send them are not installed. */
export class TracingUnavailable extends LocalFault {
  readonly code = 'ERR_TRACING_UNAVAILABLE'
}

export interface Tracing {
  readonly observe: Tap
  /** Sends what is left, for as long as a node may take to end. */
  close(): Promise<void>
}

const closePatience = milliseconds(500)

/** Sends the spans of one node as OTLP over HTTP, in JSON; a collector that is away costs nothing but the spans. */
export async function startTracing(otlpUrl: string, watched: Watched): Promise<Tracing> {
  const { api, BatchSpanProcessor, OTLPTraceExporter, resourceFromAttributes } = await packages()
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: otlpUrl }))
  const resource = resourceFromAttributes({
    'service.name': `sidelock-${watched.role}`,
    'service.instance.id': watched.name,
    'service.version': watched.version,
  })
  const spans = new SpansOfNode(watched.role)
  return {
    // Messages are for the attempts of a UE.
    observe: tapOf(watched.role === 'ue' ? ['message', 'state', 'span'] : ['state', 'span'], (event) => {
      for (const span of spans.take(event)) processor.onEnd(readable(span, { api, resource, watched }))
    }),
    close: () => Promise.race([processor.shutdown().catch(() => undefined), elapsed(closePatience)]),
  }
}

/** Loaded only where tracing is wanted. */
async function packages() {
  try {
    const [api, sdk, exporter, resources] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
    return { api, ...sdk, ...exporter, ...resources }
  } catch (cause) {
    const message = 'tracing needs the optional packages of OpenTelemetry: npm install --include=optional'
    throw new TracingUnavailable(message, undefined, { cause })
  }
}

interface Scope {
  readonly api: typeof Api
  readonly resource: ReadableSpan['resource']
  readonly watched: Watched
}

function readable(span: TracedSpan, { api, resource, watched }: Scope): ReadableSpan {
  const { SpanKind, SpanStatusCode } = api
  const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT }
  const { trace: traceId, id, parent, side, name, began, ended, cause, decided } = span
  const placed = (spanId: string) => ({ traceId, spanId, traceFlags: 1 })
  return {
    ...{ name, kind: kinds[side], resource, ended: true, links: [] },
    spanContext: () => placed(id),
    ...(parent === undefined ? {} : { parentSpanContext: placed(parent) }),
    ...{ startTime: hrTime(began), endTime: hrTime(ended), duration: hrTime(ended - began) },
    status:
      cause === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: cause },
    attributes: {
      'sidelock.node': watched.name,
      ...(cause === undefined ? {} : { 'sidelock.cause': cause }),
    },
    events: decided.map((one) => ({
      name: one.what,
      time: hrTime(one.time),
      attributes: attributesOf(one),
      droppedAttributesCount: 0,
    })),
    instrumentationScope: { name: 'sidelock', version: watched.version },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  }
}

const hrTime = (ms: number): Api.HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]

const attributesOf = ({ fields }: Decided): Api.Attributes =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      `sidelock.${name}`,
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  )
