import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  ConflictingRecords,
  InvalidRecords,
  KeptInFile,
  NotFound,
  NotPermitted,
} from '../../core/administration.ts'
import { InvalidValue, Refused, TemporaryFailure, type ProseError } from '../../core/errors.ts'
import { adminError, type AdminError } from './admin-errors.ts'
import { NotIdentified } from './admin-caller.ts'

/** Where a node is administered: its local socket, or a URL with what mutual TLS needs, in PEM. */
export type AdminAddress =
  | { readonly socketFile: string }
  | { readonly url: URL; readonly cert: string; readonly key: string; readonly ca: string }

export interface AdminRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: unknown
  /** Sent as they come, one a line. */
  readonly records?: AsyncIterable<unknown> | Iterable<unknown>
}

/** A node refused for a reason that has no name here. */
class RefusedByNode extends Refused {
  readonly code = 'ERR_REFUSED_BY_NODE'
}

const silence = 60_000

/** What the node answers. Throws the refusal that it gave, TemporaryFailure when nobody answers. */
export async function askAdmin(address: AdminAddress, request: AdminRequest): Promise<unknown> {
  const { status, body } = await exchange(address, request)
  if (status >= 200 && status < 300) return body
  const { data } = adminError.safeParse(body)
  throw data ? refusalOf(status, data) : new TemporaryFailure(`the node answered ${status}`)
}

/** The same where the node has nothing to say but that it is done. */
export async function orderAdmin(address: AdminAddress, request: AdminRequest): Promise<void> {
  await askAdmin(address, request)
}

const away = (cause: unknown) =>
  new TemporaryFailure(`the node does not answer: ${(cause as Error).message}`, undefined, { cause })

async function exchange(
  address: AdminAddress,
  { method, path, body, records }: AdminRequest,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const type = records ? 'application/x-ndjson' : body === undefined ? undefined : 'application/json'
  const headers = type === undefined ? {} : { 'content-type': type }
  const options = { method, path, headers, timeout: silence }
  const outgoing =
    'socketFile' in address
      ? httpRequest({ ...options, socketPath: address.socketFile })
      : httpsRequest({ ...options, ...tlsOf(address) })
  outgoing.on('timeout', () => outgoing.destroy(new Error('it is silent')))
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.once('response', resolve).once('error', reject),
  )
  const answer = answered.then(async (incoming) => ({
    status: incoming.statusCode ?? 500,
    body: bodyOf(await textOf(incoming)),
  }))
  if (!records) outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  // A refusal may come before all is sent: then the answer counts.
  const sent = records ? pipeline(Readable.from(linesOf(records)), outgoing) : Promise.resolve()
  const sending = sent.catch((error: unknown) => answer.then(() => undefined).catch(() => Promise.reject(error as Error))) // prettier-ignore
  try {
    await sending
    return await answer
  } catch (error) {
    answer.catch(() => undefined)
    outgoing.destroy()
    throw isOfSystem(error) ? away(error) : error
  }
}

const isOfSystem = (error: unknown) => error instanceof Error && !('clause' in error)

const tlsOf = ({ url, cert, key, ca }: Extract<AdminAddress, { url: URL }>) => ({
  ...{ host: url.hostname, port: url.port === '' ? 443 : Number(url.port), cert, key, ca },
  minVersion: 'TLSv1.3' as const,
})

async function* linesOf(records: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string> {
  let lines = ''
  for await (const record of records) {
    lines += `${JSON.stringify(record)}\n`
    if (lines.length < 64 * 1024) continue
    yield lines
    lines = ''
  }
  yield lines
}

const longestAnswer = 64 * 1024 * 1024

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = ''
  incoming.setEncoding('utf8')
  for await (const chunk of incoming as AsyncIterable<string>) {
    text += chunk
    if (text.length > longestAnswer) throw new InvalidValue('answer', 'it is too long')
  }
  return text
}

function bodyOf(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function refusalOf(status: number, { code, reason, mistakes }: AdminError): ProseError {
  if (status === 503) return new TemporaryFailure(reason)
  switch (code) {
    case 'ERR_INVALID_RECORD':
      return new InvalidRecords(mistakes)
    case 'ERR_CONFLICT':
      return new ConflictingRecords(mistakes)
    case 'ERR_KEPT_IN_FILE':
      return new KeptInFile(reason)
    case 'ERR_NOT_FOUND':
      return new NotFound(reason)
    case 'ERR_NOT_PERMITTED':
      return new NotPermitted(reason)
    case 'ERR_NOT_IDENTIFIED':
      return new NotIdentified(reason)
    default:
      return new RefusedByNode(`${reason} [${code}]`)
  }
}
