import * as gpp from '../../wire/diameter/avps-3gpp.ts'
import * as base from '../../wire/diameter/avps-base.ts'
import { command } from '../../wire/diameter/command.ts'
import { optional, repeated, required } from '../../wire/diameter/grammar.ts'

/** BIR and BIA on Zn. TS 29.109 5.2. */
export const bootstrappingInfoCommand = command({
  names: ['BIR', 'BIA'],
  code: 310,
  applicationId: 16777220,
  clause: 'TS 29.109 5.2',
  request: [
    required(base.sessionId),
    required(base.vendorSpecificApplicationId),
    // Not in the printed grammar, allowed by its *[AVP]; sent because no session state is kept.
    optional(base.authSessionState),
    required(base.originHost),
    required(base.originRealm),
    required(base.destinationRealm),
    optional(base.destinationHost),
    repeated(gpp.gaaServiceIdentifier),
    required(gpp.transactionIdentifier),
    required(gpp.nafId),
    optional(gpp.gbaUAwarenessIndicator),
    optional(gpp.traceParent),
  ],
  answer: [
    required(base.sessionId),
    required(base.vendorSpecificApplicationId),
    required(base.resultCodeAvp),
    required(base.originHost),
    required(base.originRealm),
    optional(base.userName),
    required(gpp.meKeyMaterial),
    optional(gpp.uiccKeyMaterial),
    // Both optional in TS 29.109, owed by TS 33.220 4.5.3.
    required(gpp.keyExpiryTime),
    required(gpp.bootstrapInfoCreationTime),
    optional(gpp.gbaUserSecSettings),
    optional(gpp.gbaType),
  ],
})
