import 'reflect-metadata'
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  webcrypto,
  X509Certificate,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type Extension,
} from '@peculiar/x509'
import { hex, utf8 } from '../../core/bytes.ts'
import { later, seconds, type Instant, type Seconds } from '../../core/units.ts'
import { systemRandom } from '../system.ts'

const day = 86400
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const caName = 'CN=Sidelock lab CA'

/** How long certificates of the lab are good for, and how long before the end they are renewed. */
const labValidity = {
  ca: { life: seconds(3650 * day), renewBefore: seconds(400 * day) },
  host: { life: seconds(365 * day), renewBefore: seconds(30 * day) },
} as const

cryptoProvider.set(webcrypto)

/** A new EC P-256 private key, PEM of PKCS #8. */
export function newPrivateKey(): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return utf8(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
}

const signingKey = (key: KeyObject) =>
  webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), ecdsa, false, ['sign'])

const verifyingKey = (key: KeyObject) =>
  webcrypto.subtle.importKey(
    'spki',
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    ecdsa,
    true,
    ['verify'],
  )

interface Certified {
  readonly subject: string
  readonly key: KeyObject
  readonly caKey: KeyObject
  readonly now: Instant
  readonly life: Seconds
  readonly extensions: readonly Extension[]
}

async function certificate({ subject, key, caKey, now, life, extensions }: Certified): Promise<Uint8Array> {
  const publicKey = await verifyingKey(key)
  const issued = await X509CertificateGenerator.create({
    serialNumber: `01${hex(systemRandom.octets(15))}`,
    subject,
    issuer: caName,
    notBefore: new Date(later(now, seconds(-3600))),
    notAfter: new Date(later(now, life)),
    signingAlgorithm: ecdsa,
    publicKey,
    signingKey: await signingKey(caKey),
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(await verifyingKey(caKey)),
    ],
  })
  return utf8(`${issued.toString('pem')}\n`)
}

/** PEM of the certificate of the lab's own authority; `caKey` is PEM. */
export function newCaCertificate(caKey: Uint8Array, now: Instant): Promise<Uint8Array> {
  const key = createPrivateKey(Buffer.from(caKey))
  const extensions = [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ]
  return certificate({ subject: caName, key, caKey: key, now, life: labValidity.ca.life, extensions })
}

/** PEM of the certificate of a Diameter entity, for both ends of TLS; its name is its Origin-Host (R38). */
export function newHostCertificate(
  host: string,
  keyOfHost: Uint8Array,
  caKey: Uint8Array,
  now: Instant,
): Promise<Uint8Array> {
  const extensions = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    new SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
  ]
  return certificate({
    // A common name has at most 64 characters (X.520).
    subject: host.length <= 64 ? `CN=${host}` : 'O=Sidelock lab',
    key: createPrivateKey(Buffer.from(keyOfHost)),
    caKey: createPrivateKey(Buffer.from(caKey)),
    now,
    life: labValidity.host.life,
    extensions,
  })
}

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
