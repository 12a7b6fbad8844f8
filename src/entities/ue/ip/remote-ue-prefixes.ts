import { concat, readUint, writeUint } from '../../../core/bytes.ts'
import type { Layer2Id } from '../../../core/identities/prose.ts'
import type { IpPrefix } from '../../../core/ip-address.ts'

/** The /64s of a relay, one for each remote UE for as long as that has a link. RFC 4291 2.5.1. */
export class RemoteUePrefixes {
  readonly #all: IpPrefix
  readonly #owners = new Map<number, Layer2Id>()

  /** Out of a prefix of 48 to 64 bits. */
  constructor(all: IpPrefix) {
    this.#all = all
  }

  /** That of the remote UE, the first free one when it has none; undefined when none is left. */
  of(peer: Layer2Id): IpPrefix | undefined {
    const number = [...this.#owners].find(([, owner]) => owner === peer)?.[0] ?? this.#free()
    if (number === undefined) return undefined
    this.#owners.set(number, peer)
    const { octets } = this.#all
    const upper = writeUint(readUint(octets, 2, 6) + number, 6)
    return { octets: concat(octets.subarray(0, 2), upper, octets.subarray(8)), length: 64 }
  }

  release(peer: Layer2Id): void {
    for (const [number, owner] of this.#owners) if (owner === peer) this.#owners.delete(number)
  }

  #free(): number | undefined {
    let number = 0
    while (this.#owners.has(number)) number++
    return number < 2 ** (64 - this.#all.length) ? number : undefined
  }
}
