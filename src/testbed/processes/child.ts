import { fork, type ChildProcess, type StdioOptions } from 'node:child_process'
import { Outage, Refused } from '../../core/errors.ts'
import type { Fields, Tap } from '../../core/tap.ts'
import type { UeControl } from '../ue-control.ts'
import type { Order, RemoteError, Told } from './messages.ts'

/** A node of another process said no. */
export class RefusedElsewhere extends Refused {
  readonly code: `ERR_${string}`

  constructor({ code, message, clause }: RemoteError) {
    super(message, clause)
    this.code = code
  }
}

/** A node of another process cannot now, or is gone. */
export class FailedElsewhere extends Outage {
  readonly code: `ERR_${string}`

  constructor({ code, message, clause }: Omit<RemoteError, 'temporary'>) {
    super(message, clause)
    this.code = code
  }
}

export interface ChildOptions {
  readonly name: string
  /** Command line of the node. */
  readonly argv: readonly [script: string, ...args: string[]]
  readonly tap: Tap
  /** The process ended without being told to. */
  readonly onEnd: (how: string) => void
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

const grace = 5_000

/** One node in an operating-system process of its own. */
export class Child {
  readonly #process: ChildProcess
  readonly #options: ChildOptions
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  readonly #serves: Promise<unknown>
  #served: Waiting | undefined
  #orders = 0
  #told = false

  /** Starts the process at once; `serves` tells when its node does. */
  constructor(options: ChildOptions) {
    this.#options = options
    this.#serves = new Promise((resolve, reject) => {
      this.#served = { resolve, reject }
    })
    const [script, ...args] = options.argv
    // What it says on stderr is for the same reader; its events come by the channel.
    const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc']
    this.#process = fork(script, args, { serialization: 'advanced', stdio })
    this.#process.on('message', (told: Told) => this.#hear(told))
    this.#process.on('error', (error) => this.#fail(error.message))
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        this.#fail(signal === null ? `ended with exit code ${code ?? 0}` : `was ended by ${signal}`)
        resolve()
      })
    })
  }

  /** Resolves when the node serves; rejects with FailedElsewhere when it ends before. */
  get serves(): Promise<unknown> {
    return this.#serves
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  get isRunning(): boolean {
    return this.#process.connected
  }

  settle(): Promise<unknown> {
    return this.#order((id) => ({ kind: 'settle', id }))
  }

  /** What its node holds now. */
  show(): Promise<Fields> {
    return this.#order((id) => ({ kind: 'show', id })) as Promise<Fields>
  }

  /** The UE that runs there. */
  get control(): UeControl {
    const call =
      (method: keyof UeControl) =>
      (...args: readonly unknown[]): Promise<never> =>
        this.#order((id) => ({ kind: 'control', id, method, args })) as Promise<never>
    return {
      bootstrap: call('bootstrap'),
      openPc8: call('openPc8'),
      beDiscoverable: call('beDiscoverable'),
      discover: call('discover'),
      connect: call('connect'),
      links: call('links'),
      sendPackets: call('sendPackets'),
      awaitPackets: call('awaitPackets'),
      rekey: call('rekey'),
      release: call('release'),
    }
  }

  /** SIGTERM, and SIGKILL for whoever does not end in time. */
  async stop(): Promise<void> {
    this.#told = true
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    this.#process.kill('SIGTERM')
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), grace)
    await this.#ended
    clearTimeout(timer)
  }

  #order(orderOf: (id: number) => Order): Promise<unknown> {
    if (!this.isRunning) return Promise.reject(this.#gone('is not running'))
    const id = ++this.#orders
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#process.send(orderOf(id))
    })
  }

  #hear(told: Told): void {
    switch (told.kind) {
      case 'event':
        this.#options.tap(told.event)
        return
      case 'serves':
        this.#served?.resolve(undefined)
        this.#served = undefined
        return
      case 'done':
        this.#waiting.get(told.id)?.resolve(told.value)
        break
      case 'failed': {
        const { error } = told
        const failure = error.temporary ? new FailedElsewhere(error) : new RefusedElsewhere(error)
        this.#waiting.get(told.id)?.reject(failure)
      }
    }
    this.#waiting.delete(told.id)
  }

  #fail(how: string): void {
    const serving = this.#served === undefined
    const error = this.#gone(how)
    this.#served?.reject(error)
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    if (serving && !this.#told) this.#options.onEnd(how)
    this.#told = true
  }

  #gone(how: string): FailedElsewhere {
    const message = `${this.#options.name} ${how}`
    return new FailedElsewhere({ code: 'ERR_TEMPORARY_FAILURE', message, clause: undefined })
  }
}
