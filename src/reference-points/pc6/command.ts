import { projectValues } from '../../core/project-values.ts'
import * as gpp from '../../wire/diameter/avps-3gpp.ts'
import * as base from '../../wire/diameter/avps-base.ts'
import { command } from '../../wire/diameter/command.ts'
import { optional, repeated, required } from '../../wire/diameter/grammar.ts'

/** PKR and PKA on PC6: a project command, since TS 29.345 has no key request. Steps 6 and 9. */
export const proseKeyCommand = command({
  names: ['PKR', 'PKA'],
  code: projectValues.pc6CommandCode.value,
  applicationId: 16777340,
  clause: 'CR 33.303 6.X.3.2',
  request: [
    required(base.sessionId),
    required(base.vendorSpecificApplicationId),
    required(base.authSessionState),
    required(base.originHost),
    required(base.originRealm),
    required(base.destinationRealm),
    optional(base.destinationHost),
    optional(gpp.transactionIdentifier),
    optional(base.userName),
    required(gpp.proseUeId),
    required(gpp.nafId),
    required(gpp.visitedPlmnId),
    optional(gpp.sipAuthDataItem),
    optional(gpp.pc5RelayServiceCode),
    optional(gpp.extensions),
    optional(gpp.nonce1),
    optional(gpp.requestToken),
    optional(gpp.traceParent),
  ],
  answer: [
    required(base.sessionId),
    required(base.vendorSpecificApplicationId),
    required(base.resultCodeAvp),
    required(base.authSessionState),
    required(base.originHost),
    required(base.originRealm),
    required(gpp.proseDirectKey),
    required(gpp.keyExpiryTime),
    optional(gpp.gbaPushInfo),
    repeated(gpp.ue1ProseUeId),
  ],
})
