import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { median } from './statistics.mjs'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')

/** Octets in use by this thread: objects, and what they hold outside of the heap. */
function inUse() {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

/** Octets that stay in use after `run` when nobody uses them any more. */
export async function kept(run) {
  collectGarbage()
  const before = inUse()
  await run()
  collectGarbage()
  return inUse() - before
}

/** The same path, and how many octets of the heap a `send` takes: the median, for some find garbage collected or code made. */
export function metered({ send, arrivals }) {
  const taken = []
  return {
    arrivals,
    send(number) {
      const before = inUse()
      send(number)
      taken.push(inUse() - before)
    },
    taken: () => median(taken),
  }
}
