import { CounterMode } from './counter-mode.ts'
import type { EeaInto } from './eea.ts'
import { longestByTables, TableAes } from './wasm/aes-under-key.ts'
import { algorithmsModule } from './wasm/module.ts'

/** 128-EEA2: AES-128-CTR. TS 33.401 B.1.3. Short messages go by tables, all others by a cipher made for the first of them. */
export function eea2UnderKey(key: Uint8Array): EeaInto {
  const module = algorithmsModule()
  const tables = module && new TableAes(module, key)
  let long: EeaInto | undefined
  return {
    cryptInto(...inputs) {
      const { length } = inputs[3]
      if (length === 0) return
      if (tables && length <= longestByTables) tables.eea2(...inputs)
      else (long ??= eea2ByCipher(key)).cryptInto(...inputs)
    },
    forget() {
      tables?.forget()
      long?.forget()
    },
  }
}

function eea2ByCipher(key: Uint8Array): EeaInto {
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
