import { exitCodes, type ExitCode } from './exit-codes.ts'

type Signal = 'SIGINT' | 'SIGTERM'

/** Ctrl-C and SIGTERM: the first asks a command to end, the second ends it at once. SIGHUP ends what does not listen to it. */
export interface Interruption {
  /** Resolves with the exit status of a task that was interrupted. */
  readonly happened: Promise<ExitCode>
  /** Ends the process without waiting for anything. */
  readonly atOnce: (code: ExitCode) => void
  /** From now on SIGHUP calls `reload` and ends nothing. */
  onHangUp(reload: () => void): void
  /** Gives the signals back. */
  end(): void
}

const exitCodeOf: Readonly<Record<Signal, ExitCode>> = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
}

/** Listens for signals of this process. `atOnce` is called with the second one. */
export function interruption(
  signals: NodeJS.EventEmitter = process,
  atOnce: (code: ExitCode) => void = (code) => process.exit(code),
): Interruption {
  let interrupted = false
  let resolve: (code: ExitCode) => void = () => undefined
  const happened = new Promise<ExitCode>((done) => (resolve = done))
  const listener = (signal: Signal) => {
    if (interrupted) atOnce(exitCodeOf[signal])
    interrupted = true
    resolve(exitCodeOf[signal])
  }
  signals.on('SIGINT', listener).on('SIGTERM', listener)
  return {
    ...{ happened, atOnce },
    onHangUp: (reload) => void signals.on('SIGHUP', reload),
    end: () => void signals.off('SIGINT', listener).off('SIGTERM', listener).removeAllListeners('SIGHUP'),
  }
}
