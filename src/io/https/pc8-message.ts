import type { BTid } from '../../core/identities/b-tid.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import type { Fields, Step } from '../../core/tap.ts'
import type { Instant } from '../../core/units.ts'

/** Whose key secures the connection. */
export interface Pc8Identity {
  readonly btid: BTid
  readonly imsi?: Imsi
}

/** Without the key. */
export const identityOf = (of: Pc8Identity | undefined): Pc8Identity | undefined =>
  of && { btid: of.btid, ...(of.imsi === undefined ? {} : { imsi: of.imsi }) }

/** One message of PC8, given by its sender as it goes out. The octets are not masked yet. */
export interface Pc8Message {
  readonly sender: 'ue' | 'kmf'
  /** Address and port of the UE's end of the connection, such as `127.0.0.1:40001`. */
  readonly client: string
  /** Not for screens (R31). */
  readonly identity: Pc8Identity | undefined
  /** Such as `PROSE_DIRECT_KEY_REQUEST` or `401 Unauthorized`. */
  readonly name: string
  readonly step?: Step
  readonly fields: Fields
  /** Head and body as sent. */
  readonly octets: Uint8Array
  /** Trace id, 32 hex digits. */
  readonly context: string | undefined
}

/** Octets of one connection as they were on the wire: TLS records, not what is in them. */
export interface Pc8Octets {
  /** Address and port of the UE's end. */
  readonly client: string
  readonly sender: 'ue' | 'kmf'
  readonly time: Instant
  /** Undefined when the handshake ended before it was known. */
  readonly identity: Pc8Identity | undefined
  readonly octets: Uint8Array
}

export const pc8Suites = 'TLS_AES_128_GCM_SHA256:DHE-PSK-AES128-GCM-SHA256'

export type TlsVersion = '1.2' | '1.3'

/** Lowest and highest of the versions, as `node:tls` names them. */
export const versionRange = (versions: readonly TlsVersion[]) => ({
  minVersion: versions.includes('1.2') ? ('TLSv1.2' as const) : ('TLSv1.3' as const),
  maxVersion: versions.includes('1.3') ? ('TLSv1.3' as const) : ('TLSv1.2' as const),
})
