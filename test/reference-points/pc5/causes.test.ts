import { expect, it } from 'vitest'
import {
  BTidUnknown,
  InvalidValue,
  KeyRequestFailed,
  MacMismatch,
  MalformedMessage,
  NotAuthorised,
  TemporaryFailure,
} from '../../../src/core/errors.ts'
import { causeOf } from '../../../src/reference-points/pc5/causes.ts'
import * as errors from '../../../src/reference-points/pc5/errors.ts'
import { MalformedElement } from '../../../src/wire/tlv/delimit.ts'

it.each([
  [new NotAuthorised('no'), 1],
  [new KeyRequestFailed('no'), 2],
  [new errors.NoCommonAlgorithm('no'), 2],
  [new errors.PeerNotVerified('no'), 2],
  [new errors.NonceReused(1), 2],
  [new errors.ExtensionsDiffer('request'), 2],
  [new MalformedElement('nafId', 0, 'missing', { answerable: true }), 2],
  [new errors.Layer2IdConflict('no'), 3],
  [new TemporaryFailure('away'), 6],
])('%s is told to UE-1 as a REJECT with cause %i', (error, cause) => {
  expect(causeOf(error)).toEqual({ message: 'directCommunicationReject', cause })
})

it.each([
  [new errors.CapabilitiesDiffer('differ'), 7],
  [new errors.AlgorithmNotOffered('not offered'), 7],
  [new errors.WrongUe2('other'), 8],
  [new errors.GpiMissing('missing'), 8],
  [new errors.GpiInvalid('bad'), 8],
  [new errors.GpiForeignNaf('foreign'), 8],
  [new errors.NonceReused(2), 8],
  [new errors.ExtensionsDiffer('command'), 8],
  [new errors.GpiOutOfSync('SQN'), 9],
])('%s is told to UE-2 as a SECURITY MODE REJECT with cause %i', (error, cause) => {
  expect(causeOf(error)).toEqual({ message: 'directSecurityModeReject', cause })
})

it('an unknown B-TID becomes the re-negotiation request', () => {
  expect(causeOf(new BTidUnknown('5403'))).toEqual({ message: 'bootstrappingRenegotiationRequest' })
})

it.each([
  new MacMismatch('MAC-I'),
  new MalformedMessage('x', 0, 'bad'),
  new MalformedElement('x', 0, 'bad'),
  new errors.ReplayedMessage('seen'),
  new errors.UnknownContext('none'),
  new InvalidValue('x', 'bad'),
  new Error('a bug'),
  'no error at all',
])('R26: %s is never answered', (error) => {
  expect(causeOf(error)).toEqual({ message: 'none' })
})
