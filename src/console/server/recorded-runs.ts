import { RecordedRun, type RunStart, type RunSummary } from './recorded-run.ts'

/** Runs that are kept, and their characters; the oldest go (R43). */
const most = { runs: 30, characters: 96e6 } as const

/** The last runs, newest last. */
export class RecordedRuns {
  readonly #runs: RecordedRun[] = []
  readonly #listeners = new Set<() => void>()
  #count = 0

  begin(about: Omit<RunStart, 'run'>): RecordedRun {
    const run = new RecordedRun({ ...about, run: ++this.#count }, () => this.#changed())
    this.#runs.push(run)
    const size = () => this.#runs.reduce((sum, { size }) => sum + size, 0)
    while (this.#runs.length > most.runs || (this.#runs.length > 1 && size() > most.characters))
      this.#runs.shift()
    this.#changed()
    return run
  }

  list(): readonly RunSummary[] {
    return this.#runs.map(({ summary }) => summary)
  }

  find(run: number): RecordedRun | undefined {
    return this.#runs.find(({ about }) => about.run === run)
  }

  get newest(): RecordedRun | undefined {
    return this.#runs.at(-1)
  }

  /** Calls `listener` when there is a new line, run or result; the returned function stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
