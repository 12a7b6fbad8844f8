import { equalOctets } from './bytes.ts'

/** `read` for octets of which the same few come again and again: what it made of the last different ones is given again. */
export function readAgain<Value>(
  read: (octets: Uint8Array) => Value,
  most = 8,
): (octets: Uint8Array) => Value {
  const known: { readonly octets: Uint8Array; readonly value: Value }[] = []
  let next = 0
  return (octets) => {
    for (const one of known) if (equalOctets(one.octets, octets)) return one.value
    const value = read(octets)
    known[next] = { octets: Uint8Array.from(octets), value }
    next = (next + 1) % most
    return value
  }
}
