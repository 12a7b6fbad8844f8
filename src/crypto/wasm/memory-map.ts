/** Where things are in the memory of the module, in octets. The tables have 256 words each. */
export const memoryMap = {
  /** S1 and S2 of SNOW 3G, four tables each, of the most significant octet first. */
  s1: 0,
  s2: 4096,
  mulAlpha: 8192,
  divAlpha: 9216,
  /** The S-boxes of ZUC, where each octet of a word goes, of the most significant first. */
  zuc: 10240,
  /** Products in GF(2^64): 16 tables of 16. */
  products: 14336,
  /** A message; what an algorithm works with follows it. */
  message: 16384,
} as const
