import { freshOctets } from '../../core/bytes.ts'
import { snow3gTables } from '../snow3g.ts'
import { zucBoxes } from '../zuc.ts'
import { cbcMac, eea2 } from './aes.ts'
import { assembled } from './assembler.ts'
import { eea1, eea3 } from './eea.ts'
import { eia1 } from './eia1.ts'
import { eia3 } from './eia3.ts'
import { memoryMap } from './memory-map.ts'

type OfKeystream = (
  message: number,
  registers: number,
  iv0: number,
  iv1: number,
  iv2: number,
  iv3: number,
  ...counts: readonly number[]
) => number

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number }
  readonly eea1: OfKeystream
  readonly eea3: OfKeystream
  readonly eia1: OfKeystream
  readonly eia3: OfKeystream
  readonly eea2: (message: number, roundKeys: number, count: number, second: number, blocks: number) => void
  readonly cbcMac: (message: number, roundKeys: number, blocks: number) => void
}

/** What Node has, as far as it is used: to TypeScript it belongs to browsers. */
declare const WebAssembly:
  | {
      readonly Module: new (octets: Uint8Array) => object
      readonly Instance: new (module: object) => { readonly exports: unknown }
    }
  | undefined

const pageSize = 65536
/** Arrays of so many octets lie in the heap of V8 and cost less than others. */
const heapSize = 64

/** The algorithms in WebAssembly, and their memory. Between two calls there is neither key nor keystream in it (R33). */
export class AlgorithmsModule {
  readonly functions: Exports
  #octets: Uint8Array<ArrayBuffer>
  #octetsFromMessage: Uint8Array<ArrayBuffer>
  #words: Int32Array<ArrayBuffer>

  constructor(exports: Exports) {
    this.functions = exports
    this.#octets = new Uint8Array(exports.memory.buffer)
    this.#octetsFromMessage = this.#octets.subarray(memoryMap.message)
    this.#words = new Int32Array(exports.memory.buffer)
    for (const name of ['s1', 's2', 'mulAlpha', 'divAlpha'] as const)
      this.#words.set(snow3gTables[name], memoryMap[name] / 4)
    zucBoxes.forEach((box, at) => {
      const table = Int32Array.from(box, (octet) => octet << (24 - 8 * at))
      this.#words.set(table, memoryMap.zuc / 4 + 256 * at)
    })
  }

  /** All of the memory; another one after `room`. */
  get octets(): Uint8Array<ArrayBuffer> {
    return this.#octets
  }

  get octetsFromMessage(): Uint8Array<ArrayBuffer> {
    return this.#octetsFromMessage
  }

  get words(): Int32Array<ArrayBuffer> {
    return this.#words
  }

  /** A copy of the first octets of the message. */
  copied(size: number): Uint8Array {
    if (size <= heapSize) return this.#octets.slice(memoryMap.message, memoryMap.message + size)
    const copy = freshOctets(size)
    this.copyMessage(size, copy, 0)
    return copy
  }

  /** The same, into `into` from `at` on. */
  copyMessage(size: number, into: Uint8Array, at: number): void {
    into.set(this.#octets.subarray(memoryMap.message, memoryMap.message + size), at)
  }

  /** Makes the memory so large that all octets before `end` are in it. */
  room(end: number): void {
    if (end <= this.#octets.length) return
    this.functions.memory.grow(Math.ceil((end - this.#octets.length) / pageSize))
    this.#octets = new Uint8Array(this.functions.memory.buffer)
    this.#octetsFromMessage = this.#octets.subarray(memoryMap.message)
    this.#words = new Int32Array(this.functions.memory.buffer)
  }
}

let module: AlgorithmsModule | undefined

/** The one of this thread; undefined where there is no WebAssembly, as under `node --jitless`. */
export function algorithmsModule(): AlgorithmsModule | undefined {
  if (module === undefined && typeof WebAssembly !== 'undefined') {
    const compiled = new WebAssembly.Module(assembled([eea1, eea3, eia1, eia3, eea2, cbcMac], 1))
    module = new AlgorithmsModule(new WebAssembly.Instance(compiled).exports as Exports)
  }
  return module
}
