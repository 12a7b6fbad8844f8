import type { Fields } from '../../core/tap.ts'

/** One message of Ub, given by its sender as it goes out. */
export interface UbMessage {
  readonly sender: 'ue' | 'bsf'
  /** Address and port of the UE's end of the connection, such as `127.0.0.1:40001`. */
  readonly client: string
  /** The user name of the request; of the answer whom the BSF took it for. Not for screens (R31). */
  readonly identity: string | undefined
  /** Such as `GET` or `401 challenge`. */
  readonly name: string
  readonly fields: Fields
  /** Head and body as sent. */
  readonly octets: Uint8Array
  /** Trace id, 32 hex digits. */
  readonly context: string | undefined
}
