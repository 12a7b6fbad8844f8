import { generateKeyPairSync } from 'node:crypto'
import { utf8 } from '../../core/bytes.ts'

/** A new EC P-256 private key, PEM of PKCS #8. */
export function newPrivateKey(): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return utf8(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
}
