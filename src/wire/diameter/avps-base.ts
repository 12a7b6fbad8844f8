import type { AvpDefinition } from './avp.ts'
import { grouped, opaqueGroup, optional, repeated, required } from './grammar.ts'
import {
  diameterIdentity,
  enumerated,
  ipAddress,
  octetString,
  plainText,
  sessionIdText,
  unsigned32,
} from './types.ts'

const base = <const Name extends string, Value>(
  name: Name,
  code: number,
  type: AvpDefinition<Name, Value>['type'],
  more?: Partial<Pick<AvpDefinition<Name, Value>, 'mandatory' | 'identity'>>,
): AvpDefinition<Name, Value> => ({ name, code, vendorId: 0, type, mandatory: true, ...more })

/** RFC 6733 4.5. */
export const userName = base('User-Name', 1, plainText(253), { identity: true })
export const proxyState = base('Proxy-State', 33, octetString)
export const hostIpAddress = base('Host-IP-Address', 257, ipAddress)
export const authApplicationId = base('Auth-Application-Id', 258, unsigned32)
export const acctApplicationId = base('Acct-Application-Id', 259, unsigned32)
export const sessionId = base('Session-Id', 263, sessionIdText)
export const originHost = base('Origin-Host', 264, diameterIdentity)
export const supportedVendorId = base('Supported-Vendor-Id', 265, unsigned32)
export const vendorId = base('Vendor-Id', 266, unsigned32)
export const firmwareRevision = base('Firmware-Revision', 267, unsigned32, { mandatory: false })
export const resultCodeAvp = base('Result-Code', 268, unsigned32)
export const productName = base('Product-Name', 269, plainText(255), { mandatory: false })
export const disconnectCause = base(
  'Disconnect-Cause',
  273,
  enumerated({ REBOOTING: 0, BUSY: 1, DO_NOT_WANT_TO_TALK_TO_YOU: 2 }),
)
export const authSessionState = base(
  'Auth-Session-State',
  277,
  enumerated({ STATE_MAINTAINED: 0, NO_STATE_MAINTAINED: 1 }),
)
export const originStateId = base('Origin-State-Id', 278, unsigned32)
export const failedAvp = base('Failed-AVP', 279, opaqueGroup)
export const proxyHost = base('Proxy-Host', 280, diameterIdentity)
export const errorMessage = base('Error-Message', 281, plainText(1024), { mandatory: false })
export const routeRecord = base('Route-Record', 282, diameterIdentity)
export const destinationRealm = base('Destination-Realm', 283, diameterIdentity)
export const proxyInfo = base('Proxy-Info', 284, opaqueGroup)
export const redirectHost = base('Redirect-Host', 292, plainText(255))
export const destinationHost = base('Destination-Host', 293, diameterIdentity)
export const errorReportingHost = base('Error-Reporting-Host', 294, diameterIdentity, { mandatory: false })
export const originRealm = base('Origin-Realm', 296, diameterIdentity)
export const experimentalResultCode = base('Experimental-Result-Code', 298, unsigned32)
export const inbandSecurityId = base('Inband-Security-Id', 299, unsigned32)
export const vendorSpecificApplicationId = base(
  'Vendor-Specific-Application-Id',
  260,
  grouped(required(vendorId), optional(authApplicationId), optional(acctApplicationId)),
)
export const experimentalResult = base(
  'Experimental-Result',
  297,
  grouped(required(vendorId), required(experimentalResultCode)),
)

/** AVPs of RFC 6733. */
export const baseAvps = [
  userName,
  proxyState,
  hostIpAddress,
  authApplicationId,
  acctApplicationId,
  vendorSpecificApplicationId,
  sessionId,
  originHost,
  supportedVendorId,
  vendorId,
  firmwareRevision,
  resultCodeAvp,
  productName,
  disconnectCause,
  authSessionState,
  originStateId,
  failedAvp,
  proxyHost,
  errorMessage,
  routeRecord,
  destinationRealm,
  proxyInfo,
  redirectHost,
  destinationHost,
  errorReportingHost,
  originRealm,
  experimentalResult,
  experimentalResultCode,
  inbandSecurityId,
] as const

/** What became of a request. RFC 6733 7. */
export const resultRows = [
  optional(resultCodeAvp),
  optional(experimentalResult),
  optional(errorMessage),
  repeated(failedAvp),
] as const
