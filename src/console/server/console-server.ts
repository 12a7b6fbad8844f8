import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { InvalidValue } from '../../core/errors.ts'
import { guardedApp, listening, type AppOptions, type ConsoleAddress, type ConsoleServer } from './app.ts'
import { NoSuchThing } from './console-errors.ts'
import { chosenIn, exportForms } from './exports.ts'
import { pageFiles } from './page-files.ts'
import type { RecordedRun } from './recorded-run.ts'
import type { RecordedRuns } from './recorded-runs.ts'
import { Streams, type StreamPlace, type StreamSource } from './stream.ts'

/** What a server shows, and lets be done. */
export interface Shown extends StreamSource {
  /** As JSON. */
  network(): object
  nodes(): Promise<readonly object[]>
  node(name: string): Promise<object>
  perform(act: string, given: Readonly<Record<string, string>>): Promise<object>
}

/** Serves the page and what it shows. Rejects with the error of its socket. */
export async function startConsoleServer(
  shown: Shown,
  address: ConsoleAddress,
  onFault: (error: unknown) => void,
  login?: AppOptions['login'],
): Promise<ConsoleServer> {
  const app = guardedApp({ host: address.host, files: pageFiles(), onFault, login })
  addApi(app, shown)
  const streams = addStream(app, shown)
  app.addHook('preClose', (done) => {
    streams.close()
    done()
  })
  return listening(app, address)
}

function addApi(app: FastifyInstance, shown: Shown): void {
  app.get('/api/network', () => shown.network())
  app.get('/api/nodes', () => shown.nodes())
  app.get('/api/nodes/:name', (request) => shown.node(pathValue(request, 'name')))
  app.get('/api/runs', () => shown.runs.list())
  app.get('/api/runs/:run/lines', (request, reply) => {
    const run = runNamed(shown.runs, pathValue(request, 'run'))
    const { lines } = run.lines(numberIn(request, 'from') ?? 0)
    return reply.type('application/x-ndjson').send(lines.map((line) => `${line}\n`).join(''))
  })
  app.get('/api/runs/:run/export/:form', (request, reply) => {
    const run = runNamed(shown.runs, pathValue(request, 'run'))
    const name = pathValue(request, 'form')
    const form = Object.hasOwn(exportForms, name) ? exportForms[name] : undefined
    if (!form) throw new NoSuchThing(`a run is taken away as ${Object.keys(exportForms).join(', ')}`)
    const messages = queryValue(request, 'messages')
    const taken = form.of(run, messages === undefined ? undefined : chosenIn(messages))
    const { scenario, run: number } = run.about
    return reply
      .type(form.type)
      .header('content-disposition', `attachment; filename="${scenario}-${number}.${name}"`)
      .send(typeof taken === 'string' ? taken : Buffer.from(taken))
  })
  app.post('/api/acts', async (request) => {
    const { act, ...given } = textsIn(request.body)
    if (act === undefined) throw new InvalidValue('act', 'it is needed')
    return { ok: true, ...(await shown.perform(act, given)) }
  })
}

function addStream(app: FastifyInstance, shown: Shown): Streams {
  const streams = new Streams(shown)
  app.get('/api/stream', (request, reply) => {
    const place = placeIn(request, shown.runs)
    if (streams.isFull) return reply.code(503).send(tooMany)
    openStream(reply, streams, place)
    return reply
  })
  return streams
}

const tooMany = { error: { code: 'ERR_TOO_MANY_REQUESTS', message: 'too many pages listen already' } }

function openStream(reply: FastifyReply, streams: Streams, place: StreamPlace): void {
  reply.hijack()
  const { raw } = reply
  raw.socket?.setNoDelay(true)
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream',
  })
  raw.write('retry: 2000\n\n')
  streams.open(raw, place)
}

/** `run` and `from` of the query, or where Last-Event-ID says that it ended. Throws NoSuchThing, InvalidValue. */
function placeIn(request: FastifyRequest, runs: RecordedRuns): StreamPlace {
  const wanted = queryValue(request, 'run') ?? 'current'
  const run = wanted === 'current' ? undefined : runNamed(runs, wanted)
  const last = /^(\d{1,9}):(\d{1,9})$/.exec(String(request.headers['last-event-id'] ?? ''))
  if (last) return { run, of: Number(last[1]), from: Number(last[2]) + 1 }
  return { run, from: numberIn(request, 'from') ?? 0 }
}

/** Throws NoSuchThing. */
function runNamed(runs: RecordedRuns, name: string): RecordedRun {
  const run = name === 'current' ? runs.newest : /^\d{1,9}$/.test(name) ? runs.find(Number(name)) : undefined
  if (!run) throw new NoSuchThing('there is no such run, or it is no longer kept')
  return run
}

function queryValue({ query }: FastifyRequest, name: string): string | undefined {
  const value = (query as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : undefined
}

const pathValue = ({ params }: FastifyRequest, name: string): string =>
  (params as Record<string, string>)[name] ?? ''

/** Throws InvalidValue. */
function numberIn(request: FastifyRequest, name: string): number | undefined {
  const value = queryValue(request, name)
  if (value === undefined) return undefined
  if (!/^\d{1,9}$/.test(value)) throw new InvalidValue(name, 'a number is needed')
  return Number(value)
}

const longestText = 64

/** An object of short texts; numbers become texts. Throws InvalidValue. */
function textsIn(body: unknown): Readonly<Record<string, string>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidValue('body', 'an object is needed')
  return Object.fromEntries(
    Object.entries(body).map(([name, value]: [string, unknown]) => {
      if (typeof value === 'number') return [name, String(value)]
      if (typeof value === 'string' && value.length <= longestText) return [name, value]
      throw new InvalidValue('body', `its values are texts of at most ${longestText} characters`)
    }),
  )
}
