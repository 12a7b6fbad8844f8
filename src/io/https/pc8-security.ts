import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  connect as connectTls,
  createSecureContext,
  TLSSocket,
  type ConnectionOptions,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocketOptions,
  type TlsOptions,
} from 'node:tls'
import type { Pc8Association } from '../../entities/ue/ports.ts'
import {
  isBootstrappingHint,
  pskIdentityHint,
  pskIdentityOf,
} from '../../reference-points/pc8/psk-identity.ts'
import type { StreamAddress } from '../streams.ts'
import { ffdhe2048 } from './ffdhe2048.ts'
import { pc8Suites, versionRange, type TlsVersion } from './pc8-message.ts'
import { PskGate, type GateOptions } from './psk-gate.ts'
import { readOffer } from './psk-offer.ts'

/** How the server finds the key of an identity, and hears what passes. */
export interface PskLookUp extends Pick<GateOptions, 'lookUp' | 'onOctets'> {
  /** The key of an identity that `lookUp` found; null for any other. */
  readonly keyOf: (identity: string) => Uint8Array | null
}

/** What secures a connection of PC8 with the key of a B-TID: TLS, or what a simulation puts in its place. */
export interface Pc8Security {
  /**
   * Secures the server's end of a connection; `secured` gets it once the client has shown that it holds the key. Where it
   * does not, `raw` is closed; and whatever closes one of the two closes both.
   */
  accept(raw: Socket, look: PskLookUp, secured: (socket: Socket) => void): void
  /** A connection on its way; it emits `secureConnect` when the server has shown the same, or `error` and `close`. */
  connect(address: StreamAddress, association: Pc8Association): Socket
}

/** TLS with an external PSK. TS 33.222 5.4. `onKeyLog` gets lines of the NSS key log format. */
export function pc8Tls(versions: readonly TlsVersion[], onKeyLog?: (line: string) => void): Pc8Security {
  const range = { ciphers: pc8Suites, ...versionRange(versions) }
  let ofServer: SecureContext | undefined
  return {
    accept(raw, { lookUp, onOctets, keyOf }, secured) {
      const secureContext = (ofServer ??= serverContext(range))
      const secure = (carrier: Socket | PskGate) => {
        const options: TLSSocketOptions & Pick<TlsOptions, 'pskCallback' | 'pskIdentityHint'> = {
          ...{ isServer: true, secureContext, pskIdentityHint },
          pskCallback: (_socket, identity) => keyOf(identity),
        }
        const tls = new TLSSocket(carrier, options)
        carrier.on('error', () => tls.destroy())
        tls.on('error', () => tls.destroy())
        tls.once('secure', () => secured(tls))
        if (onKeyLog) tls.on('keylog', (line: Buffer) => onKeyLog(line.toString('latin1').trim()))
      }
      const secureByGate = () => secure(new PskGate(raw, { versions, lookUp, onOctets }))
      if (onOctets || !versions.includes('1.3')) secureByGate()
      else
        readOffer(raw, (offer) => {
          if (!offer) secureByGate()
          else
            lookUp(offer).then(
              () => raw.destroyed || secure(raw),
              () => raw.destroy(),
            )
        })
    },
    connect: ({ host, port }, association) =>
      connectTls({ ...range, host, port, ...clientOptions(association, versions) }),
  }
}

const serverContext = (range: SecureContextOptions): SecureContext =>
  createSecureContext({
    ...{ ...range, dhparam: ffdhe2048, sessionIdContext: 'pc8' },
    // A resumed session would have no identity (R38).
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  })

/** The hint is null for TLS 1.3 and for a server of 1.2 that sends none; ours always sends it. */
function clientOptions(association: Pc8Association, versions: readonly TlsVersion[]): ConnectionOptions {
  const identity = pskIdentityOf(association.btid)
  const offers13 = versions.includes('1.3')
  return {
    ...{ servername: association.kmf, minDHSize: 2048, secureOptions: constants.SSL_OP_NO_TICKET },
    pskCallback: (hint) => {
      if (hint === null && offers13) return { psk: association.tls13Key, identity }
      if (hint !== null && isBootstrappingHint(hint)) return { psk: association.tls12Key, identity }
      return null
    },
    // The key proves who the server is: there is no certificate to check. TS 33.222 5.4.
    checkServerIdentity: () => undefined,
  }
}
