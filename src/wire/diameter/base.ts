import {
  acctApplicationId,
  authApplicationId,
  authSessionState,
  destinationHost,
  destinationRealm,
  disconnectCause,
  errorMessage,
  failedAvp,
  firmwareRevision,
  hostIpAddress,
  inbandSecurityId,
  originHost,
  originRealm,
  originStateId,
  productName,
  resultCodeAvp,
  resultRows,
  routeRecord,
  sessionId,
  supportedVendorId,
  vendorId,
  vendorSpecificApplicationId,
} from './avps-base.ts'
import { traceParent } from './avps-3gpp.ts'
import { command } from './command.ts'
import { optional, repeated, required } from './grammar.ts'

/** Application id of a relay, which takes messages of every application. RFC 6733 2.4. */
export const relayApplication = 0xffffffff

const capabilities = [
  required(originHost),
  required(originRealm),
  repeated(hostIpAddress),
  required(vendorId),
  required(productName),
  optional(originStateId),
  repeated(supportedVendorId),
  repeated(authApplicationId),
  repeated(inbandSecurityId),
  repeated(acctApplicationId),
  repeated(vendorSpecificApplicationId),
  optional(firmwareRevision),
] as const

/** RFC 6733 5.3. */
export const capabilitiesExchange = command({
  names: ['CER', 'CEA'],
  code: 257,
  applicationId: 0,
  clause: 'RFC 6733 5.3',
  request: capabilities,
  answer: [required(resultCodeAvp), ...capabilities, optional(errorMessage), repeated(failedAvp)],
})

/** RFC 6733 5.5. */
export const deviceWatchdog = command({
  names: ['DWR', 'DWA'],
  code: 280,
  applicationId: 0,
  clause: 'RFC 6733 5.5',
  request: [required(originHost), required(originRealm), optional(originStateId)],
  answer: [
    required(resultCodeAvp),
    required(originHost),
    required(originRealm),
    optional(errorMessage),
    repeated(failedAvp),
    optional(originStateId),
  ],
})

/** RFC 6733 5.4. */
export const disconnectPeer = command({
  names: ['DPR', 'DPA'],
  code: 282,
  applicationId: 0,
  clause: 'RFC 6733 5.4',
  request: [required(originHost), required(originRealm), required(disconnectCause)],
  answer: [
    required(resultCodeAvp),
    required(originHost),
    required(originRealm),
    optional(errorMessage),
    repeated(failedAvp),
  ],
})

export const baseCommands = [capabilitiesExchange, deviceWatchdog, disconnectPeer] as const

/** What every request of an application says of its way. RFC 6733 6. */
export const routingRows = [
  required(sessionId),
  required(originHost),
  required(originRealm),
  required(destinationRealm),
  optional(destinationHost),
  repeated(routeRecord),
  optional(traceParent),
] as const

/** An answer that only refuses: exactly one result, and the AVP that was wrong. RFC 6733 7.2. */
export const refusalRows = [
  optional(sessionId),
  optional(vendorSpecificApplicationId),
  ...resultRows,
  optional(authSessionState),
  required(originHost),
  required(originRealm),
] as const
