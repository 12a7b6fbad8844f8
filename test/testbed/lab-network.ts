import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseDocument } from 'yaml'
import type { TapEvent, TapMessage, TapState } from '../../src/core/tap.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { startRun, type Run, type RunOptions } from '../../src/testbed/run.ts'

export const example = resolve(import.meta.dirname, '../../examples/two-plmns.yaml')

/** What a test changes in the example: a path and its value, undefined to leave it out. */
export type Change = readonly [path: readonly (string | number)[], value: unknown]

/** A directory of this test only. */
export function temporaryDirectory(whenDone: (clean: () => void) => void = onTestFinished): string {
  const directory = mkdtempSync(join(tmpdir(), 'sidelock-network-'))
  whenDone(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The example with changes, its lab in `directory`. Gives the name of the file. */
export function labFile(directory: string, changes: readonly Change[] = [], name = 'network.yaml'): string {
  const document = parseDocument(readFileSync(example, 'utf8'))
  document.setIn(['lab', 'directory'], join(directory, 'lab'))
  for (const [path, value] of changes) {
    if (value === undefined) document.deleteIn(path)
    else document.setIn(path, document.createNode(value))
  }
  const file = join(directory, name)
  writeFileSync(file, String(document))
  return file
}

/** A run with everything it told. */
export class Network {
  readonly events: TapEvent[] = []
  readonly #run: Run

  private constructor(run: Run, events: TapEvent[]) {
    this.#run = run
    this.events = events
  }

  /** The example with changes, in this process unless told otherwise; stopped when the test is over. */
  static async start(
    changes: readonly Change[] = [],
    options: Partial<Omit<RunOptions, 'tap'>> = {},
  ): Promise<Network> {
    const events: TapEvent[] = []
    const run = await startRun({
      config: loadNetworkConfig(labFile(temporaryDirectory(), changes)),
      ...{ scenario: '7a', once: true, processes: false, unsafeRevealKeys: false },
      ...options,
      tap: (event) => events.push(event),
    })
    onTestFinished(() => run.stop())
    return new Network(run, events)
  }

  get run(): Run {
    return this.#run
  }

  /** Without those that only keep connections. */
  get messages(): readonly TapMessage[] {
    return this.events.flatMap((event) => (event.kind === 'message' && !event.heartbeat ? [event] : []))
  }

  decisions(what: string): readonly TapState[] {
    return this.events.flatMap((event) => (event.kind === 'state' && event.what === what ? [event] : []))
  }

  decision(what: string): TapState {
    const [only, another] = this.decisions(what)
    if (!only || another) throw new Error(`${this.decisions(what).length} decisions ${what}`)
    return only
  }
}

/** `6 PC6 kmf2 > kmf1 PKR`. */
export const shown = ({ step, point, from, to, name }: TapMessage): string =>
  `${step ?? '-'} ${point} ${from} > ${to} ${name}`
