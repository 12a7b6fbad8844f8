import { isTold, markdownOf } from '../../model/markdown.ts'
import { svgOf } from '../../model/svg.ts'
import { openText } from '../state/live.ts'
import { useStore, type Store } from '../state/store.ts'

/** What the filter shows, as files. */
export function TakeAway() {
  const store = useStore()
  const { current, source } = store
  const name = current?.run.start?.scenario ?? 'run'
  const pcapng =
    current && source.kind === 'live'
      ? `api/runs/${encodeURIComponent(current.id)}/export/pcapng${query(store)}`
      : undefined
  return (
    <details class="menu" name="menu">
      <summary>Take away</summary>
      <div
        class="menu-items"
        onClick={({ target }) => target instanceof Element && target.closest('a, button') && close()}
      >
        {current && (
          <>
            {pcapng === undefined ? (
              <span class="muted">pcapng: only from a running testbed</span>
            ) : (
              <a href={pcapng} download={`${name}.pcapng`}>
                capture, pcapng
              </a>
            )}
            <button
              type="button"
              onClick={() => save(`${name}.jsonl`, 'application/x-ndjson', linesOf(store))}
            >
              JSON lines
            </button>
            <button
              type="button"
              onClick={() => save(`${name}.svg`, 'image/svg+xml', svgOf(current.run, shownOf(store)))}
            >
              ladder, SVG
            </button>
            <button
              type="button"
              onClick={() => save(`${name}.md`, 'text/markdown', markdownOf(current.run, shownOf(store)))}
            >
              table, Markdown
            </button>
          </>
        )}
        <label class="file">
          open a .jsonl
          <input
            type="file"
            accept=".jsonl,.ndjson,.json"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0]
              close()
              if (file) void file.text().then((text) => openText(file.name, text))
            }}
          />
        </label>
      </div>
    </details>
  )
}

/** The menu, after something was taken of it. */
function close(): void {
  const menu = document.querySelector<HTMLDetailsElement>('.menu')
  if (menu) menu.open = false
}

/** Numbers of the messages that the filter leaves; undefined without a filter. */
function shownOf(store: Store): ReadonlySet<number> | undefined {
  if (store.filter === '') return undefined
  const items = store.rows.flatMap((row) => (row.kind === 'item' ? [row.item] : row.items))
  return new Set(items.filter((item) => isTold(item)).map(({ at }) => at))
}

function query(store: Store): string {
  const shown = shownOf(store)
  return shown ? `?messages=${[...shown].join(',')}` : ''
}

/** Start, result, and what belongs to the messages shown. */
function linesOf(store: Store): string {
  const shown = shownOf(store)
  const texts = store.current?.run.texts ?? []
  const kept = texts.filter((text) => {
    const { n } = JSON.parse(text) as { n?: number }
    return n === undefined || (shown?.has(n) ?? true)
  })
  return `${kept.join('\n')}\n`
}

function save(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}
