// Decoding and encoding of each message of a set-up, once each: what its receiver and its sender cannot do without.
import { decodeDiscovery, encodeDiscovery } from '../dist/reference-points/pc5/discovery.js'
import { decodeSdu, encodeSdu } from '../dist/reference-points/pc5/messages.js'
import { decodePdu, encodePdcpHeader } from '../dist/reference-points/pc5/pdcp.js'
import { decodeFrame, encodeFrame } from '../dist/reference-points/pc5/sl-sch.js'
import { proseKey } from '../dist/reference-points/pc6/key-request.js'
import {
  decodeProseDirectKeyRequest,
  decodeProseDirectKeyResponse,
  encodeProseDirectKeyRequest,
  encodeProseDirectKeyResponse,
} from '../dist/reference-points/pc8/messages.js'
import {
  parseBootstrappingInfo,
  writeBootstrappingInfo,
} from '../dist/reference-points/ub/bootstrapping-info.js'
import { parseAkaChallenge, writeAkaChallenge } from '../dist/reference-points/ub/aka-challenge.js'
import { multimediaAuth } from '../dist/reference-points/zh/multimedia-auth.js'
import { bootstrappingInfo } from '../dist/reference-points/zn/bootstrapping-info.js'
import { pushInfo } from '../dist/reference-points/zn/push-info.js'
import { decodeRows } from '../dist/wire/diameter/grammar.js'
import { encodeMessage } from '../dist/wire/diameter/header.js'
import { decodeMessage } from '../dist/wire/diameter/message.js'
import {
  parseAuthenticationInfo,
  parseCredentials,
  writeAuthenticationInfo,
  writeCredentials,
} from '../dist/wire/http-digest/digest-headers.js'
import { concat } from '../dist/core/bytes.js'

/** There and back; what is encoded is made once, before. */
const both = (octets, decode, encode) => {
  const values = decode(octets)
  return () => {
    decode(octets)
    encode(values)
  }
}

function signalling({ bytes, clear, protection }) {
  const { source, destination, lcid, pdu } = decodeFrame(bytes)
  const { sduType, kdSessId, sn, data, mac } = decodePdu(lcid, pdu)
  const sdu = clear ?? data
  const message = decodeSdu(sdu)
  const header = { sduType, kdSessId, sn }
  return () => {
    decodePdu(lcid, decodeFrame(bytes).pdu)
    decodeSdu(sdu)
    const encoded = encodeSdu(message)
    const parts = protection === 'clear' ? [encoded] : [encoded, mac]
    encodeFrame({ source, destination, lcid, pdu: concat(encodePdcpHeader(header), ...parts) })
  }
}

const exchanges = {
  ...{ MAR: multimediaAuth, MAA: multimediaAuth, BIR: bootstrappingInfo, BIA: bootstrappingInfo },
  ...{ GPR: pushInfo, GPA: pushInfo, PKR: proseKey, PKA: proseKey },
}

/** `request` is the one that an answer belongs to. */
function diameter({ name, bytes }, request) {
  const exchange = exchanges[name]
  const { command } = exchange
  const { header, avps } = decodeMessage(bytes)
  const values = (octets) => exchange.decodeRequest(decodeMessage(octets).avps)
  if (header.request) {
    const frame = decodeRows(command.request, avps)
    return both(bytes, values, (one) => encodeMessage(header, exchange.encodeRequest(one, frame)))
  }
  const frame = decodeRows(command.answer, avps)
  const asked = values(request.bytes)
  const decode = (octets) => exchange.decodeAnswer(decodeMessage(octets).avps, asked)
  return both(bytes, decode, (one) => encodeMessage(header, exchange.encodeAnswer(one, frame)))
}

const headEnd = '\r\n\r\n'
export const bodyOf = (octets) => octets.subarray(Buffer.from(octets).indexOf(headEnd) + headEnd.length)

function pc8({ name, bytes }) {
  const body = bodyOf(bytes)
  return name === 'PROSE_DIRECT_KEY_REQUEST'
    ? both(body, decodeProseDirectKeyRequest, encodeProseDirectKeyRequest)
    : both(body, decodeProseDirectKeyResponse, encodeProseDirectKeyResponse)
}

const fieldsOfUb = [
  ['authorization', parseCredentials, writeCredentials],
  ['www-authenticate', parseAkaChallenge, writeAkaChallenge],
  ['authentication-info', parseAuthenticationInfo, writeAuthenticationInfo],
]

function ub({ bytes }) {
  const head = Buffer.from(bytes).latin1Slice(0, Buffer.from(bytes).indexOf(headEnd))
  const body = bodyOf(bytes)
  const parts = fieldsOfUb.flatMap(([name, parse, write]) => {
    const value = new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]
    return value === undefined ? [] : [both(value, parse, write)]
  })
  if (body.length > 0) parts.push(both(body, parseBootstrappingInfo, writeBootstrappingInfo))
  return () => parts.forEach((part) => part())
}

/** Of a message on SL-DCH. */
export const isDiscovery = (name) => name.includes('DISCOVERY')

/** One function for each message, in their order. */
export function codecParts(messages) {
  const asked = new Map()
  return messages.map((message) => {
    const { point, name } = message
    if (point === 'Ub') return ub(message)
    if (point === 'PC8') return pc8(message)
    if (point === 'PC5')
      return isDiscovery(name) ? both(message.bytes, decodeDiscovery, encodeDiscovery) : signalling(message)
    const request = asked.get(point)
    asked.set(point, message)
    return diameter(message, request)
  })
}
