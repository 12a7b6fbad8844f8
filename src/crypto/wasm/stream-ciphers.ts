import { u32 } from '../../core/bytes.ts'
import { cutAfter, wordsOf, type Direction } from '../security-inputs.ts'
import { snow3gRegisters } from '../snow3g.ts'
import { zucRegisters } from '../zuc.ts'
import { memoryMap } from './memory-map.ts'
import type { AlgorithmsModule } from './module.ts'
import { wordsForKeystream } from './registers.ts'

const { message } = memoryMap

/** What one stream cipher does otherwise than the other. The message is in its place, the registers are as of the key. */
interface Algorithm {
  readonly eea: 'eea1' | 'eea3'
  readonly registersOf: (key: Uint8Array) => Int32Array
  /** Words of keystream that the MAC of so many bits needs. */
  readonly macWords: (bits: number) => number
  readonly mac: (
    module: AlgorithmsModule,
    registers: number,
    iv: readonly [number, number, number, number],
    bits: number,
  ) => number
}

/** 128-EEA1, 128-EIA1. TS 33.401 B.1.2, B.2.2. */
export const snow3gCipher: Algorithm = {
  eea: 'eea1',
  registersOf: (key) => snow3gRegisters(wordsOf(key)),
  macWords: () => 5,
  mac({ functions }, registers, [iv0, iv1, iv2, iv3], bits) {
    const blocks = Math.max(1, (bits + 63) >>> 6)
    return functions.eia1(message, registers, iv0, iv1, iv2, iv3, blocks, bits)
  },
}

/** 128-EEA3, 128-EIA3. TS 33.401 B.1.4, B.2.4. */
export const zucCipher: Algorithm = {
  eea: 'eea3',
  registersOf: zucRegisters,
  macWords: (bits) => ((bits + 31) >>> 5) + 2,
  mac({ functions, octets }, registers, [iv0, iv1, iv2, iv3], bits) {
    // A bit 1 behind the message adds the keystream that TS 35.221 4.4 adds for the length.
    const end = message + (bits >>> 3)
    octets[end] = (octets[end] ?? 0) | (0x80 >>> (bits & 7))
    const words = zucCipher.macWords(bits)
    return functions.eia3(message, registers, iv0, iv1, iv2, iv3, words, (bits >>> 5) + 1)
  },
}

/** 128-EEA and, in any number of bits, 128-EIA of a stream cipher under one key. */
export class StreamCipher {
  readonly #module: AlgorithmsModule
  readonly #algorithm: Algorithm
  readonly #key: Int32Array

  constructor(module: AlgorithmsModule, algorithm: Algorithm, key: Uint8Array) {
    this.#module = module
    this.#algorithm = algorithm
    this.#key = algorithm.registersOf(key)
  }

  /** New octets, as many as given. */
  crypt(count: number, bearer: number, direction: Direction, octets: Uint8Array): Uint8Array {
    this.#crypt(count, bearer, direction, octets)
    return this.#module.copied(octets.length)
  }

  /** The same, into `into` from `at` on. */
  cryptInto(
    count: number,
    bearer: number,
    direction: Direction,
    octets: Uint8Array,
    into: Uint8Array,
    at: number,
  ): void {
    this.#crypt(count, bearer, direction, octets)
    this.#module.copyMessage(octets.length, into, at)
  }

  /** MAC-I of 4 octets over the first `bits` bits of all parts, one after the other; the last is no longer than they need. */
  mac(
    count: number,
    bearer: number,
    direction: Direction,
    parts: readonly Uint8Array[],
    bits: number,
  ): Uint8Array {
    const size = (bits + 7) >>> 3
    const registers = this.#begin(size, this.#algorithm.macWords(bits))
    const { octets } = this.#module
    let end = message
    for (const part of parts) {
      octets.set(part, end)
      end += part.length
    }
    // Zeros in the last block, and in the word of the bit that follows the message.
    octets.fill(0, end, registers)
    if (bits & 7) cutAfter(octets.subarray(message, message + size), bits)
    const fresh = bearer << 27
    const iv = [count, fresh, count ^ (direction << 31), fresh ^ (direction << 15)] as const
    return u32(this.#algorithm.mac(this.#module, registers, iv, bits))
  }

  /** Erases the key (R33). */
  forget(): void {
    this.#key.fill(0)
  }

  /** What comes out stands in the module, as its message. */
  #crypt(count: number, bearer: number, direction: Direction, octets: Uint8Array): void {
    const size = octets.length
    if (size === 0) return
    const registers = this.#begin(size, (size + 3) >>> 2)
    this.#module.octets.set(octets, message)
    const second = (bearer << 27) | (direction << 26)
    this.#module.functions[this.#algorithm.eea](message, registers, count, second, count, second, size)
  }

  /** Makes room, and puts the key after the message of so many octets and what may follow it; where the key is. */
  #begin(size: number, keystreamWords: number): number {
    const registers = (message + size + 31) & ~15
    this.#module.room(registers + 4 * wordsForKeystream(keystreamWords))
    this.#module.words.set(this.#key, registers >>> 2)
    return registers
  }
}
