import { useEffect, useState } from 'preact/hooks'
import { Inspector } from './inspector/inspector.tsx'
import { Paste } from './inspector/paste.tsx'
import { Ladder } from './ladder/ladder.tsx'
import { openRun, openText } from './state/live.ts'
import { useStore, type Store, type ViewName } from './state/store.ts'
import { switchTheme, themeNow } from './state/theme.ts'
import { Drive } from './views/drive.tsx'
import { EntitiesView } from './views/entities-view.tsx'
import { Help } from './views/help.tsx'
import { KeysView } from './views/keys-view.tsx'
import { MeasureView } from './views/measure-view.tsx'
import { LiveRegion } from './views/live-region.tsx'
import { TakeAway } from './views/take-away.tsx'

const views: readonly (readonly [ViewName, string])[] = [
  ['ladder', 'Ladder'],
  ['keys', 'Keys'],
  ['entities', 'Entities'],
  ['measure', 'Measure'],
]

export function App() {
  const store = useStore()
  useDrop()
  useKeys(store)
  const { view, pane, source } = store
  return (
    <div
      class={`app view-${view}${source.kind === 'recorded' ? ' of-file' : ''}${pane === 'drive' ? ' with-drive' : ''}`}
    >
      <Header store={store} />
      <Bars store={store} />
      <main>
        {source.kind !== 'recorded' && <Drive />}
        {view === 'ladder' && <Ladder />}
        {view === 'keys' && <KeysView />}
        {view === 'entities' && <EntitiesView />}
        {view === 'measure' && <MeasureView />}
        {(view === 'ladder' || pane === 'help' || pane === 'paste') &&
          (pane === 'help' ? (
            <SidePane>
              <Help />
            </SidePane>
          ) : pane === 'paste' ? (
            <SidePane>
              <Paste />
            </SidePane>
          ) : (
            <Inspector />
          ))}
      </main>
      <LiveRegion />
    </div>
  )
}

function SidePane({ children }: { children: preact.ComponentChildren }) {
  return (
    <aside class="inspector" aria-label="Side pane">
      {children}
    </aside>
  )
}

function Header({ store }: { store: Store }) {
  const { runs, current, network } = store
  const toggle = (pane: 'drive' | 'help' | 'paste') =>
    store.set({ pane: store.pane === pane ? undefined : pane })
  const [, setTheme] = useState(themeNow())
  return (
    <header class="top">
      <h1>Sidelock</h1>
      {network && (
        <span class="muted file-name">
          {network.file
            .split('/')
            .at(-1)
            ?.replace(/\.ya?ml$/, '')}
        </span>
      )}
      <label>
        run{' '}
        <select
          value={current?.id ?? ''}
          onChange={(event) => {
            store.set({ follow: false })
            void openRun(event.currentTarget.value)
          }}
        >
          {!current && <option value="">none</option>}
          {runs.map(({ run, scenario, outcome, branch }) => (
            <option key={run} value={String(run)}>
              #{run} {scenario} {outcome ?? ''} {branch ?? ''}
            </option>
          ))}
        </select>
      </label>
      <SourceSign store={store} />
      <span class="grow" />
      <nav aria-label="views">
        {views.map(([name, label]) => (
          <button
            key={name}
            type="button"
            aria-pressed={store.view === name}
            onClick={() => store.set({ view: name })}
          >
            {label}
          </button>
        ))}
      </nav>
      {store.source.kind !== 'recorded' && (
        <button
          type="button"
          class="drive-button"
          aria-expanded={store.pane === 'drive'}
          onClick={() => toggle('drive')}
        >
          Drive
        </button>
      )}
      <button type="button" aria-pressed={store.pane === 'paste'} onClick={() => toggle('paste')}>
        Decode
      </button>
      <TakeAway />
      <button
        type="button"
        aria-label="light or dark"
        onClick={() => {
          switchTheme()
          setTheme(themeNow())
          store.changed()
        }}
      >
        {themeNow() === 'dark' ? '☀' : '☾'}
      </button>
      <button
        type="button"
        aria-label="help"
        aria-pressed={store.pane === 'help'}
        onClick={() => toggle('help')}
      >
        ?
      </button>
    </header>
  )
}

function SourceSign({ store }: { store: Store }) {
  const signs = {
    connecting: ['○', 'connecting'],
    live: ['●', 'live'],
    lost: ['✗', 'not live'],
    recorded: ['■', 'recorded'],
  } as const
  const [sign, word] = signs[store.source.kind]
  return (
    <span class={`source ${store.source.kind}`}>
      {sign} {word}
    </span>
  )
}

function Bars({ store }: { store: Store }) {
  const { source, notice, network, current } = store
  const unsafe = network?.unsafe === true || current?.run.start?.unsafe === true
  if (!unsafe && source.kind !== 'lost' && notice === '') return null
  return (
    <section aria-label="notices">
      {unsafe && (
        <p class="bar unsafe" role="note">
          unsafe: this run shows and records keys; treat its output, capture and pages as you treat the keys
        </p>
      )}
      {source.kind === 'lost' && (
        <p class="bar lost" role="status">
          not live since {source.since.toTimeString().slice(0, 8)}, trying again every 2 s
        </p>
      )}
      {notice !== '' && (
        <p class="bar lost" role="alert">
          {notice}{' '}
          <button type="button" onClick={() => store.set({ notice: '' })}>
            close
          </button>
        </p>
      )}
    </section>
  )
}

/** A .jsonl dropped anywhere opens as a run. */
function useDrop(): void {
  useEffect(() => {
    const over = (event: DragEvent) => event.preventDefault()
    const drop = (event: DragEvent) => {
      event.preventDefault()
      for (const file of event.dataTransfer?.files ?? [])
        void file.text().then((text) => openText(file.name, text))
    }
    addEventListener('dragover', over)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('drop', drop)
    }
  }, [])
}

/** Keys of the whole page, with focus in ladder, fields or nothing. */
function useKeys(store: Store): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !store.letters) return
      const { target } = event
      if (target instanceof HTMLElement && target !== document.body && !target.closest('.ladder, .tree'))
        return
      const number = ['1', '2', '3', '4'].indexOf(event.key)
      const view = views[number]?.[0]
      if (view) store.set({ view })
      else if (event.key === '?') store.set({ pane: store.pane === 'help' ? undefined : 'help' })
      else if (event.key === '/') document.getElementById('filter')?.focus()
      else if (event.key === 'c') void store.copyCommand()
      else if (event.key === 'x') document.querySelector<HTMLElement>('.menu summary')?.click()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [store])
}
