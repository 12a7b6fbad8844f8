import { connect } from 'node:net'
import { request as httpRequest } from 'node:http'
import { onTestFinished } from 'vitest'
import { startConsoleServer, type Shown } from '../../../src/console/server/console-server.ts'
import type { RecordedRun } from '../../../src/console/server/recorded-run.ts'
import { RecordedRuns } from '../../../src/console/server/recorded-runs.ts'
import { WrongAct } from '../../../src/testbed/acts/act.ts'
import { start, twoPlmns } from '../../cli/network.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

/** What a server shows, over runs that a test makes. */
export function shownFor(more: Partial<Shown> = {}) {
  const runs = new RecordedRuns()
  const shown: Shown = {
    ...{ runs, armed: () => '[]' },
    network: () => ({ file: 'network.yaml' }),
    nodes: () => Promise.resolve([]),
    node: () => Promise.resolve({}),
    perform: (act) => Promise.reject(new WrongAct(`there is no act ${act}`, 'one of run, connect')),
    ...more,
  }
  return { runs, shown }
}

/** A console server on a free port, over runs that a test makes. */
export async function served(more: Partial<Shown> = {}) {
  const { runs, shown } = shownFor(more)
  const faults: unknown[] = []
  const server = await startConsoleServer(shown, { host: '127.0.0.1', port: 0 }, (error) =>
    faults.push(error),
  )
  onTestFinished(() => server.close())
  const { port } = server.address
  return {
    ...{ runs, faults, port },
    /** With these headers and no others than a client must send. */
    ask: (
      method: string,
      path: string,
      headers: Record<string, string> = {},
      body?: string,
    ): Promise<Answer> => ask(port, method, path, headers, body),
    listen: (path: string, headers: Record<string, string> = {}) => listen(port, path, headers),
  }
}

function ask(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ port, method, path, headers }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => (text += chunk))
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

export interface ServerSentEvent {
  readonly event: string
  readonly id: string | undefined
  readonly data: string
}

/** Reads server-sent events off a socket; `until` resolves when so many came. */
function listen(port: number, path: string, headers: Record<string, string>) {
  const socket = connect(port, '127.0.0.1')
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${lines.join('')}\r\n`)
  socket.setEncoding('utf8')
  let text = ''
  const events: ServerSentEvent[] = []
  const waiting = new Set<() => void>()
  socket.on('data', (chunk: string) => {
    text = (text + chunk).replace(/\r\n[0-9a-f]+\r\n/g, '')
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const event = /^event: (.*)$/m.exec(part)?.[1]
      if (event === undefined) continue
      events.push({ event, id: /^id: (.*)$/m.exec(part)?.[1], data: /^data: (.*)$/m.exec(part)?.[1] ?? '' })
    }
    for (const look of waiting) look()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  onTestFinished(() => void socket.destroy())
  return {
    ...{ socket, events, closed },
    until: (wanted: (all: readonly ServerSentEvent[]) => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!wanted(events)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

/** A run of the standing network, with so many state lines after its start. */
export function recorded(runs: RecordedRuns, count: number, scenario = '7a'): RecordedRun {
  const run = runs.begin({ scenario, nodes: twoPlmns, start, unsafe: false, network: 'standing' })
  tell(run, count)
  return run
}

export function tell(run: RecordedRun, count: number): void {
  for (let nth = 0; nth < count; nth++)
    run.tap({ kind: 'state', time: start, node: 'kmf1', what: 'branch', fields: { nth } })
}
