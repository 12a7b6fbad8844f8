import { freshOctets } from '../core/bytes.ts'
import { CounterMode } from './counter-mode.ts'
import type { EeaUnderKey } from './eea.ts'
import { longestByTables, TableAes } from './wasm/aes-under-key.ts'
import { algorithmsModule } from './wasm/module.ts'

/** 128-EEA2: AES-128-CTR. TS 33.401 B.1.3. Short messages go by tables, all others by a cipher made for the first of them. */
export function eea2UnderKey(key: Uint8Array): EeaUnderKey {
  const module = algorithmsModule()
  const tables = module && new TableAes(module, key)
  let cipher: ReturnType<typeof longMessages> | undefined
  const long = () => (cipher ??= longMessages(key))
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
      cipher?.forget()
    },
  }
}

/** Messages that tables would be slow for. */
function longMessages(key: Uint8Array): Pick<EeaUnderKey, 'cryptInto' | 'forget'> {
  const counterMode = new CounterMode(key)
  let room = roomFor(0, new ArrayBuffer(0))
  return {
    cryptInto(count, bearer, direction, octets, into, at) {
      if (octets.length !== room.octets.length) room = roomFor(octets.length, room.words.buffer)
      room.octets.set(octets)
      counterMode.add(count, bearer, direction, room.words)
      into.set(room.octets, at)
    },
    forget() {
      counterMode.forget()
      new Uint8Array(room.words.buffer).fill(0)
    },
  }
}

/** Where messages of one size are enciphered, also as words: in `before`, if that is large enough. */
function roomFor(size: number, before: ArrayBuffer) {
  const words = Math.ceil(size / 16) * 4
  const buffer = 4 * words <= before.byteLength ? before : new ArrayBuffer(4 * words)
  return { octets: new Uint8Array(buffer, 0, size), words: new Uint32Array(buffer, 0, words) }
}
