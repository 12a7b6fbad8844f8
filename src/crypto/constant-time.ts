import { timingSafeEqual } from 'node:crypto'

/** Whether two MACs, tokens or digests are the same, in a time that does not depend on their octets (R33). */
export const equalInConstantTime = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b)
