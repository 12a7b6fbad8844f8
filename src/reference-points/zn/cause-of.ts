import {
  BTidUnknown,
  IdentityUnknown,
  KeyRequestFailed,
  NotAuthorised,
  TemporaryFailure,
  type ProseError,
} from '../../core/errors.ts'
import * as results from '../../wire/diameter/result.ts'

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

/** What an unsuccessful result of the BSF means. Only its 5403 of the BSF means that it holds no such B-TID (R14). */
export function znErrorOf(result: results.Result): ProseError {
  if (results.isTemporary(result)) return new TemporaryFailure(`the BSF answered ${result.code}`)
  if (results.isExperimental(result, experimental.transactionIdentifierInvalid))
    return new BTidUnknown('the BSF holds no such B-TID', 'TS 29.109 6.2.2.3')
  if (results.isExperimental(result, experimental.notAuthorized))
    return new NotAuthorised('the BSF does not allow it', 'TS 29.109 6.2.2.2')
  if (results.isExperimental(result, experimental.identityUnknown))
    return new IdentityUnknown('the HSS knows no such identity', 'TS 29.109 6.2.2.1')
  return new KeyRequestFailed(`the BSF answered ${result.code}`)
}

/** The same for a push, which names no B-TID: a 5403 is no reason to re-negotiate. */
export function zpnErrorOf(result: results.Result): ProseError {
  const error = znErrorOf(result)
  return error instanceof BTidUnknown ? new KeyRequestFailed(`the BSF answered ${result.code}`) : error
}
