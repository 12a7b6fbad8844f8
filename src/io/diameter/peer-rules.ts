import { ProseError } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { capabilitiesExchange } from '../../wire/diameter/base.ts'
import { resultOf } from '../../wire/diameter/command.ts'
import { decodeRows, type AvpsOf } from '../../wire/diameter/grammar.ts'
import type { DiameterMessage } from '../../wire/diameter/message.ts'
import { isSuccess } from '../../wire/diameter/result.ts'
import type { Connection } from './connection.ts'
import type { StreamAddress } from '../streams.ts'
import { bearsName } from './security.ts'

/** A node that this one speaks with; nobody else is spoken to (R39). */
export interface PeerOptions {
  /** Its Origin-Host; its certificate must bear it (R38). */
  readonly host: Fqdn
  /** Its Origin-Realm. */
  readonly realm: Fqdn
  /** Application ids that may be used with it. */
  readonly applications: readonly number[]
  /** Given: this node opens and keeps the connection. Not given: it waits for the peer. */
  readonly address?: StreamAddress
  /** False: the trace id of a set-up is not told to it. */
  readonly tellsTrace?: boolean
}

type Capabilities = AvpsOf<typeof capabilitiesExchange.request>
type Origin = Pick<Capabilities, 'Origin-Host' | 'Origin-Realm'>
type Applications = Pick<Capabilities, 'Auth-Application-Id' | 'Vendor-Specific-Application-Id'>

/** What one peer may call itself, and which applications it may use (R38, R39). */
export class PeerRules {
  readonly #options: PeerOptions
  /** Those that both nodes are configured for. */
  readonly applications: readonly number[]

  constructor(options: PeerOptions, ownApplications: readonly number[]) {
    this.#options = options
    this.applications = options.applications.filter((application) => ownApplications.includes(application))
  }

  /** Whether these are the names the peer is configured with. */
  admits(origin: Origin): boolean {
    return origin['Origin-Host'] === this.#options.host && origin['Origin-Realm'] === this.#options.realm
  }

  /** Whether its CER or CEA names one of the applications. RFC 6733 5.3. */
  sharesApplication(capabilities: Applications): boolean {
    const theirs = [
      ...(capabilities['Auth-Application-Id'] ?? []),
      ...(capabilities['Vendor-Specific-Application-Id'] ?? []).map((one) => one['Auth-Application-Id']),
    ]
    return this.applications.some((application) => theirs.includes(application))
  }

  isGoodCea(cea: DiameterMessage): boolean {
    try {
      if (!isSuccess(resultOf(cea.avps))) return false
      const capabilities = decodeRows(capabilitiesExchange.answer, cea.avps)
      return this.admits(capabilities) && this.sharesApplication(capabilities)
    } catch (error) {
      if (error instanceof ProseError) return false
      throw error
    }
  }

  /** Whether the certificate of the connection is for this peer. */
  areMetBy(connection: Connection): boolean {
    return bearsName(connection.socket, this.#options.host)
  }
}
