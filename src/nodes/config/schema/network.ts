import { z } from 'zod'
import { extensionNames } from '../../../core/extension-set.ts'
import { projectValues } from '../../../core/project-values.ts'
import { about, looksLike } from './about.ts'
import { bsf } from './bsf.ts'
import { address, fileName, givenFile, fqdn, plmn } from './forms.ts'
import { hss } from './hss.ts'
import { kmf } from './kmf.ts'
import { subscriber } from './subscriber.ts'
import { ueShape } from './ue.ts'

/** One entry of `plmns`. */
export const plmnShape = z.strictObject({
  plmn: plmn.meta(about('MCC-MNC', { clause: 'TS 23.003 2.2' })),
  realm: fqdn.optional().meta(
    about('its Diameter realm', {
      clause: 'TS 23.003 19.2',
      byDefault: 'epc.mncMNC.mccMCC.3gppnetwork.org',
    }),
  ),
  // A rule says which PLMNs may stand here.
  extensions: z
    .record(z.string().meta(looksLike('PLMN')), z.array(z.enum(extensionNames)))
    .default({})
    .meta(about('SECURITY.md; the other PLMN needs the same for this one', { isLive: true })),
  hss,
  bsf,
  kmf,
  subscribers: z
    .array(subscriber)
    .max(100_000)
    .default([])
    .meta(about('what the HSS and the KMF know of them', { isLive: true })),
})

export const labShape = z.strictObject({
  directory: fileName.meta(
    about('stores, lab CA, certificates, secrets; in the folder you call from; delete it to begin anew'),
  ),
  createMissingSecrets: z.boolean().default(true).meta(about('random, mode 0600, never overwritten')),
})

const pc5Bearer = z
  .strictObject({
    group: z.ipv4().default(projectValues.labGroup.value).meta(about('multicast group')),
    port: z
      .int()
      .min(1)
      .max(65534)
      .default(projectValues.labPort.value)
      .meta(about('of SL-SCH; SL-DCH uses the next one', { unit: 'UDP port' })),
    interface: z.ipv4().default('127.0.0.1').meta(about('address of the network interface')),
    peers: z.array(address).max(64).default([]).meta(about('instead of multicast')),
  })
  .prefault({})
  .meta(about('testbed and tests draw a free pair of ports'))

/** The whole file. */
export const networkShape = z.strictObject({
  version: z.literal(1).meta(about('of this form of file')),
  lab: labShape.optional().meta(about('leave out in a real network: then every file below must exist')),
  diameter: z
    .strictObject({
      trustedCaFile: givenFile
        .default('ca/ca.pem')
        .meta(about('PEM; certificates of peers must come from it', { clause: 'R38', isLive: true })),
      unsafePlainTcp: z
        .boolean()
        .default(false)
        .meta(about('Diameter without TLS, for measuring and teaching only')),
    })
    .prefault({})
    .meta(about('what all Diameter connections share')),
  tracing: z
    .strictObject({
      otlpUrl: z
        .url({ protocol: /^https?$/ })
        .meta({ ...looksLike('URL'), ...about('collector, such as http://127.0.0.1:4318/v1/traces') }),
    })
    .optional()
    .meta(about('spans as OTLP over HTTP', { byDefault: 'OTEL_EXPORTER_OTLP_ENDPOINT, else off' })),
  plmns: z.array(plmnShape).min(1).max(1000).meta(about('home networks')),
  ues: z
    .record(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,31}$/)
        .meta(looksLike('NAME')),
      ueShape,
    ) // prettier-ignore
    .default({})
    .meta(about('of the testbed: UE-1 is the first, UE-2 the next that can be discovered')),
  pc5Bearer,
})

export type NetworkShape = z.output<typeof networkShape>
export type PlmnShape = z.output<typeof plmnShape>
export type SubscriberShape = z.output<typeof subscriber>
export type UeShape = z.output<typeof ueShape>
