import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { later, seconds, type Instant, type Seconds } from '../../core/units.ts'

const day = 86400

/** How long certificates of the lab are good for, and how long before the end they are renewed. */
export const labValidity = {
  ca: { life: seconds(3650 * day), renewBefore: seconds(400 * day) },
  host: { life: seconds(365 * day), renewBefore: seconds(30 * day) },
} as const

const lasts = (certificate: X509Certificate, now: Instant, rest: Seconds): boolean =>
  Date.parse(certificate.validFrom) <= now && later(now, rest) < Date.parse(certificate.validTo)

/** Whether the authority's certificate is that of its key and lasts. */
export function isGoodCaCertificate(pem: Uint8Array, caKey: Uint8Array, now: Instant): boolean {
  const certificate = new X509Certificate(pem)
  return (
    certificate.checkPrivateKey(createPrivateKey(Buffer.from(caKey))) &&
    lasts(certificate, now, labValidity.ca.renewBefore)
  )
}

/** Whether the certificate has this name and key, comes from the lab's authority and lasts. */
export function isGoodHostCertificate(
  pem: Uint8Array,
  host: string,
  keyOfHost: Uint8Array,
  caKey: Uint8Array,
  now: Instant,
): boolean {
  const certificate = new X509Certificate(pem)
  return (
    certificate.checkHost(host, { subject: 'never' }) !== undefined &&
    certificate.checkPrivateKey(createPrivateKey(Buffer.from(keyOfHost))) &&
    certificate.verify(createPublicKey(createPrivateKey(Buffer.from(caKey)))) &&
    lasts(certificate, now, labValidity.host.renewBefore)
  )
}
