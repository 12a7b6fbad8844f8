import { z } from 'zod'
import { adminRoles } from '../../../core/administration.ts'
import { diameterApplications } from '../network-config.ts'
import { about, looksLike } from './about.ts'
import { address, countOrUnlimited, fileName, givenFile, fqdn } from './forms.ts'

/** Where a server listens. */
export const listen = address.prefault('127.0.0.1:0').meta(about('port 0 draws a free one'))

/** What HSS, BSF and KMF say of their store. */
export const store = {
  store: z.enum(['sqlite', 'postgresql']).default('sqlite').meta(about('engine of the store')),
  storeFile: fileName.optional().meta(about('the database of sqlite', { byDefault: 'stores/NODE.db' })),
  storeUrlFile: givenFile.optional().meta(
    about('one line, the URL of the database of postgresql with its password; several hosts', {
      clause: 'R31',
      byDefault: 'secrets/NODE.url',
    }),
  ),
  storeKeyFile: givenFile
    .optional()
    .meta(about('32 octets that seal keys at rest', { clause: 'R32', byDefault: 'secrets/NODE.key' })),
}

/** What every node says of those who watch it. */
export const watch = z
  .strictObject({ listen: address.meta(about('loopback or management: it has no access control')) })
  .optional()
  .meta(about('/metrics, /health and /ready, see docs/watch.md', { byDefault: 'off' }))

const diameterOfInstance = z.strictObject({
  listen,
  originHost: fqdn
    .optional()
    .meta(about('its Diameter identity', { clause: 'RFC 6733 6.3', byDefault: 'NODE.REALM' })),
  certificateFile: givenFile.optional().meta(
    about('PEM, its only name is originHost', {
      clause: 'R38',
      byDefault: 'certs/NODE.pem',
      isLive: true,
    }),
  ),
  certificateKeyFile: givenFile
    .optional()
    .meta(about('PEM of PKCS #8, mode 0600', { clause: 'R38', byDefault: 'certs/NODE.key', isLive: true })),
})

/** One Diameter peer. */
export const peer = z.strictObject({
  host: fqdn.meta(about('its Origin-Host, which its certificate bears', { clause: 'R38' })),
  realm: fqdn
    .optional()
    .meta(about('its Origin-Realm', { clause: 'RFC 6733 6.4', byDefault: 'that of the PLMN' })),
  address: address.optional().meta(about('where it listens', { byDefault: 'what the file says of it' })),
  connect: z
    .boolean()
    .optional()
    .meta(
      about('this node opens the connection', {
        byDefault: 'as without this entry; of a node of no PLMN here, when it has an address',
      }),
    ),
  priority: z
    .int()
    .min(0)
    .max(65535)
    .default(0)
    .meta(
      about('of those that lead to one destination, the available one with the lowest is asked', {
        ...{ clause: 'RFC 6733 2.7', unit: 'rank' },
      }),
    ),
  applications: z
    .array(z.enum(diameterApplications))
    .min(1)
    .optional()
    .meta(about('which may be used with it', { clause: 'R39', byDefault: 'all that it has' })),
  requestsPerSecond: countOrUnlimited
    .prefault('unlimited')
    .meta(about('that it may bring; more are answered 3004', { clause: 'R43', unit: '/s' })),
  relayFor: z
    .array(fqdn)
    .min(1)
    .max(1000)
    .optional()
    .meta(
      about('it is a relay, by which these hosts and realms are reached', {
        ...{ clause: 'RFC 6733 6.1.9', byDefault: 'it is none' },
      }),
    ),
})

const peers = z
  .array(peer)
  .max(1000)
  .default([])
  .meta(
    about('beside those that the file makes, or instead of what it says', { clause: 'R39', isLive: true }),
  )

/** What HSS, BSF and KMF say of their Diameter side. */
export const diameter = diameterOfInstance.extend({ peers }).prefault({}).meta(about('Diameter side'))

/** More instances of an HSS, BSF or KMF, each with `more` of its own. */
export const replicasOf = <More extends z.ZodRawShape>(more: More) => {
  const side = diameterOfInstance.prefault({}).meta(about('Diameter side'))
  return z
    .array(z.strictObject({ diameter: side, watch, ...more }))
    .max(63)
    .default([])
    .meta(about('more instances on the same store: NODE-2, NODE-3, ...; docs/replicas.md'))
}

/** How HSS and KMF are administered. */
export const admin = z
  .strictObject({
    socketFile: fileName
      .optional()
      .meta(about('local socket of mode 0600', { clause: 'R46', byDefault: 'admin/NODE.sock' })),
    auditFile: fileName
      .optional()
      .meta(about('who changed what', { clause: 'R46', byDefault: 'admin/NODE.audit' })),
    listen: address
      .optional()
      .meta(about('mutual TLS, beside the socket', { clause: 'R46', byDefault: 'the socket alone' })),
    certificateFile: givenFile.optional().meta(about('PEM, for listen', { byDefault: 'that of diameter' })),
    certificateKeyFile: givenFile
      .optional()
      .meta(about('PEM of PKCS #8, mode 0600', { byDefault: 'that of diameter' })),
    trustedCaFile: fileName
      .optional()
      .meta(about('PEM; certificates of who asks come from it', { byDefault: 'that of diameter' })),
    roles: z
      .record(z.string().min(1).max(250).meta(looksLike('CERTIFICATE')), z.enum(adminRoles))
      .default({})
      .meta(about('by a name in the certificate; nobody else may ask', { clause: 'R46', isLive: true })),
  })
  .prefault({})
  .meta(about('administration', { clause: 'R46' }))
