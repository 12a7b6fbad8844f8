import { createHash } from 'node:crypto'
import { Autn } from '../core/aka.ts'
import { keyOctets, type Ik, type Res } from '../core/keys.ts'

// Open: TS 33.220 5.3.2 could not be read; MAC* and the flipped bit are recalled, and stand in this file only.

/** AUTN* of AUTN, and AUTN of AUTN*: its last 8 octets xor the first 8 of SHA-1(IK). TS 33.220 5.3.2. */
export function gbaUAutn(autn: Autn, ik: Ik): Autn {
  const changed = Uint8Array.from(autn)
  const mask = createHash('sha1').update(ik).digest()
  for (let at = 0; at < 8; at++) changed[8 + at] = (changed[8 + at] ?? 0) ^ (mask[at] ?? 0)
  return Autn(changed)
}

/** RES that the card hands to the ME, and that the BSF then expects: the least significant bit flipped. TS 33.220 5.3.2. */
export function gbaURes(res: Res): Res {
  const changed = keyOctets(res)
  const last = changed.length - 1
  changed[last] = (changed[last] ?? 0) ^ 1
  return changed as Res
}
