import { Cmac } from './cmac.ts'
import type { EiaUnderKey } from './eia.ts'
import { countBearerDirection, once, type Mac } from './security-inputs.ts'

/** 128-EIA2: AES-CMAC. TS 33.401 B.2.3. */
export function eia2UnderKey(key: Uint8Array): EiaUnderKey {
  const cmac = new Cmac(key)
  return {
    mac(count, bearer, direction, ...octets) {
      const parts = [countBearerDirection(count, bearer, direction), ...octets]
      let length = 0
      for (const part of parts) length += part.length
      return cmac.tag(parts, 8 * length).subarray(0, 4)
    },
    forget: () => cmac.forget(),
  }
}

/** 128-EIA2 for one message, in any number of bits. */
export const eia2: Mac = (key, count, bearer, direction, octets, bits) => {
  const start = countBearerDirection(count, bearer, direction)
  const whole = octets.subarray(0, Math.ceil(bits / 8))
  return once(new Cmac(key), (cmac) => cmac.tag([start, whole], 64 + bits)).subarray(0, 4)
}
