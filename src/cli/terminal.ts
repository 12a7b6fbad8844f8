import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline'

/** What a command writes to and what it knows of it. */
export interface Terminal {
  /** Results: one line on stdout. */
  readonly out: (line: string) => void
  /** Everything else: one line on stderr. */
  readonly err: (line: string) => void
  /** Characters a line; undefined when stdout is no terminal. */
  readonly columns: number | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Calls `take` with each line that somebody types; the returned function stops it. */
  readonly onLine: (take: (line: string) => void, more?: Prompt) => () => void
  /** Asks who sits there; absent where nobody does. */
  readonly ask?: (question: string) => Promise<string>
  /** Shows a line in place of the one before, '' to clear it; absent where stderr is no terminal. */
  readonly redraw?: (line: string) => void
}

export interface Prompt {
  /** Stands before what is typed, where somebody types. */
  readonly text: string
  /** Called when no line will follow. */
  readonly ended: () => void
}

/** Standard output and error of this process. */
export function processTerminal(): Terminal {
  let typed: Interface | undefined
  const printTo = (stream: NodeJS.WriteStream) => (line: string) => {
    // What comes while somebody types goes above what is typed.
    if (typed) {
      cursorTo(process.stderr, 0)
      clearLine(process.stderr, 0)
    }
    stream.write(`${line}\n`)
    typed?.prompt(true)
  }
  return {
    out: printTo(process.stdout),
    err: printTo(process.stderr),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    environment: process.env,
    ...(process.stdin.isTTY && { ask }),
    ...(process.stderr.isTTY && { redraw }),
    onLine(take, prompt) {
      const isTyped = process.stdin.isTTY && prompt !== undefined
      const lines = createInterface({ input: process.stdin, ...(isTyped && { output: process.stderr }) })
      lines.on('line', (line) => {
        take(line)
        typed?.prompt()
      })
      if (prompt) lines.on('close', prompt.ended)
      if (isTyped) {
        typed = lines
        lines.setPrompt(prompt.text)
        lines.prompt()
      }
      return () => {
        typed = undefined
        lines.close()
      }
    },
  }
}

function ask(question: string): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  return new Promise((resolve) => {
    asking.once('close', () => resolve(''))
    asking.question(question, (answer) => {
      resolve(answer)
      asking.close()
    })
  })
}

function redraw(line: string): void {
  cursorTo(process.stderr, 0)
  clearLine(process.stderr, 0)
  process.stderr.write(line)
}

/** Something worth knowing that is no result. */
export const note = (terminal: Terminal, text: string): void => terminal.err(`sidelock: ${text}`)
