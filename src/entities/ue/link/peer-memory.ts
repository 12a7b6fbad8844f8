import { AgedMap } from '../../../core/aged-map.ts'
import { hex } from '../../../core/bytes.ts'
import type { Layer2Id } from '../../../core/identities/prose.ts'

/** A live link needs its sequence numbers, so these outnumber the links. */
const peersNumbered = 2048
const peersRemembered = 256
const noncesRemembered = 1024

/** A value for each peer; the peer not heard of for longest is forgotten first (R43). */
class PerPeer<Value> {
  readonly #values = new AgedMap<Layer2Id, Value>()
  readonly #most: number
  readonly #initial: () => Value

  constructor(most: number, initial: () => Value) {
    this.#most = most
    this.#initial = initial
  }

  peek(peer: Layer2Id): Value | undefined {
    return this.#values.get(peer)
  }

  of(peer: Layer2Id): Value {
    const value = this.#values.get(peer) ?? this.#initial()
    this.#values.set(peer, value)
    this.#values.deleteWhile(() => this.#values.size > this.#most)
    return value
  }
}

/** Nonces that peers used: the last 1024 of each of the last 256 peers (R17). */
export class NonceMemory {
  readonly #seen = new PerPeer(peersRemembered, () => new AgedMap<string, true>())

  has(peer: Layer2Id, nonce: Uint8Array): boolean {
    return this.#seen.peek(peer)?.get(hex(nonce)) ?? false
  }

  add(peer: Layer2Id, nonce: Uint8Array): void {
    const nonces = this.#seen.of(peer)
    nonces.set(hex(nonce), true)
    nonces.deleteWhile(() => nonces.size > noncesRemembered)
  }

  /** For a request that was given up unanswered: its retransmission is then no reuse. */
  forget(peer: Layer2Id, nonce: Uint8Array): void {
    this.#seen.peek(peer)?.delete(hex(nonce))
  }
}

/** Sequence numbers of PC5-S messages: for each peer 1, 2, ... modulo 2^16; a retransmission repeats its number. */
export class SequenceNumbers {
  readonly #last = new PerPeer(peersNumbered, () => ({ number: 0 }))

  next(peer: Layer2Id): number {
    const last = this.#last.of(peer)
    last.number = (last.number + 1) % 0x10000
    return last.number
  }
}
