import { ProseError } from '../../core/errors.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { capabilitiesExchange, relayApplication, type routingRows } from '../../wire/diameter/base.ts'
import { resultOf } from '../../wire/diameter/command.ts'
import { decodeRows, type AvpsOf } from '../../wire/diameter/grammar.ts'
import type { DiameterMessage } from '../../wire/diameter/message.ts'
import { isSuccess } from '../../wire/diameter/result.ts'
import type { Connection } from './connection.ts'
import type { StreamAddress } from '../streams.ts'
import { bearsName } from './security.ts'

/** Whom a connection leads to: one host, or without a name every host of a realm. */
export interface Reached {
  readonly host?: Fqdn
  readonly realm: Fqdn
  /** Application ids that may be used with it; each has one command, so this is the list of commands too (R39). */
  readonly applications: readonly number[]
}

/** A node that this one speaks with; nobody else is spoken to (R39). */
export interface PeerOptions extends Reached {
  /** Its Origin-Host; its certificate must bear it (R38). */
  readonly host: Fqdn
  /** Given: this node opens and keeps the connection. Not given: it waits for the peer. */
  readonly address?: StreamAddress
  /** Of those that lead to one destination, the available one with the lowest number is asked; 0 unless given. */
  readonly priority?: number
  /** Given: it is a relay or proxy, and brings and takes messages of these. RFC 6733 6.1.9. */
  readonly relayFor?: readonly Reached[]
  /** New requests that it may bring, and as many at once; more are answered 3004 (R43). No limit unless given. */
  readonly requestsPerSecond?: number
  /** False: the trace id of a set-up is not told to it. */
  readonly tellsTrace?: boolean
}

type Capabilities = AvpsOf<typeof capabilitiesExchange.request>
type Origin = Pick<Capabilities, 'Origin-Host' | 'Origin-Realm'>
type Applications = Pick<Capabilities, 'Auth-Application-Id' | 'Vendor-Specific-Application-Id'>
type Routing = Origin & Pick<AvpsOf<typeof routingRows>, 'Route-Record'>

/** What one peer may call itself, for whom it may speak, and which applications it may use (R38, R39). */
export class PeerRules {
  readonly #options: PeerOptions
  readonly #reached: readonly Reached[]
  /** Those that this node too is configured for, with anybody on this connection. */
  readonly applications: readonly number[]

  constructor(options: PeerOptions, ownApplications: readonly number[]) {
    this.#options = options
    this.#reached = [options, ...(options.relayFor ?? [])]
    const theirs = new Set(this.#reached.flatMap(({ applications }) => applications))
    this.applications = ownApplications.filter((application) => theirs.has(application))
  }

  /** Whether these are the names the peer is configured with. */
  admits(origin: Origin): boolean {
    return origin['Origin-Host'] === this.#options.host && origin['Origin-Realm'] === this.#options.realm
  }

  /** Whether an answer under these names may come on this connection: those of the peer, or of whom it is a relay for. */
  answersFor(origin: Origin): boolean {
    return this.#reached.some((one) => isOf(one, origin['Origin-Host'], origin['Origin-Realm']))
  }

  /** Whether a request under these names may come on this connection: of somebody who may ask, and with the record of a relay (R39). */
  asksFor(routing: Routing): boolean {
    const mayAsk = this.#reached.some(
      (one) => one.applications.length > 0 && isOf(one, routing['Origin-Host'], routing['Origin-Realm']),
    )
    return mayAsk && (this.admits(routing) || this.#isRecorded(routing))
  }

  #isRecorded(routing: Routing): boolean {
    // A relay appends whom it had the request from, RFC 6733 6.1.9; one that appends itself is understood too.
    const last = routing['Route-Record']?.at(-1)
    if (last === undefined || last === routing['Origin-Host']) return last !== undefined
    const asksItself = this.#reached.some((one) => one.host === last && one.applications.length > 0)
    return !asksItself && this.#reached.some((one) => isNamedIn(one, last))
  }

  /** Whether the origin of a message may use this application, and this node has it. */
  mayUse(applicationId: number, origin: Origin): boolean {
    return (
      this.applications.includes(applicationId) &&
      this.#reached.some(
        (one) =>
          isOf(one, origin['Origin-Host'], origin['Origin-Realm']) &&
          one.applications.includes(applicationId),
      )
    )
  }

  /** Whether requests to this realm may go to the peer. */
  leadsTo(realm: Fqdn, applicationId: number): boolean {
    return (
      this.applications.includes(applicationId) &&
      this.#reached.some((one) => one.realm === realm && one.applications.includes(applicationId))
    )
  }

  /** Whether its CER or CEA names one of the applications; a relay may say that it takes all. RFC 6733 2.4, 5.3. */
  sharesApplication(capabilities: Applications): boolean {
    const theirs = [
      ...(capabilities['Auth-Application-Id'] ?? []),
      ...(capabilities['Vendor-Specific-Application-Id'] ?? []).map((one) => one['Auth-Application-Id']),
    ]
    if (this.#options.relayFor && theirs.includes(relayApplication)) return true
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

const isOf = (reached: Reached, host: Fqdn, realm: Fqdn): boolean =>
  reached.realm === realm && (reached.host === undefined || reached.host === host)

/** Whether a host whose realm is not told may be one of these. */
const isNamedIn = ({ host, realm }: Reached, name: Fqdn): boolean =>
  host === undefined ? name.endsWith(`.${realm}`) : name === host
