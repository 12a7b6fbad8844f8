import { main } from '../../src/cli/main.ts'
import { services } from '../../src/cli/services.ts'

export interface Answer {
  readonly code: number
  readonly out: readonly string[]
  readonly err: readonly string[]
}

/** One command against the lab of this configuration, if it needs one; `answer` is what somebody types when asked. */
export async function sidelock(
  config: string | undefined,
  args: readonly string[],
  answer?: string,
): Promise<Answer> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await main(config === undefined ? args : [...args, '--config', config], {
    terminal: {
      ...{ out: (line) => out.push(line), err: (line) => err.push(line) },
      ...{ columns: undefined, environment: {}, onLine: () => () => undefined },
      ...(answer !== undefined && { ask: () => Promise.resolve(answer) }),
    },
    services,
    interruption: {
      ...{ happened: new Promise(() => undefined), atOnce: () => undefined },
      ...{ onHangUp: () => undefined, end: () => undefined },
    },
  })
  return { code, out, err }
}

export const rows = ({ out }: Answer) => out.map((line) => JSON.parse(line) as Record<string, unknown>)
