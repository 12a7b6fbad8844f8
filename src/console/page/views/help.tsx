import { useStore } from '../state/store.ts'

const keys: readonly (readonly [keys: string, does: string])[] = [
  ['↑ ↓  j k', 'message before, message after'],
  ['Enter', 'to the inspector, or open a fold'],
  ['Esc', 'back to the ladder'],
  ['n', 'next decision'],
  ['f', 'next failure'],
  ['/', 'filter'],
  ['.', 'follow'],
  ['Space', 'replay'],
  ['1 2 3 4', 'Ladder, Keys, Entities, Measure'],
  ['c', 'copy the shell line'],
  ['x', 'take away'],
  ['?', 'this list'],
]

const lines = [
  ['┄', 'in clear'],
  ['─', 'integrity protected'],
  ['═', 'ciphered and integrity protected'],
  ['●', 'acts'],
  ['◆', 'decides'],
  ['✗', 'refused or failed'],
] as const

/** The keys and the signs. */
export function Help() {
  const store = useStore()
  return (
    <section class="help" aria-label="Help">
      <h2>Keys</h2>
      <dl class="facts-list">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={store.letters}
          onChange={(event) => store.set({ letters: event.currentTarget.checked })}
        />{' '}
        letters work as keys, with focus in ladder or fields
      </label>
      <h2>Signs</h2>
      <dl class="facts-list">
        {lines.map(([sign, means]) => (
          <div key={sign}>
            <dt class="mono">{sign}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <p>
        BSF: Bootstrapping Server Function (not 5G's Binding Support Function). Steps are those of CR 33.303
        6.X.3.2, RN1 to RN5 those of 6.X.3.3.
      </p>
    </section>
  )
}
