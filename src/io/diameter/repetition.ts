import { readU32 } from '../../core/bytes.ts'
import { headerLength } from '../../wire/diameter/header.ts'

/** Where Hop-by-Hop and End-to-End Identifier stand in a header. RFC 6733 3. */
const identifiersAt = 12

/** A request that was checked and answered: whatever is the same but for its identifiers has the same answer but for these. */
export class Repetition {
  readonly #request: Uint8Array
  readonly #words: DataView
  readonly #answer: Uint8Array

  constructor(request: Uint8Array, answer: Uint8Array) {
    this.#request = Uint8Array.from(request)
    this.#words = viewOf(this.#request)
    this.#answer = Uint8Array.from(answer)
  }

  /**
   * Sends the answer to each message from `at` on that is this request again, up to the first other one; gives where that
   * begins. What is sent is good until `send` returns.
   */
  answer(octets: Uint8Array, at: number, send: (answer: Uint8Array) => void): number {
    if (readU32(octets, at + 4) !== readU32(this.#request, 4)) return at
    const view = viewOf(octets)
    let next = at
    while (this.#isAt(view, next)) {
      for (let octet = identifiersAt; octet < headerLength; octet++)
        this.#answer[octet] = octets[next + octet] ?? 0
      send(this.#answer)
      next += this.#request.length
    }
    return next
  }

  /** Messages are whole words, RFC 6733 3, and the first of them is the length. */
  #isAt(view: DataView, at: number): boolean {
    const { length } = this.#request
    if (at + length > view.byteLength) return false
    for (let word = 0; word < identifiersAt; word += 4)
      if (view.getInt32(at + word) !== this.#words.getInt32(word)) return false
    for (let word = headerLength; word < length; word += 4)
      if (view.getInt32(at + word) !== this.#words.getInt32(word)) return false
    return true
  }
}

const viewOf = (octets: Uint8Array) => new DataView(octets.buffer, octets.byteOffset, octets.length)
