import { InvalidValue } from '../core/errors.ts'

export interface LineLimits {
  /** Characters of one line. */
  readonly line: number
  /** Octets of all. */
  readonly all: number
}

/** Lines of well-formed UTF-8, each ended by a line feed. Throws InvalidValue, which names the line. */
export async function* textLines(
  octets: AsyncIterable<Uint8Array>,
  limits: LineLimits,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let line = 1
  let length = 0
  const wrong = (reason: string) => new InvalidValue(`line ${line}`, reason)
  const decoded = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      throw wrong('not well-formed UTF-8')
    }
  }
  let rest = ''
  for await (const chunk of octets) {
    length += chunk.length
    if (length > limits.all) throw wrong(`more than ${limits.all} octets`)
    const lines = (rest + decoded(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      if (text.length > limits.line) throw wrong(`more than ${limits.line} characters`)
      yield text
      line++
    }
    if (rest.length > limits.line) throw wrong(`more than ${limits.line} characters`)
  }
  if (rest + decoded() !== '') throw wrong('it does not end with a line feed')
}
