// Contexts as a BSF keeps them, numbered.
import { BTid } from '../dist/core/identities/b-tid.js'
import { Impi } from '../dist/core/identities/subscriber.js'
import { Ks } from '../dist/core/keys.js'

const domain = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'
const hour = 3_600_000

/** 16 octets that are another B-TID for each number. */
export function randOf(number) {
  const octets = Buffer.alloc(16)
  octets.writeUInt32BE(number, 0)
  octets.writeUInt32BE(number, 12)
  return octets
}

export const impiOf = (number) =>
  Impi(`00101${String(number).padStart(10, '0')}@ims.mnc001.mcc001.3gppnetwork.org`)

export const btidOf = (number) => BTid(`${randOf(number).toString('base64')}@${domain}`)

/** A context that lives a day from `now`. */
export const bootstrapOf = (number, now) => ({
  btid: btidOf(number),
  impi: impiOf(number),
  rand: randOf(number),
  ks: Ks(new Uint8Array(32).fill(0x4b)),
  created: now,
  expires: now + 24 * hour,
})
