import {
  BTidUnknown,
  IdentityUnknown,
  KeyRequestFailed,
  NotAuthorised,
  TemporaryFailure,
  type ProseError,
} from '../../core/errors.ts'
import { NafId } from '../../core/identities/naf-id.ts'
import { Impi } from '../../core/identities/subscriber.ts'
import { userName } from '../../wire/diameter/avps-base.ts'
import { exchange, type Exchange } from '../../wire/diameter/command.ts'
import { narrowed } from '../../wire/diameter/grammar.ts'
import * as results from '../../wire/diameter/result.ts'
import { parseUssList, writeUssList } from '../../wire/user-security-settings.ts'
import { bootstrappingInfoCommand } from './command.ts'
import type { BootstrappingInfoAnswer, BootstrappingInfoRequest } from './exchange.ts'

const { experimentalResultCodes: experimental, resultCodes } = results

/** What a NAF learns of an error of the BSF. TS 29.109 6.2.2. */
export function znCauseOf(error: unknown): results.Result {
  if (error instanceof results.RefusedWithResult) return error.result
  if (error instanceof BTidUnknown)
    return results.experimentalResult(experimental.transactionIdentifierInvalid)
  if (error instanceof NotAuthorised) return results.experimentalResult(experimental.notAuthorized)
  if (error instanceof IdentityUnknown) return results.experimentalResult(experimental.identityUnknown)
  if (error instanceof TemporaryFailure)
    return results.experimentalResult(experimental.authenticationDataUnavailable)
  return results.resultCode(resultCodes.unableToComply)
}

/** Only the 5403 of the BSF means that it holds no such B-TID (R14). */
function znErrorOf(result: results.Result): ProseError {
  if (results.isTemporary(result)) return new TemporaryFailure(`the BSF answered ${result.code}`)
  if (results.isExperimental(result, experimental.transactionIdentifierInvalid))
    return new BTidUnknown('the BSF holds no such B-TID', 'TS 29.109 6.2.2.3')
  if (results.isExperimental(result, experimental.notAuthorized))
    return new NotAuthorised('the BSF does not allow it', 'TS 29.109 6.2.2.2')
  if (results.isExperimental(result, experimental.identityUnknown))
    return new IdentityUnknown('the HSS knows no such identity', 'TS 29.109 6.2.2.1')
  return new KeyRequestFailed(`the BSF answered ${result.code}`)
}

/** One NAF key. Throws BTidUnknown, NotAuthorised, TemporaryFailure, KeyRequestFailed. */
export const bootstrappingInfo: Exchange<BootstrappingInfoRequest, BootstrappingInfoAnswer> = exchange({
  command: bootstrappingInfoCommand,
  requestBody: (request: BootstrappingInfoRequest) => ({
    'GAA-Service-Identifier': request.gsids,
    'Transaction-Identifier': request.btid,
    'NAF-Id': request.nafId,
    'GBA_U-Awareness-Indicator': 0 as const,
  }),
  request: (avps) => ({
    btid: avps['Transaction-Identifier'],
    nafId: NafId(avps['NAF-Id'].slice()),
    gsids: avps['GAA-Service-Identifier'] ?? [],
  }),
  answerBody: (answer: BootstrappingInfoAnswer) => ({
    'User-Name': answer.impi,
    'ME-Key-Material': answer.meKeyMaterial,
    'Key-ExpiryTime': answer.keyExpiry,
    BootstrapInfoCreationTime: answer.creation,
    'GBA-UserSecSettings': answer.ussList.length > 0 ? writeUssList(answer.ussList) : undefined,
  }),
  answer: (avps) => ({
    ...(avps['User-Name'] !== undefined && { impi: narrowed(userName, avps['User-Name'], Impi) }),
    meKeyMaterial: avps['ME-Key-Material'],
    keyExpiry: avps['Key-ExpiryTime'],
    creation: avps.BootstrapInfoCreationTime,
    ussList: avps['GBA-UserSecSettings'] ? parseUssList(avps['GBA-UserSecSettings']) : [],
  }),
  causeOf: znCauseOf,
  errorOf: znErrorOf,
})
