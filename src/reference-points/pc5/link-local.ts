import { concat, fromHex, writeUint } from '../../core/bytes.ts'
import type { Layer2Id } from '../../core/identities/prose.ts'

/** `fe80::` with the Layer-2 ID in the last 24 bits, 16 octets. */
export const linkLocalAddress = (id: Layer2Id): Uint8Array =>
  concat(fromHex('fe80'), new Uint8Array(11), writeUint(id, 3))
