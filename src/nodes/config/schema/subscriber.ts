import { z } from 'zod'
import { Amf } from '../../../core/aka.ts'
import { proseUeIdFromHex } from '../../../core/identities/prose.ts'
import { Impi } from '../../../core/identities/subscriber.ts'
import { about } from './about.ts'
import { givenFile, gba, hexText, imsi, plmn, secondsUpToADay, text } from './forms.ts'

const ueId = text('6 hex digits', proseUeIdFromHex)
export const amf = hexText(2, Amf)
  .prefault('0000')
  .meta(about('authentication management field', { clause: 'TS 33.102 6.3' }))

export const algorithm = about('of f1 to f5', { clause: 'TS 33.102 6.3' })

const milenage = z.strictObject({
  algorithm: z.literal('MILENAGE').meta(algorithm),
  kFile: givenFile.meta(about('K in hex digits, mode 0600', { clause: 'R32' })),
  opcFile: givenFile.optional().meta(about('OPc of MILENAGE, or opFile', { clause: 'TS 35.206' })),
  opFile: givenFile.optional().meta(about('OP of MILENAGE', { clause: 'TS 35.206' })),
  amf,
})

export const tuak = z.strictObject({
  algorithm: z.literal('TUAK').meta(algorithm),
  kFile: milenage.shape.kFile,
  topcFile: givenFile.meta(about('TOPc of TUAK', { clause: 'TS 35.231' })),
  keccakIterations: z
    .int()
    .min(1)
    .max(255)
    .default(1)
    .meta(about('permutations of TUAK', { clause: 'TS 35.231 7', unit: 'iterations' })),
  amf,
})

const aka = z
  .discriminatedUnion('algorithm', [milenage, tuak], {
    error: 'settings of algorithm MILENAGE or TUAK are needed',
  })
  .meta(about('secrets of its USIM', { clause: 'TS 33.102 6.3' }))

export const prose = z.strictObject({
  ueId: ueId.optional().meta(about('also its Layer-2 ID on PC5; left out: the lowest free one')),
  ueIds: z.array(ueId).min(1).max(8).optional().meta(about('instead of ueId, where it has several')),
  publicSafety: z.boolean().default(false).meta(about('a relay and its remote UE must be of Public Safety')),
  permissions: z
    .array(z.enum(['one-to-one', 'relay', 'remote-ue']))
    .default([])
    .meta(about('one-to-one, relay, remote-ue', { clause: 'R8' })),
  mayLinkWith: z
    .array(z.union([z.literal('*'), plmn]))
    .max(1000)
    .default([])
    .meta(about('PLMNs whose UEs it may link with; its own PLMN is no exception', { clause: 'R8' })),
})

export const subscriber = z.strictObject({
  imsi: imsi.meta(about('of this PLMN', { clause: 'TS 23.003 2.2' })),
  impi: text('private identity', Impi)
    .optional()
    .meta(about('its private identity', { clause: 'TS 23.003 13.3', byDefault: 'made of the IMSI' })),
  aka,
  gba: gba
    .default('GBA_ME')
    .meta(about('where Ks is kept: in the phone or on the card', { clause: 'TS 33.220 5' })),
  ksLifetimeSeconds: secondsUpToADay
    .optional()
    .meta(about('of its Ks, at most 24 h', { byDefault: 'that of the BSF' })),
  prose: prose.optional().meta(about('left out: not a ProSe subscriber')),
})
