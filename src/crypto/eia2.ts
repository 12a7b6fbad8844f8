import { Cmac } from './cmac.ts'
import type { EiaUnderKey } from './eia.ts'
import { countBearerDirection, once, type Mac } from './security-inputs.ts'

/** 128-EIA2: AES-CMAC. TS 33.401 B.2.3. */
export function eia2UnderKey(key: Uint8Array): EiaUnderKey {
  const cmac = new Cmac(key)
  const start = new DataView(new ArrayBuffer(8))
  const startOctets = new Uint8Array(start.buffer)
  return {
    mac(count, bearer, direction, ...octets) {
      start.setUint32(0, count)
      start.setUint8(4, (bearer << 3) | (direction << 2))
      let length = startOctets.length
      for (const part of octets) length += part.length
      return cmac.tag([startOctets, ...octets], 8 * length, 4)
    },
    forget: () => cmac.forget(),
  }
}

/** 128-EIA2 for one message, in any number of bits. */
export const eia2: Mac = (key, count, bearer, direction, octets, bits) => {
  const start = countBearerDirection(count, bearer, direction)
  const whole = octets.subarray(0, Math.ceil(bits / 8))
  return once(new Cmac(key), (cmac) => cmac.tag([start, whole], 64 + bits, 4))
}
