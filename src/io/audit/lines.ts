const lineFeed = 0x0a

/** A line without its line feed; only the last of a file may lack it. */
export interface Line {
  readonly octets: Uint8Array
  readonly isEnded: boolean
}

export function linesOf(octets: Uint8Array): readonly Line[] {
  const lines: Line[] = []
  for (let start = 0, end = 0; start < octets.length; start = end + 1) {
    const next = octets.indexOf(lineFeed, start)
    end = next < 0 ? octets.length : next
    lines.push({ octets: octets.subarray(start, end), isEnded: next >= 0 })
  }
  return lines
}
