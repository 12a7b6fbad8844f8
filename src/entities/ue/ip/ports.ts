import type { TcpFailure } from './tcp.ts'

/** A TCP connection over a link, as who writes to it has it. */
export interface TcpStream {
  write(octets: Uint8Array): void
  /** Nothing more will be written. */
  end(): void
  /** The listener has done with so many octets: the peer may send others. */
  consumed(octets: number): void
  /** Ends it at both sides at once. */
  abort(): void
}

/** Who uses a TCP connection; told in the order in which things happen. */
export interface TcpListener {
  data(octets: Uint8Array): void
  /** The peer writes nothing more. */
  ended(): void
  /** The peer has so many octets more of what was written. */
  acknowledged(octets: number): void
  /** It is over; without a failure both ends had ended. */
  closed(failure?: TcpFailure): void
}
