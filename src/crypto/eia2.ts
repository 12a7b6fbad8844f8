import { Cmac } from './cmac.ts'
import type { EiaOfParts } from './eia.ts'
import { countBearerDirection, once, totalLength, type Mac } from './security-inputs.ts'

/** 128-EIA2: AES-CMAC. TS 33.401 B.2.3. */
export function eia2UnderKey(key: Uint8Array): EiaOfParts {
  const cmac = new Cmac(key)
  const start = new DataView(new ArrayBuffer(8))
  const startOctets = new Uint8Array(start.buffer)
  return {
    mac(count, bearer, direction, parts) {
      start.setUint32(0, count)
      start.setUint8(4, (bearer << 3) | (direction << 2))
      return cmac.tag(parts, 8 * (startOctets.length + totalLength(parts)), 4, startOctets)
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
