import { InvalidValue } from '../../../core/errors.ts'
import { runOf } from '../../model/run.ts'
import { getLines, getNetwork, getRuns, type Armed, type RunInfo } from './api.ts'
import { store } from './store.ts'

const retryMs = 2000

/** Shows the runs inside the page, the first of them, or follows the server that gave it. */
export function begin(): void {
  const recorded = [...document.querySelectorAll<HTMLElement>('script[data-run]')]
  for (const { dataset, textContent } of recorded.reverse()) openText(dataset['run'] ?? '', textContent)
  if (recorded.length === 0) void connect()
}

/** Opens JSON lines of a file; what is wrong with them becomes the notice. */
export function openText(name: string, text: string): void {
  try {
    const run = runOf(text.split('\n'))
    store.opened.set(name, run)
    if (store.source.kind === 'connecting') store.source = { kind: 'recorded' }
    const { start, result } = run
    const info: RunInfo = {
      run: name,
      scenario: start?.scenario ?? name,
      time: start?.time ?? '',
      state: 'ended',
      outcome: result?.outcome ?? null,
      branch: result?.branch ?? null,
      messages: run.messages.length,
    }
    store.set({
      runs: [...store.runs.filter((other) => other.run !== name), info],
      follow: false,
      notice: '',
    })
    store.show(name)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    store.set({ notice: `${name} cannot be opened: ${error.message}` })
  }
}

async function connect(): Promise<void> {
  try {
    const [network, runs] = await Promise.all([getNetwork(), getRuns()])
    store.set({ network, runs, source: { kind: 'live' } })
    follow()
    const wanted = store.wantedRun
    if (wanted !== undefined && runs.some(({ run }) => String(run) === wanted)) await openRun(wanted)
  } catch {
    lost()
    setTimeout(() => void connect(), retryMs)
  }
}

/** Reads all lines of a run that is not the current one, and shows it. */
export async function openRun(id: string): Promise<void> {
  if ((store.opened.get(id)?.texts.length ?? 0) === 0) await load(id)
  store.show(id)
}

/** Reads all lines of a run that is not open yet. */
export async function load(id: string): Promise<void> {
  const lines = await getLines(id)
  const run = store.runFor(id)
  for (const line of lines.slice(run.texts.length)) run.add(line)
  store.changed()
}

function lost(): void {
  if (store.source.kind !== 'lost') store.set({ source: { kind: 'lost', since: new Date() } })
}

function follow(): void {
  const stream = new EventSource('api/stream?run=current&from=0')
  let newest = ''
  stream.addEventListener('open', () => store.set({ source: { kind: 'live' } }))
  stream.addEventListener('error', () => {
    lost()
    if (stream.readyState !== EventSource.CLOSED) return
    setTimeout(follow, retryMs)
  })
  stream.addEventListener('line', ({ data, lastEventId }: MessageEvent<string>) => {
    const at = lastEventId.lastIndexOf(':')
    const id = lastEventId.slice(0, at)
    const run = store.runFor(id)
    if (Number(lastEventId.slice(at + 1)) < run.texts.length) return
    const line = run.add(data)
    if (line?.event === 'result') void refreshRuns()
    if (id !== newest) {
      newest = id
      if (store.follow || !store.current) store.show(id)
    }
    store.arrived()
  })
  stream.addEventListener('run', ({ data }: MessageEvent<string>) => {
    const info = JSON.parse(data) as RunInfo
    store.set({ runs: [...store.runs.filter(({ run }) => run !== info.run), info] })
  })
  stream.addEventListener('armed', ({ data }: MessageEvent<string>) =>
    store.set({ armed: JSON.parse(data) as Armed[] }),
  )
}

async function refreshRuns(): Promise<void> {
  try {
    const runs = await getRuns()
    const files = store.runs.filter(
      ({ run }) => typeof run === 'string' && !runs.some((other) => String(other.run) === run),
    )
    store.set({ runs: [...runs, ...files] })
  } catch {
    lost()
  }
}
