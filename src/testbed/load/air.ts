import { readUint } from '../../core/bytes.ts'
import type { Radio, SidelinkChannel } from '../../core/environment.ts'
import type { Layer2Id } from '../../core/identities/prose.ts'

type Hear = (channel: SidelinkChannel, frame: Uint8Array) => void

/** Where DST begins in a MAC PDU. TS 36.321 6.2.4. */
const offsetOfDestination = 4

/** The sidelink of UEs of one process: a frame goes to whom it names, and is never lost. Discovery goes nowhere. */
export class Air {
  readonly #stations = new Map<number, Set<Hear>>()

  station(id: Layer2Id): Radio {
    const listeners = new Set<Hear>()
    this.#stations.set(id, listeners)
    return {
      send: (channel, frame) => this.#send(channel, frame),
      onFrame(hear) {
        listeners.add(hear)
        return () => listeners.delete(hear)
      },
      close: () => {
        if (this.#stations.get(id) === listeners) this.#stations.delete(id)
        return Promise.resolve()
      },
    }
  }

  #send(channel: SidelinkChannel, sent: Uint8Array): void {
    if (channel !== 'SL-SCH') return
    const frame = sent.slice()
    const listeners = this.#stations.get(readUint(frame, offsetOfDestination, 3))
    if (listeners) setImmediate(() => listeners.forEach((hear) => hear(channel, frame)))
  }
}
