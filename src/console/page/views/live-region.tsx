import { useEffect, useRef, useState } from 'preact/hooks'
import { said, spoken } from '../../model/said.ts'
import { useStore } from '../state/store.ts'

const quietMs = 2000

/** What a screen reader hears of a run that goes on: its decisions, failures and end, at most every two seconds. */
export function LiveRegion() {
  const store = useStore()
  const [text, setText] = useState('')
  const heard = useRef({ id: '', at: 0, time: 0 })
  const { current } = store
  const count = store.items.length
  useEffect(() => {
    if (!current || store.source.kind === 'recorded') return undefined
    const speak = () => {
      const from = heard.current.id === current.id ? heard.current.at : 0
      const news = store.items
        .slice(from)
        .filter(
          (item) => item.kind === 'result' || item.kind === 'decision' || ('failed' in item && item.failed),
        )
      heard.current = { id: current.id, at: store.items.length, time: Date.now() }
      const last = news.at(-1)
      if (last) setText(last.kind === 'result' ? said(last, current.run).title : spoken(last, current.run))
    }
    const timer = setTimeout(speak, Math.max(0, heard.current.time + quietMs - Date.now()))
    return () => clearTimeout(timer)
  }, [current, count])
  return (
    <p class="live-region" aria-live="polite" role="status">
      {text}
    </p>
  )
}
