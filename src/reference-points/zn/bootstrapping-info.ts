import { NafId } from '../../core/identities/naf-id.ts'
import { Impi } from '../../core/identities/subscriber.ts'
import { userName } from '../../wire/diameter/avps-base.ts'
import { exchange, type Exchange } from '../../wire/diameter/command.ts'
import { narrowed } from '../../wire/diameter/grammar.ts'
import { parseUssList, writeUssList } from '../../wire/user-security-settings.ts'
import { znCauseOf, znErrorOf } from './cause-of.ts'
import { bootstrappingInfoCommand } from './command.ts'
import type { BootstrappingInfoAnswer, BootstrappingInfoRequest } from './exchange.ts'

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
