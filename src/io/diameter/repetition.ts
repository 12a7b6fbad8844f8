/** Where Hop-by-Hop and End-to-End Identifier stand in a header. RFC 6733 3. */
const identifiers = { at: 12, end: 20 } as const

/** A request that was checked and answered: whatever is the same but for its identifiers has the same answer but for these. */
export class Repetition {
  readonly #request: Uint8Array
  readonly #answer: Uint8Array

  constructor(request: Uint8Array, answer: Uint8Array) {
    this.#request = Uint8Array.from(request)
    this.#answer = Uint8Array.from(answer)
  }

  /** Good until the next call; undefined for a message that differs in any other octet. */
  answerTo(message: Uint8Array): Uint8Array | undefined {
    if (message.length !== this.#request.length) return undefined
    putIdentifiers(this.#request, message)
    if (Buffer.compare(message, this.#request) !== 0) return undefined
    putIdentifiers(this.#answer, message)
    return this.#answer
  }
}

function putIdentifiers(octets: Uint8Array, message: Uint8Array): void {
  for (let at: number = identifiers.at; at < identifiers.end; at++) octets[at] = message[at] ?? 0
}
