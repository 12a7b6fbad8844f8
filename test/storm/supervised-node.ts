import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { command, type Line } from '../testbed/sidelock-child.ts'

/** Exit status of what can be tried again: a supervisor does. */
const temporary = 75

export interface Supervision {
  readonly onLine: (line: Line) => void
  /** The process ended without being killed. */
  readonly onEnd: (how: string) => void
}

/** One node as a service under a supervisor, which starts it again when it was killed or could not start for now. */
export class SupervisedNode {
  readonly name: string
  starts = 0
  #peersUp = new Set<string>()
  #runs = false
  readonly #file: string
  readonly #supervision: Supervision
  readonly #looks = new Set<() => void>()
  #process: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(name: string, file: string, supervision: Supervision) {
    this.name = name
    this.#file = file
    this.#supervision = supervision
    this.#start()
  }

  get runs(): boolean {
    return this.#runs
  }

  /** Resolves when it serves and has a connection with each of these nodes. */
  isThere(peers: readonly string[]): Promise<void> {
    const isTrue = () => this.#runs && peers.every((peer) => this.#peersUp.has(peer))
    return new Promise((resolve) => {
      const look = () => {
        if (!isTrue()) return
        this.#looks.delete(look)
        resolve()
      }
      this.#looks.add(look)
      look()
    })
  }

  kill(): void {
    this.#process?.kill('SIGKILL')
  }

  /** For good. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.kill()
    await this.#ended
  }

  #start(): void {
    this.starts++
    this.#runs = false
    this.#peersUp = new Set()
    const child = spawn(process.execPath, [command, 'node', this.name, '--config', this.#file, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    const said: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line)
      this.#runs ||= line.includes(' runs')
      this.#look()
    })
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line))
    this.#ended = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#over(code, said)
        resolve()
      })
    })
  }

  #hear(text: string): void {
    const line = lineIn(text)
    if (!line) return
    if (line.what === 'peer-up' && line.peer !== undefined) this.#peersUp.add(line.peer)
    if (line.what === 'peer-lost' && line.peer !== undefined) this.#peersUp.delete(line.peer)
    this.#supervision.onLine(line)
    this.#look()
  }

  #over(code: number | null, said: readonly string[]): void {
    if (this.#isStopped) return
    if (code === null || code === temporary) this.#start()
    else this.#supervision.onEnd(`${this.name} ended with ${code}: ${said.join(' ')}`)
  }

  #look(): void {
    for (const look of this.#looks) look()
  }
}

/** Undefined for the one that a kill cut off. */
function lineIn(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}
