import * as gpp from '../../wire/diameter/avps-3gpp.ts'
import * as base from '../../wire/diameter/avps-base.ts'
import { command } from '../../wire/diameter/command.ts'
import { optional, required } from '../../wire/diameter/grammar.ts'

/** MAR and MAA on Zh. TS 29.109 4.2, TS 29.229 6.1.7. */
export const multimediaAuthCommand = command({
  names: ['MAR', 'MAA'],
  code: 303,
  applicationId: 16777221,
  clause: 'TS 29.109 4.2',
  request: [
    required(base.sessionId),
    required(base.vendorSpecificApplicationId),
    required(base.authSessionState),
    required(base.originHost),
    required(base.originRealm),
    required(base.destinationRealm),
    optional(base.destinationHost),
    // Optional in TS 29.109, for a push to a public identity; here the BSF always knows the private one.
    required(base.userName),
    optional(gpp.sipAuthDataItem),
    optional(gpp.gussTimestamp),
    optional(gpp.traceParent),
  ],
  answer: [
    required(base.sessionId),
    required(base.vendorSpecificApplicationId),
    required(base.resultCodeAvp),
    required(base.authSessionState),
    required(base.originHost),
    required(base.originRealm),
    optional(base.userName),
    required(gpp.sipAuthDataItem),
    optional(gpp.gbaUserSecSettings),
  ],
})
