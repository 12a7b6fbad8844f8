import {
  BTidUnknown,
  IdentityUnknown,
  KeyRequestFailed,
  NotAuthorised,
  TemporaryFailure,
  type ProseError,
} from '../../core/errors.ts'
import { needsNonce1 } from '../../core/extension-set.ts'
import { NafId } from '../../core/identities/naf-id.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { ProseUeId } from '../../core/identities/prose.ts'
import { Imsi } from '../../core/identities/subscriber.ts'
import type { Ue1Id } from '../../core/identities/ue1-id.ts'
import { nonce1, transactionIdentifier, ue1ProseUeId } from '../../wire/diameter/avps-3gpp.ts'
import { userName } from '../../wire/diameter/avps-base.ts'
import { exchange, type Exchange } from '../../wire/diameter/command.ts'
import { missingAvp, narrowed, tooManyAvps } from '../../wire/diameter/grammar.ts'
import * as results from '../../wire/diameter/result.ts'
import { resynchronisationAvps, resynchronisationOf } from '../../wire/diameter/resynchronisation.ts'
import { proseKeyCommand } from './command.ts'
import type { ProseKeyAnswer, ProseKeyRequest } from './exchange.ts'
import { PeerMayNotAsk } from './refusals.ts'

const { experimentalResultCodes: experimental, resultCodes } = results

/** What the KMF of another home network learns: unknown and not allowed look the same (R10). */
export function pc6CauseOf(error: unknown): results.Result {
  if (error instanceof results.RefusedWithResult) return error.result
  if (error instanceof BTidUnknown)
    return results.experimentalResult(experimental.transactionIdentifierInvalid)
  if (error instanceof NotAuthorised || error instanceof IdentityUnknown)
    return results.experimentalResult(experimental.proximityUnauthorized)
  if (error instanceof TemporaryFailure)
    return results.experimentalResult(experimental.authenticationDataUnavailable)
  if (error instanceof PeerMayNotAsk) return results.resultCode(resultCodes.authorizationRejected)
  return results.resultCode(resultCodes.unableToComply)
}

/** Codes of 3GPP by which a foreign KMF may say that it does not allow it; ours sends 5633 only. */
const notAuthorisedCodes = [5001, 5401, 5402, 5610, 5611, 5612, 5633, 5636]

function pc6ErrorOf(result: results.Result): ProseError {
  if (results.isTemporary(result)) return new TemporaryFailure(`the home KMF answered ${result.code}`)
  if (results.isExperimental(result, experimental.transactionIdentifierInvalid))
    return new BTidUnknown('the home network holds no such B-TID', 'CR 33.303 6.X.3.3')
  if (notAuthorisedCodes.some((code) => results.isExperimental(result, code)))
    return new NotAuthorised('the home network does not allow it')
  return new KeyRequestFailed(`the home KMF answered ${result.code}`)
}

/** One PDK. Throws BTidUnknown, NotAuthorised, TemporaryFailure, KeyRequestFailed. */
export const proseKey: Exchange<ProseKeyRequest, ProseKeyAnswer> = exchange({
  command: proseKeyCommand,
  requestBody: (request: ProseKeyRequest) => ({
    'Transaction-Identifier': request.ue1Id.kind === 'b-tid' ? request.ue1Id.btid : undefined,
    'User-Name': request.ue1Id.kind === 'imsi' ? request.ue1Id.imsi : undefined,
    'ProSe-UE-ID': request.ue2Id,
    'NAF-Id': request.nafId,
    'Visited-PLMN-Id': request.visitedPlmn,
    'SIP-Auth-Data-Item': request.resynchronisation && resynchronisationAvps(request.resynchronisation),
    'PC5-Relay-Service-Code': request.relayServiceCode,
    Extensions: request.extensions === 0 ? undefined : request.extensions,
    'Nonce-1': request.nonce1,
    'Request-Token': request.requestToken,
  }),
  request: (avps) => ({
    ue1Id: ue1IdOf(avps['Transaction-Identifier'], avps['User-Name']),
    ue2Id: avps['ProSe-UE-ID'],
    nafId: NafId(avps['NAF-Id'].slice()),
    visitedPlmn: avps['Visited-PLMN-Id'],
    ...(avps['SIP-Auth-Data-Item'] && {
      resynchronisation: resynchronisationOf(avps['SIP-Auth-Data-Item']),
    }),
    ...(avps['PC5-Relay-Service-Code'] !== undefined && {
      relayServiceCode: avps['PC5-Relay-Service-Code'],
    }),
    ...extensionsOf(avps.Extensions ?? 0, avps['Nonce-1']),
    ...(avps['Request-Token'] && { requestToken: avps['Request-Token'].slice() }),
  }),
  answerBody: (answer: ProseKeyAnswer) => ({
    'ProSe-Direct-Key': answer.pdk,
    'Key-ExpiryTime': answer.keyExpiry,
    'GBA-Push-Info': answer.gpi,
    'UE1-ProSe-UE-ID': answer.ue1ProseUeIds,
  }),
  answer: (avps) => ({
    pdk: avps['ProSe-Direct-Key'],
    keyExpiry: avps['Key-ExpiryTime'],
    ...(avps['GBA-Push-Info'] && { gpi: avps['GBA-Push-Info'].slice() }),
    ue1ProseUeIds: atMostEight(avps['UE1-ProSe-UE-ID'] ?? []),
  }),
  causeOf: pc6CauseOf,
  errorOf: pc6ErrorOf,
})

/** Exactly one of the two; throws MalformedDiameter with 5005, 5009 or 5004. */
function ue1IdOf(btid: BTid | undefined, name: string | undefined): Ue1Id {
  if (btid !== undefined && name !== undefined) throw tooManyAvps(userName, name)
  if (btid !== undefined) return { kind: 'b-tid', btid }
  if (name === undefined) throw missingAvp(transactionIdentifier)
  return { kind: 'imsi', imsi: narrowed(userName, name, Imsi) }
}

/** Throws MalformedDiameter with 5005 for a set whose Nonce_1 is missing. */
function extensionsOf(
  extensions: number,
  nonce: Uint8Array | undefined,
): Pick<ProseKeyRequest, 'extensions' | 'nonce1'> {
  if (!nonce && needsNonce1(extensions)) throw missingAvp(nonce1)
  return { extensions, ...(nonce && { nonce1: nonce.slice() }) }
}

function atMostEight(ids: readonly ProseUeId[]): readonly ProseUeId[] {
  const ninth = ids[8]
  if (ninth !== undefined) throw tooManyAvps(ue1ProseUeId, ninth)
  return ids
}
