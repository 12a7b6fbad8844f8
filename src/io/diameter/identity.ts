import { headerLength, longestMessage, readHeader, type Header } from '../../wire/diameter/header.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { fromAscii, readUint } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { encodeAvp, type Avp } from '../../wire/diameter/avp.ts'
import { proxyInfo, sessionId } from '../../wire/diameter/avps-base.ts'
import {
  capabilitiesExchange,
  deviceWatchdog,
  disconnectPeer,
  refusalRows,
} from '../../wire/diameter/base.ts'
import { resultAvps, type Command } from '../../wire/diameter/command.ts'
import { encodeRows, type AvpsOf } from '../../wire/diameter/grammar.ts'
import { encodeMessage } from '../../wire/diameter/header.ts'
import {
  isProtocolError,
  resultCode,
  resultCodes,
  vendor3gpp,
  type Result,
} from '../../wire/diameter/result.ts'

/** How a node names itself to its peers. RFC 6733 5.3. */
export interface DiameterIdentity {
  readonly originHost: Fqdn
  readonly originRealm: Fqdn
  readonly hostIpAddresses: readonly string[]
  readonly productName: string
  /** Grows with each start of the node. */
  readonly originStateId: number
  /** Application ids of vendor 3GPP that this node asks or answers. */
  readonly applications: readonly number[]
}

/** Hop-by-hop and end-to-end identifier of a request. */
export interface MessageIds {
  readonly hopByHop: number
  readonly endToEnd: number
}

export const originOf = (identity: DiameterIdentity) => ({
  'Origin-Host': identity.originHost,
  'Origin-Realm': identity.originRealm,
})

export const applicationAvp = (applicationId: number) => ({
  'Vendor-Specific-Application-Id': {
    'Vendor-Id': vendor3gpp,
    'Auth-Application-Id': applicationId,
  },
})

/** What a node says in each message of a command. */
export const frameOf = (identity: DiameterIdentity, { applicationId }: Command) => ({
  ...applicationAvp(applicationId),
  'Auth-Session-State': 1,
  ...originOf(identity),
})

const capabilitiesOf = (identity: DiameterIdentity) => ({
  ...originOf(identity),
  'Host-IP-Address': identity.hostIpAddresses,
  'Vendor-Id': 0,
  'Product-Name': identity.productName,
  'Origin-State-Id': identity.originStateId,
  'Supported-Vendor-Id': [vendor3gpp],
  'Vendor-Specific-Application-Id': identity.applications.map(
    (application) => applicationAvp(application)['Vendor-Specific-Application-Id'],
  ),
})

const headerOf = (command: Command, request: boolean, ids: MessageIds): Header => ({
  request,
  proxiable: command.applicationId !== 0,
  error: false,
  retransmitted: false,
  commandCode: command.code,
  applicationId: command.applicationId,
  hopByHop: ids.hopByHop,
  endToEnd: ids.endToEnd,
})

export const requestHeader = (command: Command, ids: MessageIds): Header => headerOf(command, true, ids)

/** The requests of RFC 6733 that a node sends on its own behalf. */
export const baseRequest = {
  cer: (identity: DiameterIdentity, ids: MessageIds) =>
    encodeMessage(
      requestHeader(capabilitiesExchange, ids),
      encodeRows(capabilitiesExchange.request, capabilitiesOf(identity)),
    ),
  dwr: (identity: DiameterIdentity, ids: MessageIds) =>
    encodeMessage(
      requestHeader(deviceWatchdog, ids),
      encodeRows(deviceWatchdog.request, {
        ...originOf(identity),
        'Origin-State-Id': identity.originStateId,
      }),
    ),
  dpr: (identity: DiameterIdentity, ids: MessageIds) =>
    encodeMessage(
      requestHeader(disconnectPeer, ids),
      encodeRows(disconnectPeer.request, { ...originOf(identity), 'Disconnect-Cause': 0 }),
    ),
}

const success = resultAvps(resultCode(resultCodes.success))

/** Their answers, with success. */
export const baseAnswer = {
  cea: (identity: DiameterIdentity, request: Header) =>
    encodeMessage(
      answerHeader(request),
      encodeRows(capabilitiesExchange.answer, { ...success, ...capabilitiesOf(identity) }),
    ),
  dwa: (identity: DiameterIdentity, request: Header) =>
    encodeMessage(
      answerHeader(request),
      encodeRows(deviceWatchdog.answer, {
        ...success,
        ...originOf(identity),
        'Origin-State-Id': identity.originStateId,
      }),
    ),
  dpa: (identity: DiameterIdentity, request: Header) =>
    encodeMessage(
      answerHeader(request),
      encodeRows(disconnectPeer.answer, { ...success, ...originOf(identity) }),
    ),
}

/** The header of the answer to a request. RFC 6733 6.2. */
export const answerHeader = (request: Header, error = false): Header => ({
  ...request,
  request: false,
  error,
  retransmitted: false,
})

/** An answer as it goes to one request: its hop-by-hop identifier, and its Proxy-Info at the end. RFC 6733 6.2. */
export const answerTo = (request: Header, answer: Uint8Array, proxy: readonly Uint8Array[]): Uint8Array =>
  encodeMessage(
    { ...readHeader(answer), hopByHop: request.hopByHop },
    answer.subarray(headerLength),
    ...proxy,
  )

/** Octets of Proxy-Info that an answer repeats at most: with them it still is no longer than a message may be. */
const longestProxyInfo = longestMessage / 2

/** Proxy-Info goes back as it came, unless the answer has no room for it (R43). RFC 6733 6.2. */
export function proxyInfoOf(avps: readonly Avp[]): Uint8Array[] {
  const all = avps.filter((avp) => avp.definition === proxyInfo).map((avp) => encodeAvp(avp, avp.data))
  return all.reduce((sum, { length }) => sum + length, 0) <= longestProxyInfo ? all : []
}

/** The answer that only says why not; `request` are its octets, of which at least the header must be there. RFC 6733 7.2. */
export function refusalOf(
  identity: DiameterIdentity,
  request: Uint8Array,
  refusal: { readonly result: Result; readonly failedAvp?: Uint8Array | undefined },
  proxy: readonly Uint8Array[] = [],
): Uint8Array {
  const header = readHeader(request)
  const protocolError = isProtocolError(refusal.result)
  const frame: Partial<AvpsOf<typeof refusalRows>> = {
    'Session-Id': header.applicationId === 0 ? undefined : sessionIdOf(request),
    ...(header.applicationId !== 0 &&
      !protocolError && { ...applicationAvp(header.applicationId), 'Auth-Session-State': 1 }),
    ...resultAvps(refusal.result),
    ...originOf(identity),
    'Failed-AVP': refusal.failedAvp ? [refusal.failedAvp] : [],
  }
  return encodeMessage(answerHeader(header, protocolError), encodeRows(refusalRows, frame), ...proxy)
}

/** The Session-Id of a message that may be malformed further on; undefined when it is not its first AVP. */
function sessionIdOf(octets: Uint8Array): string | undefined {
  const length = readUint(octets, headerLength + 5, 3)
  const end = headerLength + length
  if (readUint(octets, headerLength, 4) !== sessionId.code || length < 9 || end > octets.length)
    return undefined
  try {
    return length <= 8 + 512 ? fromAscii(octets.subarray(headerLength + 8, end)) : undefined
  } catch (error) {
    if (error instanceof InvalidValue) return undefined
    throw error
  }
}
