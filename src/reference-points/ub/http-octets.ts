import { concat, utf8 } from '../../core/bytes.ts'
import type { HttpFields, UbRequest, UbResponse } from './exchange.ts'

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

export const reasonOf = (status: number): string => reasons[status] ?? 'Other'

const head = (first: string, fields: HttpFields): string => {
  let text = `${first}\r\n`
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`
  return `${text}\r\n`
}

/** Request line, header fields and body. RFC 9112 2.1. */
export const requestOctets = (request: UbRequest): Uint8Array =>
  concat(utf8(head(`${request.method} ${request.target} HTTP/1.1`, request.fields)), request.body)

/** Status line and header fields. RFC 9112 2.1. */
export const responseHead = ({ status, fields }: Pick<UbResponse, 'status' | 'fields'>): string =>
  head(`HTTP/1.1 ${status} ${reasonOf(status)}`, fields)

/** Status line, header fields and body. RFC 9112 2.1. */
export const responseOctets = (response: UbResponse): Uint8Array =>
  concat(utf8(responseHead(response)), response.body)
