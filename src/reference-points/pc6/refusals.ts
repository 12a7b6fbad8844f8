import { Refused } from '../../core/errors.ts'
import { u32 } from '../../core/bytes.ts'
import { encodeAvp } from '../../wire/diameter/avp.ts'
import { extensions, nafId, transactionIdentifier } from '../../wire/diameter/avps-3gpp.ts'
import { userName } from '../../wire/diameter/avps-base.ts'
import { MalformedDiameter } from '../../wire/diameter/malformed.ts'
import { resultCodes } from '../../wire/diameter/result.ts'
import type { ProseKeyRequest } from './exchange.ts'

/** A peer KMF asks for a home network, or for UE-2 IDs, that it does not speak for (R2): Result-Code 5003. */
export class PeerMayNotAsk extends Refused {
  readonly code = 'ERR_PEER_MAY_NOT_ASK'
}

const avpOf = {
  'naf-id': (request: ProseKeyRequest) => encodeAvp(nafId, request.nafId),
  extensions: (request: ProseKeyRequest) => encodeAvp(extensions, u32(request.extensions)),
  'ue1-id': ({ ue1Id }: ProseKeyRequest) =>
    ue1Id.kind === 'b-tid'
      ? encodeAvp(transactionIdentifier, transactionIdentifier.type.encode(ue1Id.btid))
      : encodeAvp(userName, userName.type.encode(ue1Id.imsi)),
} as const

/** A well-formed value that this KMF does not serve: Result-Code 5004 with that AVP as Failed-AVP. */
export const notAcceptable = (field: keyof typeof avpOf, request: ProseKeyRequest): MalformedDiameter =>
  new MalformedDiameter(field, 0, 'not acceptable here', {
    resultCode: resultCodes.invalidAvpValue,
    failedAvp: avpOf[field](request),
  })
