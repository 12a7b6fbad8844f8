import { InvalidValue } from '../../core/errors.ts'
import { NafId } from '../../core/identities/naf-id.ts'
import { PTid } from '../../core/identities/p-tid.ts'
import { Impi } from '../../core/identities/subscriber.ts'
import * as gpp from '../../wire/diameter/avps-3gpp.ts'
import { userName } from '../../wire/diameter/avps-base.ts'
import { exchange, type Exchange } from '../../wire/diameter/command.ts'
import { narrowed } from '../../wire/diameter/grammar.ts'
import * as results from '../../wire/diameter/result.ts'
import { resynchronisationAvps, resynchronisationOf } from '../../wire/diameter/resynchronisation.ts'
import { parseUssList, writeUssList } from '../../wire/user-security-settings.ts'
import { znCauseOf, zpnErrorOf } from './cause-of.ts'
import type { PushInfoAnswer, PushInfoRequest } from './exchange.ts'
import { gbaPushInfoCommand } from './zpn.ts'

const appLabel = 'USIM'
const kinds = { private: 0, GBA_ME: 0, GBA_U: 1 } as const

/** One NAF key and the GPI that brings it to the UE. Throws IdentityUnknown, NotAuthorised, TemporaryFailure, KeyRequestFailed. */
export const pushInfo: Exchange<PushInfoRequest, PushInfoAnswer> = exchange({
  command: gbaPushInfoCommand,
  requestBody: (request: PushInfoRequest) => ({
    'UE-Id': request.impi,
    'UE-Id-Type': kinds.private,
    'UICC-App-Label': appLabel,
    'NAF-Id': request.nafId,
    'NAF-SA-Identifier': request.ptId,
    'UICC-ME': request.gbaU ? kinds.GBA_U : kinds.GBA_ME,
    'Requested-Key-Lifetime': request.requestedExpiry,
    'Private-Identity-Request': 0 as const,
    'GBA_U-Awareness-Indicator': 0 as const,
    'GAA-Service-Identifier': request.gsids,
    // Open: where RAND and AUTS stand in a GPR could not be read; as in the MAR.
    'SIP-Auth-Data-Item': request.resynchronisation && resynchronisationAvps(request.resynchronisation),
  }),
  request: (avps) => {
    narrowed(gpp.uiccAppLabel, avps['UICC-App-Label'], usimOnly)
    const item = avps['SIP-Auth-Data-Item']
    return {
      impi: privateIdentity(avps['UE-Id'], avps['UE-Id-Type']),
      nafId: NafId(avps['NAF-Id'].slice()),
      ptId: PTid(avps['NAF-SA-Identifier'].slice()),
      gbaU: avps['UICC-ME'] === kinds.GBA_U,
      requestedExpiry: avps['Requested-Key-Lifetime'],
      gsids: avps['GAA-Service-Identifier'] ?? [],
      ...(item && { resynchronisation: resynchronisationOf(item) }),
    }
  },
  answerBody: (answer: PushInfoAnswer) => ({
    'ME-Key-Material': answer.meKeyMaterial,
    'GBA-Push-Info': answer.gpi,
    'Key-ExpiryTime': answer.keyExpiry,
    'GBA-UserSecSettings': answer.ussList.length > 0 ? writeUssList(answer.ussList) : undefined,
    'User-Name': answer.impi,
  }),
  answer: (avps) => ({
    ...(avps['User-Name'] !== undefined && { impi: narrowed(userName, avps['User-Name'], Impi) }),
    meKeyMaterial: avps['ME-Key-Material'],
    gpi: avps['GBA-Push-Info'].slice(),
    keyExpiry: avps['Key-ExpiryTime'],
    ussList: avps['GBA-UserSecSettings'] ? parseUssList(avps['GBA-UserSecSettings']) : [],
  }),
  causeOf: znCauseOf,
  errorOf: zpnErrorOf,
})

/** Who is known here: the private identity. A KMF knows no other, and this BSF asks the HSS for none. */
function privateIdentity(text: string, type: 0 | 1): Impi {
  if (type === kinds.private) return narrowed(gpp.ueId, text, Impi)
  throw new results.RefusedWithResult(
    results.experimentalResult(results.experimentalResultCodes.identityUnknown),
  )
}

/** The one application of a card that this BSF pushes to. */
function usimOnly(label: string): void {
  if (label !== appLabel) throw new InvalidValue('UICC-App-Label', 'not USIM')
}
