import { useEffect, useState } from 'preact/hooks'
import type * as codecs from '../codecs.ts'

export type Codecs = typeof codecs

/** What the second script leaves behind; a script of its own kind, so that the page also works from a file. */
declare global {
  var sidelockCodecs: Codecs | undefined
}

/** Beside the script of the page, wherever that was served from. */
const beside = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : ''

let loading: Promise<Codecs> | undefined

function loaded(): Promise<Codecs> {
  const script = document.createElement('script')
  script.src = beside.replace(/[^/]*$/, 'codecs.js')
  return new Promise((resolve, reject) => {
    script.addEventListener('load', () => {
      if (globalThis.sidelockCodecs) resolve(globalThis.sidelockCodecs)
    })
    script.addEventListener('error', () => {
      loading = undefined
      reject(new Error('codecs.js cannot be loaded'))
    })
    document.head.append(script)
  })
}

/** Undefined until they are here; asked for when somebody first looks into a message. */
export function useCodecs(): Codecs | undefined {
  const [, draw] = useState(globalThis.sidelockCodecs)
  useEffect(() => {
    if (globalThis.sidelockCodecs) return
    loading ??= loaded()
    loading.then(draw, () => undefined)
  }, [])
  return globalThis.sidelockCodecs
}
