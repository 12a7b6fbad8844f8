import { freshOctets } from './bytes.ts'

const encoder = new TextEncoder()

/** Octets of a message that is written part by part, numbers most significant octet first. */
export class OctetWriter {
  #octets = new Uint8Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** A whole number in 1 to 4 octets; what does not fit is cut. */
  uint(value: number, size: number): void {
    this.#makeRoom(size)
    this.#put(this.#length, value, size)
    this.#length += size
  }

  /** The number in the octets at `at`, which were written before, in its place. */
  uintAt(at: number, value: number, size: number): void {
    this.#put(at, value, size)
  }

  octets(octets: Uint8Array): void {
    this.#makeRoom(octets.length)
    this.#octets.set(octets, this.#length)
    this.#length += octets.length
  }

  /** In UTF-8. */
  text(text: string): void {
    this.#makeRoom(3 * text.length)
    this.#length += encoder.encodeInto(text, this.#octets.subarray(this.#length)).written
  }

  zeros(count: number): void {
    this.#makeRoom(count)
    this.#length += count
  }

  /** What `write` writes, in octets of its own; nothing of it stays here, also when `write` throws. */
  taken(write: (into: OctetWriter) => void): Uint8Array {
    const start = this.#length
    try {
      write(this)
      const taken = freshOctets(this.#length - start)
      taken.set(this.#octets.subarray(start, this.#length))
      return taken
    } finally {
      this.#octets.fill(0, start, this.#length)
      this.#length = start
    }
  }

  #put(at: number, value: number, size: number): void {
    for (let octet = 0, shift = 8 * (size - 1); octet < size; octet++, shift -= 8)
      this.#octets[at + octet] = value >>> shift
  }

  #makeRoom(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#octets.length) return
    const octets = new Uint8Array(Math.max(needed, 2 * this.#octets.length))
    octets.set(this.#octets)
    this.#octets.fill(0)
    this.#octets = octets
  }
}

const common = new OctetWriter()

/** The octets that `write` writes, which may call this again. */
export const written = (write: (into: OctetWriter) => void): Uint8Array => common.taken(write)
