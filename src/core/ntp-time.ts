import { readUint, u32 } from './bytes.ts'
import { InvalidValue } from './errors.ts'
import { Instant } from './units.ts'

const secondsFrom1900To1970 = 2_208_988_800
const secondsOfEra = 2 ** 32

/** Seconds since 1900, modulo 2^32, in 4 octets. RFC 6733 4.3.1 (Time), RFC 5905. */
export const ntpTime = (value: Instant): Uint8Array =>
  u32((Math.floor(value / 1000) + secondsFrom1900To1970) % secondsOfEra)

/**
 * The instant in 4 octets; a clear top bit means the era that began 2036-02-07T06:28:16Z, so 1968 to 2104 can be told.
 * Throws InvalidValue for another length.
 */
export function fromNtpTime(octets: Uint8Array): Instant {
  if (octets.length !== 4) throw new InvalidValue('Time', '4 octets are needed', 'RFC 6733 4.3.1')
  const seconds = readUint(octets, 0, 4)
  const since1900 = seconds >= secondsOfEra / 2 ? seconds : seconds + secondsOfEra
  return Instant((since1900 - secondsFrom1900To1970) * 1000)
}
