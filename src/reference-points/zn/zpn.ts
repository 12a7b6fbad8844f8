import * as gpp from '../../wire/diameter/avps-3gpp.ts'
import * as base from '../../wire/diameter/avps-base.ts'
import { command } from '../../wire/diameter/command.ts'
import { optional, repeated, required } from '../../wire/diameter/grammar.ts'

/** GPR and GPA on Zpn. TS 29.109 5.4. */
export const gbaPushInfoCommand = command({
  names: ['GPR', 'GPA'],
  code: 312,
  applicationId: 16777268,
  clause: 'TS 29.109 5.4',
  request: [
    required(base.sessionId),
    required(base.vendorSpecificApplicationId),
    required(base.authSessionState),
    required(base.originHost),
    required(base.originRealm),
    required(base.destinationRealm),
    optional(base.destinationHost),
    required(gpp.ueId),
    required(gpp.ueIdType),
    required(gpp.uiccAppLabel),
    required(gpp.nafId),
    required(gpp.nafSaIdentifier),
    required(gpp.uiccMe),
    required(gpp.requestedKeyLifetime),
    optional(gpp.privateIdentityRequest),
    optional(gpp.gbaUAwarenessIndicator),
    repeated(gpp.gaaServiceIdentifier),
    optional(gpp.sipAuthDataItem),
    repeated(gpp.securityFeatureRequest),
    optional(gpp.traceParent),
  ],
  answer: [
    required(base.sessionId),
    required(base.vendorSpecificApplicationId),
    optional(base.authSessionState),
    required(base.resultCodeAvp),
    required(base.originHost),
    required(base.originRealm),
    required(gpp.meKeyMaterial),
    required(gpp.gbaPushInfo),
    optional(gpp.uiccKeyMaterial),
    // Optional in TS 29.109, owed by TS 33.223 5: a key without an end is of no use.
    required(gpp.keyExpiryTime),
    optional(gpp.bootstrapInfoCreationTime),
    optional(gpp.gbaUserSecSettings),
    optional(gpp.gbaType),
    optional(base.userName),
    repeated(gpp.securityFeatureResponse),
  ],
})
