/** A message without its key, and where the key was. */
export interface Masked {
  readonly bytes: Uint8Array
  /** First octet and one past the last octet of each masked field. */
  readonly masked: readonly (readonly [number, number])[]
}

const keyElement = /<(?:[\w.-]+:)?prose-direct-key(?:\s[^<>]*)?>([^<]*)/dg

/** The octets of an XML document or HTTP message with every PDK written as zeros of the same length (R31). */
export function maskProseDirectKey(octets: Uint8Array): Masked {
  const bytes = octets.slice()
  const masked = [...latin1(octets).matchAll(keyElement)].flatMap((match) => {
    const [, place] = match.indices ?? []
    return place && place[0] < place[1] ? [place] : []
  })
  for (const [start, end] of masked) bytes.fill(0x30, start, end)
  return { bytes, masked }
}

/** One character an octet, so that places in the text are places in the octets. */
const latin1 = (octets: Uint8Array): string => {
  let text = ''
  for (const octet of octets) text += String.fromCharCode(octet)
  return text
}
