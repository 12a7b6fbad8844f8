import { counted } from './ladder/names.ts'
import { note, type Terminal } from './terminal.ts'

/** Nothing is told before this; then a line is redrawn on a terminal, or written this often. In milliseconds. */
const times = { silent: 1_000, redraw: 200, line: 10_000 } as const

export interface Progress {
  /** One more is done. */
  step(): void
  end(): void
}

/** How far a command is, on stderr: `import 62 400 of 100 000 subscribers, 62 %, 14 200/s, 3 s left`. */
export function progressOf(
  what: string,
  total: number,
  noun: string,
  {
    terminal,
    json,
    now = Date.now,
  }: { readonly terminal: Terminal; readonly json: boolean; readonly now?: () => number },
): Progress {
  const start = now()
  const { redraw } = terminal
  const every = redraw && !json ? times.redraw : times.line
  let next = start + times.silent
  let done = 0
  const tell = (at: number) => {
    const rate = Math.max(1, Math.round((1000 * done) / Math.max(1, at - start)))
    const left = Math.ceil((total - done) / rate)
    if (json) {
      terminal.err(
        JSON.stringify({ event: 'progress', what, done, total, perSecond: rate, secondsLeft: left }),
      )
      return
    }
    const percent = Math.floor((100 * done) / Math.max(1, total))
    const text = `${what} ${spaced(done)} of ${spaced(total)} ${noun}, ${percent} %, ${spaced(rate)}/s, ${left} s left`
    if (redraw) redraw(`sidelock: ${text}`)
    else note(terminal, text)
  }
  return {
    step() {
      done++
      // The clock costs more than what is counted.
      if (done % 64 !== 0) return
      const at = now()
      if (at < next) return
      next = at + every
      tell(at)
    },
    end: () => redraw?.(''),
  }
}

/** `62 400`. */
const spaced = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ')

/** `2 subscribers`, `100 000 subscribers`. */
export const countedSpaced = (count: number, noun: string): string =>
  count < 1000 ? counted(count, noun) : `${spaced(count)} ${noun}s`
