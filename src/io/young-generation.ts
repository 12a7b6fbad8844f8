import { setFlagsFromString } from 'node:v8'

/**
 * Until the given function is called the young generation of the heap does not grow. A start makes much that nobody needs
 * later, and what V8 has grown for it stays resident in a process that then idles.
 */
export function holdYoungGeneration(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1')
  return () => setFlagsFromString('--semi-space-growth-factor=2')
}
