import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { services as realServices } from '../../src/cli/services.ts'
import { base64, hex } from '../../src/core/bytes.ts'
import type { TapEvent } from '../../src/core/tap.ts'
import { labFile, temporaryDirectory } from './lab-network.ts'

export interface Ran {
  readonly output: string
  readonly events: readonly TapEvent[]
  readonly directory: string
}

/** One command line with a network of its own; what it shows and what the nodes told. */
export async function sidelock(
  scenario: string,
  columns: number | undefined,
  ...flags: readonly string[]
): Promise<Ran> {
  const directory = temporaryDirectory()
  const file = labFile(directory)
  const output: string[] = []
  const events: TapEvent[] = []
  const keep = (line: string) => void output.push(line)
  const code = await main(
    ['run', scenario, '--config', file, '-v', ...flags.map((flag) => flag.replace('DIR', directory))],
    {
      terminal: { out: keep, err: keep, columns, environment: {}, onLine: () => () => undefined },
      services: {
        ...realServices,
        startRun: (options) =>
          realServices.startRun({
            ...options,
            tap(event) {
              events.push(event)
              options.tap(event)
            },
          }),
      },
      interruption: {
        happened: new Promise(() => undefined),
        atOnce: () => undefined,
        onHangUp: () => undefined,
        end: () => undefined,
      },
    },
  )
  expect(code).toBe(0)
  return { output: output.join('\n'), events, directory }
}

export const filesIn = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((name) => statSync(name).isFile())

/** Names of the secrets that stand in these octets: raw, in hex of either case, in base64. */
export function found(octets: Buffer, secrets: ReadonlyMap<string, Uint8Array>): string[] {
  const forms = (secret: Uint8Array) => [
    Buffer.from(secret),
    hex(secret),
    hex(secret).toUpperCase(),
    base64(secret).replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ]
  return [...secrets]
    .filter(([, secret]) => forms(secret).some((form) => octets.includes(form)))
    .map(([name]) => name)
}
