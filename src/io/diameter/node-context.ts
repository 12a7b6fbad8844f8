import type { Clock, Random } from '../../core/environment.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { Count } from '../../core/tap.ts'
import type { DiameterMessage } from '../../wire/diameter/message.ts'
import type { DiameterIdentity, MessageIds } from './identity.ts'
import type { PeerIntervals } from './peer-machine.ts'
import type { Streams } from '../streams.ts'
import type { DiameterSecurity } from './security.ts'

export type Direction = 'sent' | 'received'

/** What the parts of one node share. */
export interface NodeContext {
  readonly identity: DiameterIdentity
  /** For a connection that is opened now. */
  readonly security: () => DiameterSecurity
  readonly streams: Streams
  readonly clock: Clock
  readonly random: Random
  readonly intervals: PeerIntervals
  readonly count: Count
  after(delay: number, expire: () => void): () => void
  newIds(): MessageIds
  newHopByHop(): number
  /** There is an observer. */
  readonly isTapped: boolean
  /** Tells the observer; octets are only decoded when there is one. */
  tap(direction: Direction, octets: Uint8Array, peer: Fqdn, context?: string): void
  tapMessage(direction: Direction, message: DiameterMessage, peer: Fqdn, context?: string): void
}
