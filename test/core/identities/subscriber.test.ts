import { expect, it } from 'vitest'
import { maskedImpi, maskedImsi } from '../../../src/core/identities/subscriber.ts'

it('R31: of an IMSI MCC, MNC and two digits are shown, of a private identity that is none nothing', () => {
  const imsi = '001010000000001'
  expect(maskedImsi(imsi)).toBe('00101········01')
  expect(maskedImpi(`${imsi}@ims.mnc001.mcc001.3gppnetwork.org`)).toBe('00101········01')
  expect(maskedImpi('alice.smith@example.org')).toBe('···········')
  expect(maskedImpi('alice.smith')).toBe('···········')
})
