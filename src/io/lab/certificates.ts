import 'reflect-metadata'
import { createPrivateKey, createPublicKey, webcrypto, type KeyObject } from 'node:crypto'
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
import { labValidity } from './good-certificates.ts'

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const caName = 'CN=Sidelock lab CA'

cryptoProvider.set(webcrypto)

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
