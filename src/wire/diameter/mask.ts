import type { Avp } from './avp.ts'
import { isSecret } from './describe.ts'
import type { DiameterMessage } from './message.ts'

export interface Masked {
  /** A copy of the message, of the same length, its key fields zero. */
  readonly bytes: Uint8Array
  /** First octet and one past the last octet of each zeroed field. */
  readonly masked: readonly (readonly [number, number])[]
}

/** The octets of a message as they may be captured: the data of every AVP that holds a key are zeros, in groups too (R31). */
export function maskAvps(message: DiameterMessage): Masked {
  const bytes = Uint8Array.from(message.octets)
  const masked = secretsIn(message.avps, message.header.request)
  for (const [start, end] of masked) bytes.fill(0, start, end)
  return { bytes, masked }
}

const secretsIn = (avps: readonly Avp[], request: boolean): (readonly [number, number])[] =>
  avps.flatMap((avp) => {
    if (!isSecret(avp, request)) return secretsIn(avp.children, request)
    const start = avp.offset + (avp.vendorId === 0 ? 8 : 12)
    return [[start, start + avp.data.length] as const]
  })
