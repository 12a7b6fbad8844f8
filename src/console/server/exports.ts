import { concat } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import type { TapEvent } from '../../core/tap.ts'
import { Capture } from '../../io/capture/capture.ts'
import { decryptionSecrets } from '../../io/capture/pcapng.ts'
import { eventOfLine, type EventLine } from '../../testbed/event-lines.ts'
import { markdownOf } from '../model/markdown.ts'
import { runOf } from '../model/run.ts'
import { svgOf } from '../model/svg.ts'
import type { RecordedRun } from './recorded-run.ts'

/** Numbers of messages; undefined: all. */
type Chosen = ReadonlySet<number> | undefined

interface ExportForm {
  readonly type: string
  of(run: RecordedRun, chosen: Chosen): string | Uint8Array
}

/** What can be taken away of a run, by the ending of its file. */
export const exportForms: Readonly<Record<string, ExportForm>> = {
  jsonl: { type: 'application/x-ndjson', of: (run, chosen) => `${linesOf(run, chosen).join('\n')}\n` },
  svg: { type: 'image/svg+xml', of: (run, chosen) => svgOf(runOf(run.file), chosen) },
  md: { type: 'text/markdown; charset=utf-8', of: (run, chosen) => markdownOf(runOf(run.file), chosen) },
  pcapng: { type: 'application/vnd.tcpdump.pcap', of: pcapngOf },
}

const mostChosen = 100_000

/** `1,4-6`. Throws InvalidValue. */
export function chosenIn(text: string): ReadonlySet<number> {
  const chosen = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(part) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (!(from <= to) || to - from + chosen.size > mostChosen)
      throw new InvalidValue('messages', 'numbers and ranges such as 1,4-6 are needed')
    for (let n = from; n <= to; n++) chosen.add(n)
  }
  return chosen
}

const isChosen = ({ event, n }: EventLine, chosen: ReadonlySet<number>): boolean =>
  (event !== 'message' && event !== 'state') || (typeof n === 'number' && chosen.has(n))

function linesOf(run: RecordedRun, chosen: Chosen): readonly string[] {
  if (!chosen) return run.file
  return run.file.filter((line) => isChosen(JSON.parse(line) as EventLine, chosen))
}

/** A capture as `--pcap` writes it. Of PC8 the TLS between two nodes comes whole, when a message of theirs is chosen. */
function pcapngOf(run: RecordedRun, chosen: Chosen): Uint8Array {
  const { scenario, nodes, start } = run.about
  const lines = [...run.captured()].map((line) => JSON.parse(line) as EventLine)
  const told = lines.filter(({ event }) => ['message', 'octets', 'secret'].includes(event))
  const chosenEvents = (chosen ? told.filter((line) => isChosen(line, chosen)) : told).map((line) =>
    eventOfLine(line, start),
  )
  const pairs = new Set(chosenEvents.flatMap((event) => (event.kind === 'message' ? [pairOf(event)] : [])))
  const events = chosenEvents.filter(
    (event) => event.kind !== 'octets' || !chosen || pairs.has(pairOf(event)),
  )
  const capture = new Capture(nodes)
  const keyLog = events.flatMap((event) => (event.kind === 'secret' ? [`${event.text}\n`] : []))
  return concat(
    capture.header(scenario),
    ...(keyLog.length > 0 ? [decryptionSecrets(keyLog.join(''))] : []),
    capture.interfaces(),
    ...events.flatMap((event) => capture.blocks(event)),
  )
}

const pairOf = ({ point, from, to }: Extract<TapEvent, { kind: 'message' | 'octets' }>): string =>
  [point, ...[from, to].sort()].join(' ')
