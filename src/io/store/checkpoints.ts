import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { sqliteModuleName } from './sqlite.ts'

/** Rows that are changed before the log is brought into the file. */
const rowsBetween = 2_000

/** Brings the log of one SQLite file into it, in a thread that is there once it is needed. */
export class Checkpoints {
  readonly #path: string
  #worker: Worker | undefined
  #rows = 0

  constructor(path: string) {
    this.#path = path
  }

  /** Counts rows that were changed; true when it is time. */
  isDue(rows: number): boolean {
    this.#rows += rows
    return this.#rows >= rowsBetween
  }

  /**
   * Twice: what is written during the first pass is left to the second, for which `alone` keeps everybody else away. Only
   * when all of it is in the file does the log begin anew.
   */
  async make(alone: (work: () => Promise<void>) => Promise<void>): Promise<void> {
    this.#rows = 0
    await this.#pass()
    await alone(() => this.#pass())
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  /** What fails is done by SQLite itself, later. */
  async #pass(): Promise<void> {
    const worker = (this.#worker ??= startWorker())
    worker.ref()
    worker.postMessage(this.#path)
    await once(worker, 'message').catch(() => (this.#worker = undefined))
    worker.unref()
  }
}

const startWorker = (): Worker =>
  new Worker(new URL('sqlite-checkpointer.js', import.meta.url), { workerData: sqliteModuleName() })
