/** Arrays of up to so many octets need no memory outside of the heap of V8. */
const smallest = 64
const blockSize = 65_536

let block = new Uint8Array(blockSize)
let used = 0

/**
 * A copy of `octets`. Memory outside of the heap is costly to get, so it is taken in blocks, of which each part is given
 * once: a result keeps the 64 KiB around it.
 */
export function resultOf(octets: Uint8Array, begin: number, end: number): Uint8Array {
  const size = end - begin
  if (size <= smallest || size > blockSize / 8) return octets.slice(begin, end)
  if (used + size > blockSize) {
    block = new Uint8Array(blockSize)
    used = 0
  }
  const result = new Uint8Array(block.buffer, used, size)
  result.set(octets.subarray(begin, end))
  used = (used + size + 7) & ~7
  return result
}
