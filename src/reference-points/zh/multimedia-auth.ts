import { Autn, Rand, type AuthenticationVector } from '../../core/aka.ts'
import { concat } from '../../core/bytes.ts'
import {
  IdentityUnknown,
  InvalidValue,
  KeyRequestFailed,
  NotAuthorised,
  SynchronisationRefused,
  TemporaryFailure,
  type ProseError,
} from '../../core/errors.ts'
import { Impi } from '../../core/identities/subscriber.ts'
import { Ck, Ik, Res } from '../../core/keys.ts'
import * as gpp from '../../wire/diameter/avps-3gpp.ts'
import { userName } from '../../wire/diameter/avps-base.ts'
import type { AvpDefinition } from '../../wire/diameter/avp.ts'
import { exchange, type Exchange } from '../../wire/diameter/command.ts'
import { missingAvp, narrowed, type ValueOf } from '../../wire/diameter/grammar.ts'
import * as results from '../../wire/diameter/result.ts'
import { resynchronisationAvps, resynchronisationOf } from '../../wire/diameter/resynchronisation.ts'
import { parseGuss, writeGuss } from '../../wire/user-security-settings.ts'
import { multimediaAuthCommand } from './command.ts'
import type { MultimediaAuthAnswer, MultimediaAuthRequest } from './exchange.ts'

type AuthDataItem = ValueOf<typeof gpp.sipAuthDataItem>

const scheme = 'Digest-AKAv1-MD5'
const { experimentalResultCodes: experimental, resultCodes } = results

/** What the BSF learns of an error of the HSS. TS 29.109 6.2.2. */
export function zhCauseOf(error: unknown): results.Result {
  if (error instanceof results.RefusedWithResult) return error.result
  if (error instanceof IdentityUnknown) return results.experimentalResult(experimental.identityUnknown)
  if (error instanceof NotAuthorised) return results.experimentalResult(experimental.notAuthorized)
  if (error instanceof TemporaryFailure)
    return results.experimentalResult(experimental.authenticationDataUnavailable)
  return results.resultCode(resultCodes.unableToComply)
}

function zhErrorOf(result: results.Result, request: MultimediaAuthRequest): ProseError {
  if (results.isTemporary(result)) return new TemporaryFailure(`the HSS answered ${result.code}`)
  if (results.isExperimental(result, experimental.identityUnknown))
    return new IdentityUnknown('the HSS knows no such identity')
  if (results.isExperimental(result, experimental.notAuthorized))
    return new NotAuthorised('the HSS does not allow GBA to this subscriber')
  if (request.resynchronisation && result.code === resultCodes.unableToComply)
    return new SynchronisationRefused('the HSS does not take this AUTS')
  return new KeyRequestFailed(`the HSS answered ${result.code}`)
}

/** One authentication vector per exchange. Throws IdentityUnknown, SynchronisationRefused, TemporaryFailure. */
export const multimediaAuth: Exchange<MultimediaAuthRequest, MultimediaAuthAnswer> = exchange({
  command: multimediaAuthCommand,
  requestBody: (request: MultimediaAuthRequest) => ({
    'User-Name': request.impi,
    'SIP-Auth-Data-Item': {
      'SIP-Authentication-Scheme': scheme,
      ...(request.resynchronisation && resynchronisationAvps(request.resynchronisation)),
    },
  }),
  request: (avps) => ({
    impi: narrowed(userName, avps['User-Name'], Impi),
    ...resynchronisationIn(avps['SIP-Auth-Data-Item']),
  }),
  answerBody: (answer: MultimediaAuthAnswer) => ({
    'User-Name': answer.impi,
    'SIP-Auth-Data-Item': itemOf(answer.vector),
    'GBA-UserSecSettings': answer.guss && writeGuss(answer.guss),
  }),
  answer: (avps, request) => ({
    impi: sameIdentity(avps['User-Name'], request.impi),
    vector: vectorOf(avps['SIP-Auth-Data-Item']),
    ...(avps['GBA-UserSecSettings'] && { guss: parseGuss(avps['GBA-UserSecSettings']) }),
  }),
  causeOf: zhCauseOf,
  errorOf: zhErrorOf,
})

function resynchronisationIn(item: AuthDataItem | undefined) {
  if (item?.['SIP-Authentication-Scheme'] !== undefined && item['SIP-Authentication-Scheme'] !== scheme)
    throw new results.RefusedWithResult(results.experimentalResult(experimental.authSchemeNotSupported))
  return item?.['SIP-Authorization'] ? { resynchronisation: resynchronisationOf(item) } : {}
}

function sameIdentity(name: string | undefined, asked: Impi): Impi {
  if (name === undefined || name === asked) return asked
  return narrowed(userName, name, () => {
    throw new InvalidValue('User-Name', 'not the identity that was asked for')
  })
}

const itemOf = (vector: AuthenticationVector): AuthDataItem => ({
  'SIP-Authentication-Scheme': scheme,
  'SIP-Authenticate': concat(vector.rand, vector.autn),
  'SIP-Authorization': vector.xres,
  'Confidentiality-Key': vector.ck,
  'Integrity-Key': vector.ik,
})

const lengthOfRand = 16

function vectorOf(item: AuthDataItem): AuthenticationVector {
  const challenge = present(gpp.sipAuthenticate, item['SIP-Authenticate'])
  const part = (from: number, to?: number) => challenge.slice(from, to)
  return {
    rand: narrowed(gpp.sipAuthenticate, challenge, () => Rand(part(0, lengthOfRand))),
    autn: narrowed(gpp.sipAuthenticate, challenge, () => Autn(part(lengthOfRand))),
    xres: narrowed(gpp.sipAuthorization, present(gpp.sipAuthorization, item['SIP-Authorization']), Res),
    ck: narrowed(gpp.confidentialityKey, present(gpp.confidentialityKey, item['Confidentiality-Key']), Ck),
    ik: narrowed(gpp.integrityKey, present(gpp.integrityKey, item['Integrity-Key']), Ik),
  }
}

function present<Value>(row: AvpDefinition<string, Value>, value: Value | undefined): Value {
  if (value === undefined) throw missingAvp(row)
  return value
}
