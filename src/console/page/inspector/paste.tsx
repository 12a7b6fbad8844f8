import { useState } from 'preact/hooks'
import { fromHex } from '../../../core/bytes.ts'
import { InvalidValue } from '../../../core/errors.ts'
import type { ReferencePoint } from '../../../core/tap.ts'
import type { Inspected } from '../../model/fields.ts'
import { points } from '../../model/measure.ts'
import { useCodecs, type Codecs } from '../state/codecs.ts'
import { useStore } from '../state/store.ts'
import { Decoded } from './inspector.tsx'

/** Octets that somebody pastes, decoded as a message would be. */
export function Paste() {
  const store = useStore()
  const [text, setText] = useState('')
  const [point, setPoint] = useState<ReferencePoint | ''>('')
  const codecs = useCodecs()
  const read = decoded(text, point, codecs)
  return (
    <section class="paste" aria-label="Decode octets">
      <h2>Decode octets</h2>
      <label>
        hex of one message
        <textarea
          rows={5}
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <label>
        as{' '}
        <select
          value={point}
          onChange={(event) => setPoint(event.currentTarget.value as ReferencePoint | '')}
        >
          <option value="">the likeliest point</option>
          {points.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {'problem' in read ? (
        <p class="failed-text">{read.problem}</p>
      ) : (
        read.inspected && <Decoded inspected={read.inspected} store={store} fields={{}} />
      )}
    </section>
  )
}

type Read = { readonly problem: string } | { readonly inspected: Inspected | undefined }

function decoded(text: string, point: ReferencePoint | '', codecs: Codecs | undefined): Read {
  const digits = text.replaceAll(/0x|[\s:,.-]/gi, '')
  if (digits === '' || !codecs) return { inspected: undefined }
  try {
    const octets = fromHex(digits)
    return { inspected: codecs.inspectOctets(point === '' ? codecs.likelyPoint(octets) : point, octets) }
  } catch (error) {
    if (error instanceof InvalidValue) return { problem: error.message }
    throw error
  }
}
