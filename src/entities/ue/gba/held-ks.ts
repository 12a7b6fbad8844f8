import type { Rand } from '../../../core/aka.ts'
import { isAllZero } from '../../../core/bytes.ts'
import type { NafId } from '../../../core/identities/naf-id.ts'
import type { Impi } from '../../../core/identities/subscriber.ts'
import { wipe, type Ks } from '../../../core/keys.ts'
import { fingerprint } from '../../../crypto/fingerprint.ts'
import { deriveKsNaf, ksOf } from '../../../crypto/gba-keys.ts'
import type { AkaKeys, HeldKs } from '../ports.ts'

/** Ks in the ME: GBA_ME. `impi` is the one that was authenticated. TS 33.220 4.5.2. */
export const ksInMe = (ks: Ks, rand: Rand, impi: Impi): HeldKs => ({
  fingerprint: fingerprint(ks),
  get isThere() {
    return !isAllZero(ks)
  },
  nafKey: (nafId: NafId) => new Promise((resolve) => resolve(deriveKsNaf(ks, rand, impi, nafId))),
  erase: () => wipe(ks),
})

/** Ks of an AKA run with its holder; CK and IK are erased. */
export function ksAfter(keys: AkaKeys, rand: Rand, impi: Impi): HeldKs {
  if (keys.holder === 'UICC') return keys.ks
  const { ck, ik } = keys
  const ks = ksOf(ck, ik)
  wipe(ck, ik)
  return ksInMe(ks, rand, impi)
}
