/** A copy of `octets` with one bit the other way; bit 0 is the most significant of the first octet. */
export function flipped(octets: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(octets)
  copy[bit >>> 3] = (copy[bit >>> 3] ?? 0) ^ (0x80 >> (bit & 7))
  return copy
}

/** A bit of `count` chosen by `seed`, so that different vectors try different bits, the same in every run. */
export const someBit = (seed: number, count: number): number => (seed * 7919 + 13) % count
