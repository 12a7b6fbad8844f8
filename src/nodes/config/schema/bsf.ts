import { z } from 'zod'
import { InvalidValue } from '../../../core/errors.ts'
import { UaId } from '../../../core/identities/naf-id.ts'
import { about } from './about.ts'
import { diameter, listen, replicasOf, store, watch } from './entity.ts'
import { countOrUnlimited, fqdn, hexText, secondsUpToADay, text } from './forms.ts'

/** A GSID, 32 bits in decimal digits. TS 29.109 annex A. */
function parseGsid(value: string): string {
  if (!/^\d{1,10}$/.test(value) || Number(value) >= 2 ** 32)
    throw new InvalidValue('GSID', 'decimal digits in quotes are needed, 32 bits at the most')
  return value
}

const naf = z.strictObject({
  originHost: fqdn.meta(about('its Diameter identity, which its certificate bears', { clause: 'R5, R38' })),
  realm: fqdn.optional().meta(about('its Diameter realm', { byDefault: 'that of the PLMN' })),
  fqdns: z
    .array(fqdn)
    .min(1)
    .max(64)
    .meta(about('its names toward UEs', { clause: 'R5' })),
  uaIds: z
    .array(hexText(5, UaId))
    .min(1)
    .max(64)
    .meta(about('Ua security protocols that it may speak', { clause: 'TS 33.220 H' })),
  gsids: z
    .array(text('GSID', parseGsid))
    .max(64)
    .default([])
    .meta(about('services whose user security settings it may have', { clause: 'TS 29.109 A' })),
  push: z
    .boolean()
    .default(false)
    .meta(about('may have GBA push', { clause: 'TS 33.223' })),
  discloseImpi: z
    .boolean()
    .default(false)
    .meta(about('may know the private identity behind a B-TID', { clause: 'TS 29.109 5.2' })),
})

const ubListen = listen.meta(about('where it serves Ub; port 0 draws a free one'))

export const bsf = z
  .strictObject({
    fqdn: fqdn.optional().meta(
      about('its name toward UEs and in B-TIDs', {
        clause: 'TS 23.003 16.2',
        byDefault: 'bsf.mncMNC.mccMCC.pub.3gppnetwork.org',
      }),
    ),
    ubListen,
    ksLifetimeSeconds: secondsUpToADay
      .prefault(86400)
      .meta(about('of Ks and its B-TID, at most 24 h', { clause: 'TS 33.220 4.5.2', isLive: true })),
    challengesPerMinute: countOrUnlimited
      .prefault(30)
      .meta(about('for each IMPI and client address on Ub', { clause: 'R36', unit: '/min', isLive: true })),
    pushesPerMinute: countOrUnlimited
      .prefault(3)
      .meta(about('for each NAF and IMPI on Zpn', { clause: 'R45', unit: '/min', isLive: true })),
    nafs: z
      .array(naf)
      .max(1000)
      .default([])
      .meta(
        about('who may ask it beside the KMF; the Ua ids are those of TS 33.220 annex H', {
          clause: 'R5',
          isLive: true,
        }),
      ),
    tmpi: z
      .boolean()
      .default(true)
      .meta(about('UEs may come under a TMPI', { clause: 'TS 33.220 B.4', isLive: true })),
    ...store,
    diameter,
    watch,
    replicas: replicasOf({ ubListen }),
  })
  .prefault({})
  .meta(about('Bootstrapping Server Function of GBA', { clause: 'TS 33.220 4.2.1' }))
