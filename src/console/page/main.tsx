import { render } from 'preact'
import { App } from './app.tsx'
import { begin } from './state/live.ts'

const place = document.getElementById('console')
if (place) {
  render(<App />, place)
  begin()
}
