import { WrongUsage } from '../errors.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import type { Surroundings } from './run-once.ts'

export interface BenchFlags extends SharedFlags {
  readonly group?: readonly string[]
  readonly save?: string
  readonly compare?: string
  readonly sizes?: string
  readonly smoke?: boolean
}

interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** What is used of the module that the package has beside what is compiled. */
interface BenchModule {
  /** Throws WrongOption. */
  bench(flags: BenchFlags, streams: Streams): Promise<{ readonly status: 0 | 1 }>
  readonly WrongOption: new () => Error
}

/** How fast it is on this machine; the same as `npm run bench` in a checkout. */
export async function bench(flags: BenchFlags, { terminal, interruption }: Surroundings): Promise<ExitCode> {
  const place = new URL('../../../bench/main.mjs', import.meta.url)
  const module = (await import(place.href)) as BenchModule
  // What it started ends with it.
  void interruption.happened.then(interruption.atOnce)
  const streams: Streams = {
    out: (text) => terminal.out(text.trimEnd()),
    err: (text) => {
      if (!flags.quiet) terminal.err(text.trimEnd())
    },
  }
  try {
    return (await module.bench(flags, streams)).status
  } catch (error) {
    throw error instanceof module.WrongOption
      ? new WrongUsage(error.message, 'npx sidelock bench --help')
      : error
  }
}
