import { describe, expect, it } from 'vitest'
import {
  BTidUnknown,
  IdentityUnknown,
  InvalidValue,
  KeyRequestFailed,
  MalformedMessage,
  NotAuthorised,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { causeOf, NotAuthenticated } from '../../../src/reference-points/pc8/cause-of.ts'
import { InvalidKeyRequest } from '../../../src/reference-points/pc8/messages.ts'

const malformed = new MalformedMessage('naf-id', 0, 'missing')

describe('what UE-2 is told of an error', () => {
  it.each([
    [new BTidUnknown('5403'), { outcome: 'bootstrapping-renegotiation' }],
    [new InvalidKeyRequest(1, malformed), { outcome: 'error', code: 1 }],
    [new NotAuthorised('no row'), { outcome: 'error', code: 2 }],
    [new IdentityUnknown('5401'), { outcome: 'error', code: 2 }],
    [new TemporaryFailure('busy'), { outcome: 'error', code: 3 }],
    [new KeyRequestFailed('5012'), { outcome: 'error', code: 4 }],
    [new InvalidValue('x', 'wrong'), { outcome: 'error', code: 4 }],
    [malformed, { status: 400 }],
    [new NotAuthenticated('expired'), { status: 401 }],
    [new TypeError('a bug'), { status: 500 }],
    ['no error at all', { status: 500 }],
  ])('R10: %s', (error, cause) => expect(causeOf(error)).toEqual(cause))
})
