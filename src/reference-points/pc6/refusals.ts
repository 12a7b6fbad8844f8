import { Refused } from '../../core/errors.ts'
import { avpOf } from '../../wire/diameter/avp.ts'
import { extensions, nafId, transactionIdentifier } from '../../wire/diameter/avps-3gpp.ts'
import { userName } from '../../wire/diameter/avps-base.ts'
import { MalformedDiameter } from '../../wire/diameter/malformed.ts'
import { resultCodes } from '../../wire/diameter/result.ts'
import type { ProseKeyRequest } from './exchange.ts'

/** A peer KMF asks for a home network, or for UE-2 IDs, that it does not speak for (R2): Result-Code 5003. */
export class PeerMayNotAsk extends Refused {
  readonly code = 'ERR_PEER_MAY_NOT_ASK'
}

const failed = {
  'naf-id': (request: ProseKeyRequest) => avpOf(nafId, request.nafId),
  extensions: (request: ProseKeyRequest) => avpOf(extensions, request.extensions),
  'ue1-id': ({ ue1Id }: ProseKeyRequest) =>
    ue1Id.kind === 'b-tid' ? avpOf(transactionIdentifier, ue1Id.btid) : avpOf(userName, ue1Id.imsi),
} as const

/** A well-formed value that this KMF does not serve: Result-Code 5004 with that AVP as Failed-AVP. */
export const notAcceptable = (field: keyof typeof failed, request: ProseKeyRequest): MalformedDiameter =>
  new MalformedDiameter(field, 0, 'not acceptable here', {
    resultCode: resultCodes.invalidAvpValue,
    failedAvp: failed[field](request),
  })
