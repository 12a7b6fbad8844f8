import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { keyOctets } from '../../src/core/keys.ts'
import { fingerprint } from '../../src/crypto/fingerprint.ts'

it('R31: a key is shown as 8 hex digits of an HMAC that no derivation uses', () => {
  const key = keyOctets(new Uint8Array(32).fill(5))
  const whole = createHmac('sha256', 'sidelock fingerprint').update(key).digest('hex')
  expect(fingerprint(key)).toBe(whole.slice(0, 8))
  expect(fingerprint(keyOctets(new Uint8Array(32).fill(6)))).not.toBe(fingerprint(key))
})
