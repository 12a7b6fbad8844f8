import type { Random } from '../../../core/environment.ts'

/**
 * An octet from 1 to 255 that is not in `taken`, for a DKSI or the last octet of a KD-sess ID; undefined when none is
 * left. It starts at random, so that it tells nobody how many links there are. TS 33.303 6.5.3.
 */
export function chooseOctet(random: Random, taken: ReadonlySet<number>): number | undefined {
  const [start = 0] = random.octets(1)
  for (let step = 0; step < 256; step++) {
    const octet = (start + step) % 256
    if (octet !== 0 && !taken.has(octet)) return octet
  }
  return undefined
}
