import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tcp, type StreamAddress } from '../streams.ts'

export interface WatchServerOptions {
  /** Port 0 draws a free one. */
  readonly listen: StreamAddress
  /** The metrics now, and their media type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>
  /** Why the node cannot serve now; nothing when it can. */
  readonly notReady: () => Promise<readonly string[]>
  /** A fault of ours; who asked got 500. */
  readonly onFault: (error: unknown) => void
}

export interface WatchServer {
  readonly address: StreamAddress
  close(): Promise<void>
}

/** R42, R43. In milliseconds. */
const limits = { head: 8 * 1024, request: 5_000, connections: 32 } as const

interface Page {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/** `/metrics`, `/health` and `/ready` of one node. */
export async function startWatchServer(options: WatchServerOptions): Promise<WatchServer> {
  const server = createServer(
    { maxHeaderSize: limits.head, headersTimeout: limits.request, requestTimeout: limits.request },
    (incoming, outgoing) => void answer(incoming, outgoing, options),
  )
  server.maxConnections = limits.connections
  const { host } = options.listen
  const port = await tcp.listen(server, options.listen)
  return {
    address: { host, port },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: WatchServerOptions,
): Promise<void> {
  const page = await pageFor(incoming, options).catch((error: unknown) => {
    options.onFault(error)
    return json(500, { error: 'a fault of this node' })
  })
  outgoing.writeHead(page.status, { 'Content-Type': page.contentType, 'Cache-Control': 'no-store' })
  outgoing.end(incoming.method === 'HEAD' ? undefined : page.text)
}

async function pageFor({ method, url }: IncomingMessage, options: WatchServerOptions): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'GET is needed' })
  switch ((url ?? '').split('?')[0] ?? '') {
    case '/metrics':
      return { status: 200, ...(await options.metrics()) }
    case '/health':
      return json(200, { alive: true })
    case '/ready': {
      const reasons = await options.notReady()
      return json(reasons.length > 0 ? 503 : 200, { ready: reasons.length === 0, reasons })
    }
    default:
      return json(404, { error: 'there are /metrics, /health and /ready' })
  }
}

const json = (status: number, value: object): Page => ({
  status,
  contentType: 'application/json',
  text: `${JSON.stringify(value)}\n`,
})
