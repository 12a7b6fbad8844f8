/** Documents that are read again and again, each parsed once; of more than `capacity` the oldest is forgotten. */
export function parsedOnce<Document>(
  parse: (octets: Uint8Array) => Document,
  capacity = 1_000,
): (octets: Uint8Array) => Document {
  const known = new Map<string, Document>()
  return (octets) => {
    const name = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1')
    const before = known.get(name)
    if (before !== undefined) return before
    const document = parse(octets)
    known.set(name, document)
    const [oldest] = known.keys()
    if (known.size > capacity && oldest !== undefined) known.delete(oldest)
    return document
  }
}
