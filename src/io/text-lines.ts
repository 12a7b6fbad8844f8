import { concat, fromUtf8 } from '../core/bytes.ts'
import { InvalidValue } from '../core/errors.ts'

export interface LineLimits {
  /** Octets of one line. */
  readonly line: number
  /** Octets of all. */
  readonly all: number
}

/** A line that cannot be read. */
export class WrongLine extends InvalidValue {
  /** From 1. */
  readonly line: number
  readonly reason: string

  constructor(line: number, reason: string) {
    super(`line ${line}`, reason)
    this.line = line
    this.reason = reason
  }
}

const lineFeed = 0x0a

/** Lines of well-formed UTF-8, each ended by a line feed. Throws WrongLine. */
export async function* textLines(
  octets: AsyncIterable<Uint8Array>,
  limits: LineLimits,
): AsyncGenerator<string, void> {
  let line = 1
  let length = 0
  let rest: Uint8Array = new Uint8Array()
  for await (const chunk of octets) {
    length += chunk.length
    if (length > limits.all) throw new WrongLine(line, `more than ${limits.all} octets in all`)
    const held = concat(rest, chunk)
    let start = 0
    for (let end = held.indexOf(lineFeed); end >= 0; end = held.indexOf(lineFeed, start)) {
      yield textOf(held.subarray(start, end), line, limits)
      line++
      start = end + 1
    }
    rest = held.subarray(start)
    if (rest.length > limits.line) throw new WrongLine(line, tooLong(limits))
  }
  if (rest.length > 0) throw new WrongLine(line, 'it does not end with a line feed')
}

const tooLong = ({ line }: LineLimits) => `more than ${line} octets`

function textOf(octets: Uint8Array, line: number, limits: LineLimits): string {
  if (octets.length > limits.line) throw new WrongLine(line, tooLong(limits))
  try {
    return fromUtf8(octets)
  } catch {
    throw new WrongLine(line, 'not well-formed UTF-8')
  }
}
