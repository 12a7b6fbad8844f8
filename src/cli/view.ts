import type { TapEvent, TapMessage, TapState } from '../core/tap.ts'
import type { Instant } from '../core/units.ts'
import { EventLines, startLine } from '../testbed/event-lines.ts'
import type { ScenarioResult } from '../testbed/result.ts'
import type { NetworkNode } from '../testbed/run.ts'
import type { ViewFlags } from './flags.ts'
import { Ladder } from './ladder/ladder.ts'
import { colors } from './ladder/paint.ts'
import { pipedLine, pipedVerdict } from './ladder/piped.ts'
import { asciiSigns, unicodeSigns, type Signs } from './ladder/signs.ts'
import { verdictLines, whatNext } from './ladder/verdict.ts'
import { pageFor, type PageOptions } from './ladder/page.ts'
import type { Terminal } from './terminal.ts'

/** What one run shows on stdout. */
export interface View {
  begin(nodes: readonly NetworkNode[]): void
  event(event: TapEvent): void
  /** `stays` when the link is kept until somebody interrupts. */
  result(result: ScenarioResult, stays: boolean): void
  /** What came after the result, or instead of it. */
  end(): void
}

export interface ViewOptions {
  readonly flags: ViewFlags & { readonly unsafeRevealKeys?: boolean }
  readonly scenario: string
  readonly start: Instant
  /** Where a page shows the same. */
  readonly console?: string | undefined
}

/** JSON lines, a ladder, or a line a message where stdout is no terminal. */
export function viewOf(terminal: Terminal, options: ViewOptions): View {
  if (options.flags.json) return jsonView(terminal, options)
  return terminal.columns === undefined
    ? pipedView(terminal, options)
    : ladderView(terminal, terminal.columns, options)
}

function jsonView({ out }: Terminal, { flags, scenario, start, console: url }: ViewOptions): View {
  const lines = new EventLines(start)
  const print = (line: object) => out(JSON.stringify(line))
  return {
    begin(nodes) {
      const unsafe = flags.unsafeRevealKeys ?? false
      print(startLine({ scenario, nodes, start, unsafe, console: url }))
    },
    event(event) {
      if (isShown(event, flags)) print(lines.of(event))
    },
    result: (result) => print({ event: 'result', ...result }),
    end: () => undefined,
  }
}

/** Octets and secrets are for captures only, spans for those who measure. */
const isShown = (event: TapEvent, { heartbeats, quiet }: ViewFlags): event is TapMessage | TapState =>
  !quiet && (event.kind === 'message' ? (heartbeats ?? !event.heartbeat) : event.kind === 'state')

function pipedView({ out }: Terminal, { flags }: ViewOptions): View {
  return {
    begin: () => undefined,
    event(event) {
      if (!isShown(event, flags) || (event.kind === 'state' && event.what === 'counted' && !flags.verbose))
        return
      const line = pipedLine(event)
      if (line !== undefined) out(line)
    },
    result: (result) => out(pipedVerdict(result)),
    end: () => undefined,
  }
}

function ladderView(terminal: Terminal, width: number, { flags, console: url }: ViewOptions): View {
  const { out } = terminal
  const print = (lines: readonly string[]) => lines.forEach(out)
  const page: PageOptions = {
    width,
    unfold: flags.unfold ?? false,
    signs: signsFor(terminal, flags),
    colors: colors(hasColor(terminal, flags)),
  }
  let ladder: Ladder | undefined
  return {
    begin(nodes) {
      if (flags.quiet) return
      ladder = new Ladder(nodes, { ...page, heartbeats: flags.heartbeats ?? false })
      print(['', ...ladder.headings()])
    },
    event: (event) => ladder && print(ladder.event(event)),
    result(result, stays) {
      print(ladder?.verdict(result) ?? verdictLines(result, [], pageFor([], page)))
      if (stays && !flags.quiet) print(whatNext(result, url))
    },
    end: () => ladder && print(ladder.rest()),
  }
}

/** UTF-8 unless the locale says another character set. */
function signsFor({ environment }: Terminal, { ascii }: ViewFlags): Signs {
  const settings = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']]
  const locale = settings.find((setting) => setting !== undefined && setting !== '') ?? 'UTF-8'
  return ascii || !/utf-?8/i.test(locale) ? asciiSigns : unicodeSigns
}

const hasColor = ({ environment }: Terminal, { color }: ViewFlags): boolean =>
  color && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
