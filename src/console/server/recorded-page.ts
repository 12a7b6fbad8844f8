import { chmodSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { text as textFrom } from 'node:stream/consumers'
import { InvalidValue, LocalFault } from '../../core/errors.ts'
import { makeDirectories } from '../../io/directories.ts'
import { unwritable } from '../../io/output.ts'
import { runOf } from '../model/run.ts'
import { guardedApp, listening, onFreePort, urlOf } from './app.ts'
import { pageFiles, type PageFile } from './page-files.ts'

/** A file that is no recorded run. */
export class InvalidRecording extends LocalFault {
  readonly code = 'ERR_INVALID_RECORDING'
  readonly hint = 'npx sidelock run NAME --json > FILE records one'
}

/** A file that cannot be read. */
export class RecordingUnreadable extends LocalFault {
  readonly code = 'ERR_RECORDING_UNREADABLE'
}

/** Only in a checkout. */
export class PageNotBuilt extends LocalFault {
  readonly code = 'ERR_PAGE_NOT_BUILT'
  readonly hint = 'npm run build'
}

/** JSON lines of one run. */
export interface Recording {
  /** As the page and its address name it. */
  readonly name: string
  readonly text: string
  /** It shows keys. */
  readonly unsafe: boolean
}

/** `-` is stdin. Throws InvalidRecording, RecordingUnreadable. */
export async function readRecording(file: string): Promise<Recording> {
  const text = await textOf(file)
  const name = file === '-' ? 'stdin' : basename(file)
  try {
    return { name, text, unsafe: runOf(text.split('\n')).start?.unsafe === true }
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new InvalidRecording(`${file} cannot be used: ${error.message}`)
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return file === '-' ? await textFrom(process.stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    throw new RecordingUnreadable(`${file} cannot be read`, undefined, { cause })
  }
}

/** What a server says in headers, as far as a page can say it of itself. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"

/** In the text of a script element, and in an attribute, nothing ends it. */
const inScript = (lines: string): string => lines.replaceAll('<', '\\u003c')
const inAttribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')

/** The page with these runs in it: it asks no server for anything. Throws PageNotBuilt. */
export function recordedPage(recordings: readonly Recording[]): ReadonlyMap<string, PageFile> {
  const files = pageFiles()
  const html = files.get('/')?.octets.toString() ?? ''
  const head = '<meta charset="utf-8" />'
  if (!html.includes(head)) throw new PageNotBuilt('the page is not built')
  const runs = recordings.map(
    ({ name, text }) =>
      `<script type="application/x-ndjson" data-run="${inAttribute(name)}">${inScript(text)}</script>\n`,
  )
  const page = html
    .replace(head, `${head}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
    .replace('</body>', () => `${runs.join('')}</body>`)
  return new Map([
    ...files,
    ['/', { type: 'text/html; charset=utf-8', octets: Buffer.from(page), coded: new Map() }],
  ])
}

/** Serves recorded runs and nothing else, on loopback. Throws PageNotBuilt; rejects with the error of its socket. */
export async function serveRecorded(
  recordings: readonly Recording[],
  onFault: (error: unknown) => void,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const files = recordedPage(recordings)
  const server = await onFreePort((address) =>
    listening(guardedApp({ host: address.host, files, onFault }), address),
  )
  return { url: urlOf(server.address), close: () => server.close() }
}

/**
 * Writes the page with these runs into a folder, which any web server serves and a browser opens. Keys that it shows are
 * for the owner of the files alone. Throws PageNotBuilt, OutputUnwritable.
 */
export function exportRecorded(recordings: readonly Recording[], directory: string): void {
  const mode = recordings.some(({ unsafe }) => unsafe) ? 0o600 : 0o644
  for (const [path, { octets }] of recordedPage(recordings)) {
    const file = join(directory, path === '/' ? 'index.html' : path)
    try {
      makeDirectories(dirname(file))
      writeFileSync(file, octets, { mode })
      chmodSync(file, mode)
    } catch (error) {
      throw unwritable(file, error)
    }
  }
}
