import { join } from 'node:path'
import {
  exportRecorded,
  readRecording,
  serveRecorded,
  type Recording,
} from '../../console/server/recorded-page.ts'
import { counted } from '../../ladder/names.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { SharedFlags } from '../flags.ts'
import { note, type Terminal } from '../terminal.ts'
import type { Surroundings } from './run-once.ts'

export interface ConsoleFlags extends SharedFlags {
  readonly open?: readonly string[]
  readonly export?: readonly string[]
  readonly to?: string
}

/** The page of recorded runs, served until Ctrl-C or written into a folder. */
export async function console(flags: ConsoleFlags, surroundings: Surroundings): Promise<ExitCode> {
  const { open, export: written, to } = flags
  if ((open === undefined) === (written === undefined))
    throw new WrongUsage('either --open or --export is needed', 'npx sidelock console --help')
  if ((written === undefined) !== (to === undefined))
    throw new WrongUsage(
      '--export and --to belong together',
      'npx sidelock console --export FILE --to FOLDER',
    )
  const recordings = await recordingsOf(open ?? written ?? [])
  warnOfKeys(recordings, surroundings.terminal)
  return to === undefined
    ? serve(recordings, flags, surroundings)
    : write(recordings, to, flags, surroundings)
}

async function recordingsOf(files: readonly string[]): Promise<readonly Recording[]> {
  const recordings = await Promise.all(files.map(readRecording))
  const names = recordings.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) throw new WrongUsage(`two files are named ${twice}: the page names runs by them`)
  return recordings
}

function warnOfKeys(recordings: readonly Recording[], terminal: Terminal): void {
  const named = recordings.filter(({ unsafe }) => unsafe).map(({ name }) => name)
  if (named.length > 0)
    note(terminal, `unsafe: ${named.join(', ')} shows keys; treat the page as you treat the keys`)
}

async function serve(
  recordings: readonly Recording[],
  { json, quiet }: ConsoleFlags,
  { terminal, interruption }: Surroundings,
): Promise<ExitCode> {
  const fault = (error: unknown) => note(terminal, `error: fault of the console: ${(error as Error).message}`)
  const served = await serveRecorded(recordings, fault)
  if (json) terminal.out(JSON.stringify({ event: 'start', schema: 1, console: served.url }))
  else if (!quiet) note(terminal, `console ${served.url}`)
  await interruption.happened
  await served.close()
  return exitCodes.done
}

function write(
  recordings: readonly Recording[],
  to: string,
  { json }: ConsoleFlags,
  { terminal }: Surroundings,
): ExitCode {
  exportRecorded(recordings, to)
  const page = join(to, 'index.html')
  const runs = recordings.map(({ name }) => name)
  terminal.out(
    json
      ? JSON.stringify({ event: 'result', schema: 1, page, runs })
      : `${page}: ${counted(runs.length, 'run')}; any web server serves it, and a browser opens it`,
  )
  return exitCodes.done
}
