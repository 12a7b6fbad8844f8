import { displayName } from '../../../ladder/names.ts'
import { isHeartbeat, useStore } from '../state/store.ts'

const terms = [
  'point:PC5',
  'point:PC8',
  'point:PC6',
  'point:Zn',
  'point:Zpn',
  'point:Zh',
  'point:Ub',
  'is:decision',
  'is:failed',
]

/** What is shown: words and terms such as `point:PC5 ue:UE-1`. */
export function FilterBar() {
  const store = useStore()
  const ues = (store.current?.run.lanes ?? []).filter(({ node }) => node.startsWith('ue'))
  const all = store.items.filter((item) => !isHeartbeat(item)).length
  const beats = store.items.length - all
  return (
    <div class="filter-bar">
      <label>
        find{' '}
        <input
          id="filter"
          type="search"
          list="filter-terms"
          placeholder="point:PC5 ue:UE-1 nonce"
          value={store.filter}
          onInput={(event) => store.set({ filter: event.currentTarget.value })}
        />
      </label>
      <datalist id="filter-terms">
        {[...terms, ...ues.map(({ node }) => `ue:${displayName(node)}`)].map((term) => (
          <option key={term} value={term} />
        ))}
      </datalist>
      <span class="muted count">
        {all - store.hidden} of {all}
      </span>
      <label class="check">
        <input
          type="checkbox"
          checked={store.heartbeats}
          onChange={(event) => store.set({ heartbeats: event.currentTarget.checked })}
        />{' '}
        {beats} heartbeats
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={store.table}
          onChange={(event) => store.set({ table: event.currentTarget.checked })}
        />{' '}
        table
      </label>
    </div>
  )
}
