import { z } from 'zod'
import { InvalidValue } from '../../../core/errors.ts'
import { proseUeIdFromHex } from '../../../core/identities/prose.ts'
import type { ProseUeIdRange } from '../../../core/plmn-table.ts'
import { about } from './about.ts'
import { admin, diameter, listen, replicasOf, store, watch } from './entity.ts'
import { countOrUnlimited, fqdn, plmn, secondsUpToADay, text } from './forms.ts'

/** `000001-07ffff`, both ends included; throws InvalidValue. */
function parseRange(value: string): ProseUeIdRange {
  const [first = '', last = '', ...more] = value.split('-')
  const range = [proseUeIdFromHex(first), proseUeIdFromHex(last)] as const
  if (more.length > 0 || range[0] > range[1])
    throw new InvalidValue('ProSe UE ID range', 'lowest-highest is needed')
  return range
}

const pc8OfInstance = z.strictObject({
  listen: listen.meta(about('where it serves PC8; port 0 draws a free one')),
})

const ofPc8 = about('key requests of UEs, over TLS with a GBA key', { clause: 'TS 33.303 5.3.3.2' })

const pc8 = pc8OfInstance
  .extend({
    tls: z
      .array(z.enum(['1.3', '1.2']))
      .min(1)
      .default(['1.3', '1.2'])
      .meta(about('versions of TLS', { clause: 'R38' })),
  })
  .prefault({})
  .meta(ofPc8)

const limits = z
  .strictObject({
    keyRequestsPerUe2PerMinute: countOrUnlimited
      .prefault(60)
      .meta(about('of step 4, for each UE-2', { clause: 'R45', unit: '/min' })),
    keyRequestsPerUe1PerMinute: countOrUnlimited
      .prefault(10)
      .meta(about('of steps 4 and 6, for each UE-1', { clause: 'R45', unit: '/min' })),
    keyRequestsPerPeerPerSecond: countOrUnlimited
      .prefault(1000)
      .meta(about('of step 6, for each KMF on PC6', { clause: 'R45', unit: '/s' })),
    pushesPerImsiPerMinute: countOrUnlimited
      .prefault(3)
      .meta(about('each takes a vector', { clause: 'R45', unit: '/min' })),
  })
  .prefault({})
  .meta(about('what it answers at most; a burst may be as large', { clause: 'R45', isLive: true }))

export const kmf = z
  .strictObject({
    fqdn: fqdn
      .optional()
      .meta(
        about('its name toward UEs, in its NAF-ID', { byDefault: 'pkmf.mncMNC.mccMCC.pub.3gppnetwork.org' }),
      ),
    pc8,
    nafKeyMaxAgeSeconds: secondsUpToADay.prefault(43200).meta(
      about('an older NAF key is replaced by GBA push (7b, too old)', {
        clause: 'seed step 7b',
        isLive: true,
      }),
    ),
    issue: z
      .strictObject({
        pdkLifetimeSeconds: secondsUpToADay
          .prefault(3600)
          .meta(about('of a PDK, at most 24 h', { clause: 'R29' })),
      })
      .prefault({})
      .meta(about('keys that it gives out', { isLive: true })),
    proseUeIds: z
      .array(text('lowest-highest', parseRange))
      .min(1)
      .max(64)
      .meta(about("those of our UEs; must not overlap another PLMN's", { clause: 'R2', isLive: true })),
    ownProseSettings: z
      .boolean()
      .default(false)
      .meta(
        about('where the BSF gives no ProSe USS, `subscribers` here says what they may', {
          clause: 'R8',
          isLive: true,
        }),
      ),
    traceParentToBsf: z
      .boolean()
      .default(true)
      .meta(
        about('tells the BSF which set-up a request is of, by an AVP of ours; false for a BSF of others'),
      ),
    pc6Peers: z
      .array(plmn)
      .max(1000)
      .default([])
      .meta(about('PLMNs whose KMFs it talks to', { clause: 'R4', isLive: true })),
    limits,
    ...store,
    diameter,
    admin,
    watch,
    replicas: replicasOf({ pc8: pc8OfInstance.prefault({}).meta(ofPc8), admin }),
  })
  .meta(about('ProSe Key Management Function', { clause: 'TS 33.303 4.2' }))
