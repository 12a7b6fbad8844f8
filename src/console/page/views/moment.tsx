import { said } from '../../model/said.ts'
import { useStore } from '../state/store.ts'

/** Which message a view shows the network after, with the way back and forth. */
export function Moment({ title }: { title: string }) {
  const store = useStore()
  const { current, item, items } = store
  const messages = items.flatMap((one, index) =>
    one.kind === 'message' && !one.line.heartbeat ? [{ index, at: one.at }] : [],
  )
  const now = messages.findLastIndex(({ at }) => at <= store.moment)
  const go = (to: number) => {
    const next = messages[Math.max(0, Math.min(messages.length - 1, to))]
    if (next) store.select(next.index)
  }
  const { step, title: name } = current && item ? said(item, current.run) : { step: '', title: '' }
  return (
    <div class="moment">
      <h2>
        {title} after message {store.moment}
      </h2>
      <span class="muted">
        {step === '' ? '' : `step ${step}, `}
        {name}
      </span>
      <span class="grow" />
      <button type="button" aria-label="previous message" onClick={() => go(now - 1)}>
        ◀
      </button>
      <input
        type="range"
        aria-label="moment"
        min="0"
        max={Math.max(0, messages.length - 1)}
        value={Math.max(0, now)}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <button type="button" aria-label="next message" onClick={() => go(now + 1)}>
        ▶
      </button>
      <label>
        <input
          type="checkbox"
          checked={store.follow}
          onChange={(event) => store.set({ follow: event.currentTarget.checked })}
        />{' '}
        follow
      </label>
    </div>
  )
}
