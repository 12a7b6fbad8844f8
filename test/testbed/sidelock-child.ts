import { spawn, type ChildProcess } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export const command = resolve(import.meta.dirname, '../../bin/sidelock.js')

export interface Line {
  readonly event?: string
  readonly name?: string
  readonly what?: string
  readonly node?: string
  readonly peer?: string
  readonly code?: string
  readonly message?: string
  readonly address?: string
  readonly route?: string
  readonly verb?: string
  readonly text?: string
  readonly point?: string
  readonly from?: string
  readonly to?: string
  readonly heartbeat?: boolean
  readonly bytes?: string
  readonly imsi?: string
  readonly sqn?: string
  readonly btid?: string
  readonly masked?: readonly unknown[]
}

/** One `sidelock` process with `--json`, and what it said so far. */
export class Sidelock {
  readonly lines: Line[] = []
  stderr = ''
  readonly exit: Promise<number | null>
  readonly #process: ChildProcess
  readonly #looks = new Set<() => void>()

  private constructor(program: string, ...args: readonly string[]) {
    this.#process = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const { stdout, stderr } = this.#process
    if (!stdout || !stderr) throw new Error('no pipes')
    stderr.on('data', (octets: Buffer) => {
      this.stderr += octets.toString()
      this.#look()
    })
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line)
      this.#look()
    })
    this.exit = new Promise((done) => this.#process.once('close', (code) => done(code)))
  }

  /** Ended when the test is over. */
  static start(...args: readonly string[]): Sidelock {
    return Sidelock.by(process.execPath, command, ...args)
  }

  /** By a program that becomes it; ended when the test is over. */
  static by(program: string, ...args: readonly string[]): Sidelock {
    const sidelock = new Sidelock(program, ...args)
    onTestFinished(() => void sidelock.#process.kill('SIGKILL'))
    return sidelock
  }

  /** Resolves when it has said something that is wanted, or ended. */
  async until(wanted: (said: this) => boolean): Promise<void> {
    const told = new Promise<void>((done) => {
      const look = () => {
        if (wanted(this)) done()
      }
      this.#looks.add(look)
      look()
    })
    await Promise.race([told, this.exit])
    if (!wanted(this)) throw new Error(`it ended: ${this.stderr}`)
  }

  get runs(): Promise<void> {
    return this.until(({ stderr }) => stderr.includes(' runs'))
  }

  told(what: string, fields: Partial<Line> = {}): Promise<void> {
    const wanted = Object.entries({ what, ...fields })
    return this.until(({ lines }) =>
      lines.some((line) => wanted.every(([name, value]) => line[name as keyof Line] === value)),
    )
  }

  /** Somebody types. */
  type(line: string): void {
    this.#process.stdin?.write(`${line}\n`)
  }

  /** SIGHUP: it reads its configuration again. */
  hangUp(): void {
    this.#process.kill('SIGHUP')
  }

  /** It hears and says nothing any more, as a machine that hangs. */
  freeze(): void {
    this.#process.kill('SIGSTOP')
  }

  terminate(): void {
    this.#process.kill('SIGTERM')
  }

  #look(): void {
    for (const look of this.#looks) look()
  }
}
