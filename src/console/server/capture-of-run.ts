import { InvalidValue } from '../../core/errors.ts'
import { concat } from '../../core/bytes.ts'
import { Capture } from '../../io/capture/capture.ts'
import { decryptionSecrets } from '../../io/capture/pcapng.ts'
import { eventOfLine, type EventLine } from '../../testbed/event-lines.ts'
import type { RecordedRun } from './recorded-run.ts'

/** Messages by their numbers: `1,4-9`; undefined for all. Throws InvalidValue. */
export function messageNumbers(text: string | undefined): ReadonlySet<number> | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,7}(?:-\d{1,7})?(?:,\d{1,7}(?:-\d{1,7})?)*$/.test(text))
    throw new InvalidValue('messages', 'numbers and ranges of them are needed, such as 1,4-9')
  const numbers = new Set<number>()
  for (const part of text.split(',')) {
    const [first = 0, last = first] = part.split('-').map(Number)
    if (last - first > longestRange) throw new InvalidValue('messages', `a range has at most ${longestRange}`)
    for (let n = first; n <= last; n++) numbers.add(n)
  }
  return numbers
}

const longestRange = 100_000

/**
 * A pcapng file of a run, or of these of its messages; the TLS of PC8 as it was, as soon as one of its messages is
 * wanted. Keys stay masked unless the run reveals them.
 */
export function captureOfRun(run: RecordedRun, only?: ReadonlySet<number>): Uint8Array {
  const { start, scenario, nodes } = run.about
  const capture = new Capture(nodes)
  const lines = Array.from(run.captured(), (line) => JSON.parse(line) as EventLine)
  const isWanted = ({ n }: EventLine) => only === undefined || (typeof n === 'number' && only.has(n))
  const withTls = lines.some((line) => line['point'] === 'PC8' && line.event === 'message' && isWanted(line))
  const secrets = lines.flatMap(({ event, text }) =>
    event === 'secret' && typeof text === 'string' ? [text] : [],
  )
  const packets = lines
    .filter((line) => (line.event === 'octets' ? withTls : line.event === 'message' && isWanted(line)))
    .flatMap((line) => capture.blocks(eventOfLine(line, start)))
  return concat(
    capture.header(scenario),
    ...(secrets.length > 0 ? [decryptionSecrets(`${secrets.join('\n')}\n`)] : []),
    capture.interfaces(),
    ...packets,
  )
}
