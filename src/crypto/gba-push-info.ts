import { createCipheriv, createHmac } from 'node:crypto'
import { Autn, Rand } from '../core/aka.ts'
import { concat, equalOctets, isAllZero, readUint, u16, utf8 } from '../core/bytes.ts'
import { InvalidValue, MacMismatch, MalformedMessage } from '../core/errors.ts'
import { Fqdn } from '../core/identities/fqdn.ts'
import { NafId, nafIdOf, uaIds } from '../core/identities/naf-id.ts'
import { PTid } from '../core/identities/p-tid.ts'
import type { Impi } from '../core/identities/subscriber.ts'
import { wipe, type Ks, type KsNaf } from '../core/keys.ts'
import { gpiFirstOctets, gpiMacSize, gpiParts, type GpiPart } from '../core/gpi-parts.ts'
import { fromNtpTime, ntpTime } from '../core/ntp-time.ts'
import { projectValues } from '../core/project-values.ts'
import type { Instant } from '../core/units.ts'
import { equalInConstantTime } from './constant-time.ts'
import { deriveKsNaf } from './gba-keys.ts'

// Open: the coding of TS 33.223 5.3.5 and its protection keys could not be read. This one stands here and in core/gpi-parts.ts only.

/** What a UE must know of a GPI before it can run AKA: the part in clear. TS 33.223 5.2.1. */
export interface ClearGpi {
  /** GBA_U: AUTN is AUTN*, for the card. */
  readonly uiccMe: 'GBA_ME' | 'GBA_U'
  readonly rand: Rand
  readonly autn: Autn
  readonly uiccAppLabel: 'USIM' | 'ISIM'
}

/** What only who has Ks can read. TS 33.223 5.2.1. */
export interface SealedGpi {
  readonly ptId: PTid
  readonly nafId: NafId
  /** Whole seconds. */
  readonly keyExpiry: Instant
}

const clause = 'TS 33.223 5.3.5'
const longest = 1024
const lengths = { key: 16, features: 64 } as const

const tags = { ptId: 1, nafId: 2, keyExpiry: 3, features: 4, firstIgnored: 0x80 } as const
/** K_GPI is the Ks_(ext)_NAF of this NAF_Id, so that a card with GBA_U can give it. */
export const gpiNafId = nafIdOf(Fqdn(projectValues.gpiFqdn.value), uaIds.gpi)

/**
 * A GPI for the USIM, at most 340 octets: version and U/M (1) || RAND (16) || AUTN (16) || label length (1) || label ||
 * ciphertext length (2) || ciphertext || MAC (16). `autn` is AUTN* for GBA_U. A Ks protects one GPI only.
 * Throws InvalidValue for a Ks that is wiped.
 */
export function makeGpi(
  push: Omit<ClearGpi, 'uiccAppLabel'> & SealedGpi & { impi: Impi; ks: Ks },
): Uint8Array {
  const { ptId, nafId, keyExpiry } = push
  const plain = concat(tlv(tags.ptId, ptId), tlv(tags.nafId, nafId), tlv(tags.keyExpiry, ntpTime(keyExpiry)))
  const kGpi = deriveKsNaf(push.ks, push.rand, push.impi, gpiNafId)
  try {
    const { enc, int } = keysIn(kGpi)
    const label = utf8('USIM')
    const covered = concat(
      ...[Uint8Array.of(gpiFirstOctets[push.uiccMe]), push.rand, push.autn],
      ...[Uint8Array.of(label.length), label, u16(plain.length), crypt(enc, plain)],
    )
    return concat(covered, macOf(int, covered))
  } finally {
    wipe(kGpi)
  }
}

/** The clear part; throws MalformedMessage also when ciphertext or MAC are not of the lengths given. */
export const readGpi = (octets: Uint8Array): ClearGpi => fieldsOf(octets).clear

/**
 * The sealed part; `kGpi` is the key of `gpiNafId`. Throws MacMismatch, or MalformedMessage: for the form of the GPI, and behind a right MAC for the
 * form of what was sealed. Whether the NAF_Id is the expected one, the expiry ahead and the P-TID new is the caller's check.
 */
export function openGpi(octets: Uint8Array, kGpi: KsNaf): SealedGpi {
  const { ciphertext, covered, mac } = fieldsOf(octets)
  const { enc, int } = keysIn(kGpi)
  if (!equalInConstantTime(macOf(int, covered), mac)) throw new MacMismatch('the MAC of the GPI', clause)
  return sealedFrom(crypt(enc, ciphertext))
}

/** K_GPI = K_enc (16) || K_int (16), no copies; throws InvalidValue for one that is wiped. */
function keysIn(kGpi: KsNaf): { readonly enc: Uint8Array; readonly int: Uint8Array } {
  if (isAllZero(kGpi)) throw new InvalidValue('K_GPI', 'all octets are zero', clause)
  return { enc: kGpi.subarray(0, lengths.key), int: kGpi.subarray(lengths.key) }
}

/** AES-128-CTR from a counter block of zeros: K_enc serves one GPI. */
const crypt = (key: Uint8Array, octets: Uint8Array): Uint8Array =>
  Uint8Array.from(createCipheriv('aes-128-ctr', key, new Uint8Array(16)).update(octets))

/** The first 16 octets of HMAC-SHA-256. */
const macOf = (key: Uint8Array, covered: Uint8Array): Uint8Array =>
  createHmac('sha256', key).update(covered).digest().subarray(0, gpiMacSize)

const tlv = (tag: number, value: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(tag), u16(value.length), value)

const malformed = (field: string, offset: number, reason: string, cause?: unknown) =>
  new MalformedMessage(field, offset, reason, { clause, cause })

function fieldsOf(octets: Uint8Array) {
  if (octets.length > longest) throw malformed('GPI', longest, `more than ${longest} octets`)
  let at = 0
  const next = (field: string, length: number): Uint8Array => {
    if (at + length > octets.length) throw malformed(field, at, 'cut short')
    return octets.slice(at, (at += length))
  }
  const take = ({ name, size, lengthSize = 0 }: GpiPart): Uint8Array =>
    next(name, size ?? readUint(next(name, lengthSize), 0, lengthSize))
  const uiccMe = uiccMeOf(take(gpiParts.version)[0])
  const rand = Rand(take(gpiParts.rand))
  const autn = Autn(take(gpiParts.autn))
  const uiccAppLabel = labelOf(take(gpiParts.uiccAppLabel), at)
  const ciphertext = take(gpiParts.ciphertext)
  const covered = octets.subarray(0, at)
  const mac = take(gpiParts.mac)
  if (at < octets.length) throw malformed('GPI', at, 'octets after the MAC')
  return { clear: { uiccMe, rand, autn, uiccAppLabel }, ciphertext, covered, mac }
}

function uiccMeOf(octet: number | undefined): ClearGpi['uiccMe'] {
  if (octet === gpiFirstOctets.GBA_ME) return 'GBA_ME'
  if (octet === gpiFirstOctets.GBA_U) return 'GBA_U'
  throw malformed('version', 0, 'not version 1')
}

/** `end` is the first octet after it. */
function labelOf(octets: Uint8Array, end: number): ClearGpi['uiccAppLabel'] {
  for (const label of ['USIM', 'ISIM'] as const) if (equalOctets(octets, utf8(label))) return label
  throw malformed('UICC-App-Label', end - octets.length, 'neither USIM nor ISIM')
}

function sealedFrom(plain: Uint8Array): SealedGpi {
  const values = valuesIn(plain)
  if ((values.get(tags.features)?.length ?? 0) > lengths.features)
    throw malformed('security features', 0, `more than ${lengths.features} octets`)
  return {
    ptId: valueOf(values, tags.ptId, 'P-TID', PTid),
    nafId: valueOf(values, tags.nafId, 'NAF_Id', NafId),
    keyExpiry: valueOf(values, tags.keyExpiry, 'key expiry', fromNtpTime),
  }
}

/** Values by tag, which ascend; those from 0x80 on may be passed over. */
function valuesIn(plain: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const values = new Map<number, Uint8Array>()
  let last = 0
  for (let at = 0; at < plain.length;) {
    const tag = readUint(plain, at, 1)
    const end = at + 3 + readUint(plain, at + 1, 2)
    if (end > plain.length) throw malformed('sealed part', at, 'cut short')
    if (tag <= last) throw malformed('sealed part', at, 'tags do not ascend')
    if (tag > tags.features && tag < tags.firstIgnored) throw malformed('sealed part', at, 'unknown tag')
    values.set(tag, plain.slice(at + 3, end))
    last = tag
    at = end
  }
  return values
}

function valueOf<Value>(
  values: ReadonlyMap<number, Uint8Array>,
  tag: number,
  field: string,
  construct: (octets: Uint8Array) => Value,
): Value {
  const octets = values.get(tag)
  if (!octets) throw malformed(field, 0, 'missing')
  try {
    return construct(octets)
  } catch (error) {
    if (error instanceof InvalidValue) throw malformed(field, 0, 'not of its form', error)
    throw error
  }
}
