import { InvalidConfig } from '../../core/invalid-config.ts'
import type { PeerPlmnStore } from '../../entities/kmf/ports.ts'
import type { NetworkConfig, PlmnConfig } from '../config/network-config.ts'
import { peersIn } from './administration.ts'
import { fixedBy, mistakesBeside, misfitsOf } from './fitting.ts'
import type { PeerPlmn } from './record.ts'

/** The peer PLMNs in the store of a KMF, as its node saw them last. */
export class FollowedPeers {
  readonly #store: PeerPlmnStore
  #revision: number | undefined
  #peers: readonly PeerPlmn[] = []

  constructor(store: PeerPlmnStore) {
    this.#store = store
  }

  /** Whether they are others than before. */
  async look(): Promise<boolean> {
    if (this.#revision !== undefined && (await this.#store.revision()) === this.#revision) return false
    const { revision, peers } = await this.#store.read()
    this.#revision = revision
    this.#peers = peersIn(peers)
    return true
  }

  /** Throws InvalidConfig where one of them cannot stand beside this configuration. */
  check(config: NetworkConfig, plmn: PlmnConfig): void {
    const mistakes = mistakesBeside(this.#peers, fixedBy(config, plmn, config.file), config, plmn)
    if (mistakes.length > 0) throw new InvalidConfig(config.file, mistakes)
  }

  /** Those that may act beside this configuration: of somebody who knew another one, none that says what it says (R2). */
  beside(config: NetworkConfig, plmn: PlmnConfig): readonly PeerPlmn[] {
    const fixed = fixedBy(config, plmn, config.file)
    return this.#peers.filter((peer) => misfitsOf(peer, fixed, []).length === 0)
  }
}
