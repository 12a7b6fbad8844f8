import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseDocument } from 'yaml'
import { ProseError } from '../../src/core/errors.ts'
import type { TapEvent, TapMessage, TapState } from '../../src/core/tap.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import type { ScenarioResult } from '../../src/testbed/result.ts'
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

/** What a network told, and who waits for more. */
class Heard {
  readonly events: TapEvent[] = []
  readonly #waiting = new Set<() => void>()

  readonly tap = (event: TapEvent): void => {
    this.events.push(event)
    for (const look of this.#waiting) look()
  }

  /** Resolves as soon as an event from number `first` on is wanted. */
  until(wanted: (event: TapEvent) => boolean, first: number): Promise<void> {
    return new Promise((resolve) => {
      let next = first
      const look = () => {
        while (next < this.events.length) {
          const event = this.events[next++]
          if (!event || !wanted(event)) continue
          this.#waiting.delete(look)
          resolve()
          return
        }
      }
      this.#waiting.add(look)
      look()
    })
  }
}

/** As many key requests as anybody likes. */
export const unlimitedKeyRequests: readonly Change[] = [
  'keyRequestsPerUe1PerMinute',
  'keyRequestsPerUe2PerMinute',
].flatMap((limit) => [0, 1].map((plmn): Change => [['plmns', plmn, 'kmf', 'limits', limit], 'unlimited']))

/** A run with everything it told. */
export class Network {
  readonly run: Run
  readonly #heard: Heard

  private constructor(run: Run, heard: Heard) {
    this.run = run
    this.#heard = heard
  }

  /** The example with changes, in this process unless told otherwise; stopped when the test is over. */
  static async start(
    changes: readonly Change[] = [],
    options: Partial<Omit<RunOptions, 'tap'>> = {},
  ): Promise<Network> {
    const network = await Network.startIn(temporaryDirectory(), changes, options)
    onTestFinished(() => network.run.stop())
    return network
  }

  /** The same in this directory; the caller stops it. */
  static async startIn(
    directory: string,
    changes: readonly Change[] = [],
    options: Partial<Omit<RunOptions, 'tap'>> = {},
  ): Promise<Network> {
    const heard = new Heard()
    const run = await startRun({
      config: loadNetworkConfig(labFile(directory, changes)),
      ...{ scenario: '7a', once: true, processes: false, unsafeRevealKeys: false },
      ...options,
      tap: heard.tap,
    })
    return new Network(run, heard)
  }

  /** The set-up again; one that another process cannot even begin is one that failed. */
  async setUpAgain(): Promise<Pick<ScenarioResult, 'outcome' | 'reason'>> {
    try {
      return await this.run.again()
    } catch (error) {
      if (!(error instanceof ProseError)) throw error
      return { outcome: 'failed', reason: error.code }
    }
  }

  get events(): readonly TapEvent[] {
    return this.#heard.events
  }

  /** Resolves when this decision was told, after the first `after` events. */
  told(what: string, node: string, after = 0): Promise<void> {
    return this.heard((event) => event.kind === 'state' && event.what === what && event.node === node, after)
  }

  /** Resolves when such an event was told, after the first `after` events. */
  heard(wanted: (event: TapEvent) => boolean, after = 0): Promise<void> {
    return this.#heard.until(wanted, after)
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
