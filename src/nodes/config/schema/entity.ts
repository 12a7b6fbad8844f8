import { z } from 'zod'
import { adminRoles } from '../../../core/administration.ts'
import { about, looksLike } from './about.ts'
import { address, fileName, givenFile, fqdn } from './forms.ts'

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

/** What HSS, BSF and KMF say of their Diameter side. */
export const diameter = z
  .strictObject({
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
  .prefault({})
  .meta(about('Diameter side'))

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
      .meta(about('by a name in the certificate; nobody else may ask', { clause: 'R46' })),
  })
  .prefault({})
  .meta(about('administration', { clause: 'R46' }))
