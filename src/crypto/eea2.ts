import { freshOctets } from '../core/bytes.ts'
import { CounterMode } from './counter-mode.ts'
import type { EeaUnderKey } from './eea.ts'
import type { Direction } from './security-inputs.ts'
import { longestByTables, TableAes } from './wasm/aes-under-key.ts'
import { algorithmsModule } from './wasm/module.ts'

/** 128-EEA2: AES-128-CTR. TS 33.401 B.1.3. Short messages go by tables, all others by a cipher made for the first of them. */
export function eea2UnderKey(key: Uint8Array): EeaUnderKey {
  const module = algorithmsModule()
  const tables = module && new TableAes(module, key)
  let counterMode: LongMessages | undefined
  const long = () => (counterMode ??= new LongMessages(key))
  return {
    crypt(count, bearer, direction, octets) {
      if (tables && octets.length <= longestByTables) {
        tables.eea2(count, bearer, direction, octets)
        return module.copied(octets.length)
      }
      const out = freshOctets(octets.length)
      long().cryptInto(count, bearer, direction, octets, out, 0)
      return out
    },
    cryptInto(count, bearer, direction, octets, into, at) {
      if (tables && octets.length <= longestByTables) {
        tables.eea2(count, bearer, direction, octets)
        module.copyMessage(octets.length, into, at)
      } else long().cryptInto(count, bearer, direction, octets, into, at)
    },
    forget() {
      tables?.forget()
      counterMode?.forget()
    },
  }
}

/** Messages that tables would be slow for. */
class LongMessages {
  readonly #counterMode: CounterMode
  #room = roomFor(0, new ArrayBuffer(0))

  constructor(key: Uint8Array) {
    this.#counterMode = new CounterMode(key)
  }

  cryptInto(
    count: number,
    bearer: number,
    direction: Direction,
    octets: Uint8Array,
    into: Uint8Array,
    at: number,
  ): void {
    if (octets.length !== this.#room.octets.length)
      this.#room = roomFor(octets.length, this.#room.words.buffer)
    const { octets: message, words } = this.#room
    message.set(octets)
    this.#counterMode.add(count, bearer, direction, words)
    into.set(message, at)
  }

  forget(): void {
    this.#counterMode.forget()
    new Uint8Array(this.#room.words.buffer).fill(0)
  }
}

/** Where messages of one size are enciphered, also as words: in `before`, if that is large enough. */
function roomFor(size: number, before: ArrayBuffer) {
  const words = Math.ceil(size / 16) * 4
  const buffer = 4 * words <= before.byteLength ? before : new ArrayBuffer(4 * words)
  return { octets: new Uint8Array(buffer, 0, size), words: new Uint32Array(buffer, 0, words) }
}
