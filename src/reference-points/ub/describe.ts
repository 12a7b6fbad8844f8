import { shortBTid } from '../../core/identities/b-tid.ts'
import { maskedImpi } from '../../core/identities/subscriber.ts'
import { isTmpi, shortTmpi } from '../../core/identities/tmpi.ts'
import type { Fields } from '../../core/tap.ts'
import { ProseError } from '../../core/errors.ts'
import { parseChallenge, parseCredentials } from '../../wire/http-digest/digest-headers.ts'
import { parseBootstrappingInfo } from './bootstrapping-info.ts'
import { fieldValue, type UbRequest, type UbResponse } from './exchange.ts'
import { reasonOf } from './http-octets.ts'

/** What a reader sees of one message: a name and fields without secrets, the IMPI masked (R31). */
export interface Description {
  readonly name: string
  readonly fields: Fields
}

/** What `read` gives, or nothing where the octets are no message of Ub. */
function readable<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProseError) return undefined
    throw error
  }
}

const credentialsOf = (request: UbRequest) =>
  readable(() => parseCredentials(fieldValue(request.fields, 'Authorization') ?? ''))

/** The user name of a request, in full: for finding out whose message it is, not for showing (R31). */
export const identityOf = (request: UbRequest): string | undefined => credentialsOf(request)?.username

const userOf = (username: string): Fields =>
  isTmpi(username) ? { tmpi: shortTmpi(username) } : { impi: maskedImpi(username) }

/** Steps 1 and 3 of a run, the second with a response or with AUTS. TS 24.109 4.3 to 4.5. */
export function describeRequest(request: UbRequest): Description {
  const credentials = credentialsOf(request)
  if (!credentials) return { name: request.method, fields: {} }
  const kind = credentials.nonce === '' ? '' : credentials.auts === undefined ? ' response' : ' AUTS'
  return {
    name: `${request.method}${kind}`,
    fields: { ...userOf(credentials.username), realm: credentials.realm },
  }
}

/** Steps 2 and 4 of a run, and refusals. TS 24.109 4.3. */
export function describeResponse(response: UbResponse): Description {
  const challenge = readable(() => parseChallenge(fieldValue(response.fields, 'WWW-Authenticate') ?? ''))
  if (challenge) return { name: `${response.status} challenge`, fields: { realm: challenge.realm } }
  const info = response.status === 200 ? readable(() => parseBootstrappingInfo(response.body)) : undefined
  if (!info) return { name: `${response.status} ${reasonOf(response.status)}`, fields: {} }
  return {
    name: '200 bootstrapped',
    fields: { btid: shortBTid(info.btid), lifetime: new Date(info.expires).toISOString() },
  }
}
