import { createCipheriv, createHmac } from 'node:crypto'
import { Autn, Rand } from '../../src/core/aka.ts'
import { concat, fromHex, u16, utf8 } from '../../src/core/bytes.ts'
import { Impi } from '../../src/core/identities/subscriber.ts'
import { Ks, type KsNaf } from '../../src/core/keys.ts'
import { deriveKsNaf } from '../../src/crypto/gba-keys.ts'
import { gpiNafId } from '../../src/crypto/gba-push-info.ts'

/** K_enc and K_int of the published example: TS 35.207 set 1, IMPI of 001010123456789. */
const kEnc = fromHex('e2e2426820e979739cf583e1823ff2ab')
const kInt = fromHex('3ec42a97993cbbf39a7da50d0ed0f596')

export const example = {
  uiccMe: 'GBA_ME',
  rand: Rand(fromHex('23553cbe9637a89d218ae64dae47bf35')),
  autn: Autn(fromHex('55f328b43577b9b94a9ffac354dfafb3')),
  impi: Impi('001010123456789@ims.mnc001.mcc001.3gppnetwork.org'),
  /** CK || IK of the set. */
  ks: Ks(fromHex('b40ba9a3c58b2a05bbf0d987b21bf8cbf769bcd751044604127672711c6d3441')),
  plain: fromHex(
    '010008001122334455667702002b706b6d662e6d6e633030312e6d63633030312e7075622e336770706e6574776f726b2e6f7267ff00000002' +
      '030004f08f9000',
  ),
  gpi: fromHex(
    '1023553cbe9637a89d218ae64dae47bf3555f328b43577b9b94a9ffac354dfafb3045553494d0040' +
      'a43c78f31a20a8ced3bed66c948aa2d1cb4b5262b6cd0dee7453c62aac357430c9954a939257d4b185a1799f8dacda0c64a41a145ef1b539' +
      '25f5c9da5e372599b6bb9464f4952105260d4450eb4e3c4a',
  ),
} as const

/** K_GPI, which whoever holds Ks derives. */
export const kGpiOf = (ks: Ks, rand: Rand, impi: Impi): KsNaf => deriveKsNaf(ks, rand, impi, gpiNafId)
/** That of the example. */
export const kGpi = kGpiOf(example.ks, example.rand, example.impi)

/** A GPI of the example whose sealed part is whatever one wants, its MAC right. */
export function sealed(plain: Uint8Array): Uint8Array {
  const ciphertext = createCipheriv('aes-128-ctr', kEnc, new Uint8Array(16)).update(plain)
  const covered = concat(
    ...[Uint8Array.of(0x10), example.rand, example.autn, Uint8Array.of(4), utf8('USIM')],
    ...[u16(plain.length), ciphertext],
  )
  return concat(covered, createHmac('sha256', kInt).update(covered).digest().subarray(0, 16))
}

/** One field of the sealed part. */
export const tlv = (tag: number, value: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(tag), u16(value.length), value)
