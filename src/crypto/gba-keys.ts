import type { Rand } from '../core/aka.ts'
import { base64, concat, utf8 } from '../core/bytes.ts'
import { InvalidValue } from '../core/errors.ts'
import type { Fqdn } from '../core/identities/fqdn.ts'
import { nafIdOf, uaIdTmpi, type NafId } from '../core/identities/naf-id.ts'
import type { Impi } from '../core/identities/subscriber.ts'
import { tmpiOf, type Tmpi } from '../core/identities/tmpi.ts'
import { keyOctets, wipe, type Ck, type Ik, type Ks, type KsNaf } from '../core/keys.ts'
import { exactly } from './exact-length.ts'
import { kdf, type KdfInput } from './kdf.ts'

/** Ks = CK || IK, 32 octets. TS 33.220 4.5.2. */
export const ksOf = (ck: Ck, ik: Ik): Ks =>
  keyOctets(concat(exactly(16, 'CK', ck), exactly(16, 'IK', ik))) as Ks

/** Ks_NAF of GBA_ME, Ks_ext_NAF of GBA_U: KDF(Ks, "gba-me", RAND, IMPI, NAF_Id), 32 octets. TS 33.220 B.3. */
export const deriveKsNaf = (ks: Ks, rand: Rand, impi: Impi, nafId: NafId): KsNaf =>
  kdf(ks, ...ksNafInput('gba-me', rand, impi, nafId)) as KsNaf

/** Ks_int_NAF of GBA_U: KDF(Ks, "gba-u", RAND, IMPI, NAF_Id), 32 octets. TS 33.220 B.3. */
export const deriveKsIntNaf = (ks: Ks, rand: Rand, impi: Impi, nafId: NafId): KsNaf =>
  kdf(ks, ...ksNafInput('gba-u', rand, impi, nafId)) as KsNaf

/** The TMPI is made of the Ks_(ext)_NAF of this NAF_Id; `bsf` is the domain of the B-TID. TS 33.220 B.4. */
export const tmpiNafId = (bsf: Fqdn): NafId => nafIdOf(bsf, uaIdTmpi)

/** TMPI, of the first 24 octets of the key of `tmpiNafId`, which is erased. TS 33.220 B.4. */
export function tmpiFrom(key: KsNaf): Tmpi {
  const tmpi = tmpiOf(base64(exactly(32, 'key of the TMPI', key).subarray(0, 24)))
  wipe(key)
  return tmpi
}

/** Temporary IMPI that the UE gives next time, from Ks. TS 33.220 B.4. */
export const deriveTmpi = (ks: Ks, rand: Rand, impi: Impi, bsf: Fqdn): Tmpi =>
  tmpiFrom(deriveKsNaf(ks, rand, impi, tmpiNafId(bsf)))

/** The label, RAND, IMPI and NAF_Id. TS 33.220 B.3. */
export function ksNafInput(label: 'gba-me' | 'gba-u', rand: Rand, impi: Impi, nafId: Uint8Array): KdfInput {
  if (impi.length === 0 || nafId.length < 8 || nafId.length > 255)
    throw new InvalidValue('IMPI or NAF_Id', 'wrong length', 'TS 33.220 B.3')
  return [0x01, [utf8(label), exactly(16, 'RAND', rand), utf8(impi), nafId]]
}
