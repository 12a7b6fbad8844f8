import { isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refused } from '../../core/errors.ts'

/** The request is of a page of somebody else, or for another name than ours. */
export class ForeignRequest extends Refused {
  readonly code = 'ERR_FOREIGN_REQUEST'
  readonly hint = 'open the console under the address that it printed at its start'
}

/** Everything comes from here, and nobody may frame, embed or read it. */
const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
}

/** `Host` without the port, in small letters. */
const nameOf = (host: string): string =>
  host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()

/**
 * Throws ForeignRequest. A name that its owner made resolve to us (DNS rebinding) is none of `names`; a page of another
 * origin says so in Origin or Sec-Fetch-Site (CSRF).
 */
export function checkOrigin(
  { headers }: Pick<FastifyRequest, 'headers'>,
  isOwn: (name: string) => boolean,
): void {
  const { host, origin, 'sec-fetch-site': site, 'sec-fetch-dest': destination } = headers
  if (host === undefined || !isOwn(nameOf(host))) throw new ForeignRequest('Host is no name of this console')
  const from = origin === undefined ? host : /^https?:\/\/(.+)$/.exec(origin)?.[1]
  if (from !== host) throw new ForeignRequest('Origin is another page')
  // A link from elsewhere may open the page, which cannot be framed; it is served nothing else.
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && destination !== 'document')
    throw new ForeignRequest('Sec-Fetch-Site is another page')
}

const loopback = ['localhost', '127.0.0.1', '::1']

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/**
 * Every answer bears the headers, and nothing is answered before the request was looked at. `listensOn` is undefined where TLS
 * has shown who we are: a name of somebody else has no certificate of ours.
 */
export function guard(app: FastifyInstance, listensOn: string | undefined): void {
  const names = new Set([listensOn ?? '', ...(isLoopback(listensOn ?? '') ? loopback : [])])
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders)
    checkOrigin(request, (name) => listensOn === undefined || names.has(name))
    done()
  })
}
