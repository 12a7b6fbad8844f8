import { textLines, WrongLine } from '../text-lines.ts'

const limits = { line: 16 * 1024, all: 1024 * 1024 * 1024 } as const

/** One JSON value a line. Throws WrongLine. */
export async function* jsonLines(octets: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void> {
  let line = 0
  for await (const text of textLines(octets, limits)) {
    line++
    yield valueOf(text, line)
  }
}

function valueOf(text: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new WrongLine(line, 'not JSON')
  }
}
