import { InvalidValue } from '../../core/errors.ts'
import { Fqdn } from '../../core/identities/fqdn.ts'
import type { DocumentWish, GotDocument } from '../../entities/ue/ua.ts'
import { printable } from '../../testbed/ue-by-hand.ts'
import { WrongUsage } from '../errors.ts'
import { portOf } from './ports.ts'

const example = 'get https://naf.example.org:8443/doc 127.0.0.1:8443'

/** What a URL and the address of a NAF ask for; the address is that of the URL unless given. Throws WrongUsage. */
export function wishOf(
  text: string,
  address?: string,
): { readonly wish: DocumentWish; readonly at: { readonly host: string; readonly port: number } } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = url && schemes.find((known) => url.protocol === `${known}:`)
  if (!url || !scheme || url.username !== '' || url.password !== '')
    throw new WrongUsage(`${text} is no URL of http or https`, example)
  const port = url.port === '' ? { http: 80, https: 443 }[scheme] : Number(url.port)
  const target = `${url.pathname}${url.search}`
  return {
    wish: { naf: nafOf(url.hostname), scheme, host: url.host, target },
    at: address === undefined ? { host: url.hostname, port } : addressOf(address),
  }
}

const schemes = ['https', 'http'] as const

/** A NAF is known by its name: its key is made for that. */
function nafOf(host: string): Fqdn {
  try {
    return Fqdn(host)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new WrongUsage(`${host} is not the name of a NAF`, `an address goes after the URL: ${example}`)
  }
}

function addressOf(text: string): { readonly host: string; readonly port: number } {
  const at = text.lastIndexOf(':')
  const host = text.slice(0, Math.max(0, at)).replace(/^\[(.*)\]$/, '$1')
  if (host === '') throw new WrongUsage(`${text} is not HOST:PORT`, example)
  return { host, port: portOf(text.slice(at + 1)) }
}

/** The document line by line, without what could steer a terminal; what is no text as its length, none as the status. */
export function linesOf({ status, body }: GotDocument): readonly string[] {
  if (body.length === 0) return [`HTTP ${status}, no document`]
  const text = printable(body, '\n')
  return text === undefined ? [`${body.length} octets`] : text.replace(/\n$/, '').split('\n')
}
