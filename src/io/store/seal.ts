import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { concat, utf8 } from '../../core/bytes.ts'
import { keyFrom, keyOctets, type KeyOctets } from '../../core/keys.ts'
import { systemRandom } from '../system.ts'
import { RecordNotAuthentic } from './errors.ts'

const nonceLength = 12
const tagLength = 16

/** The row that sealed octets belong to: they cannot be read in another row or as another version of it (R32). */
export interface RowIdentity {
  readonly table: string
  /** IMSI, or B-TID and what else names the row. */
  readonly row: string
  /** Raised at each write of the row. */
  readonly version: number
}

const associatedData = ({ table, row, version }: RowIdentity) => utf8(`${table}\n${row}\n${version}`)

/** AES-256-GCM under the key of one store: nonce (12), ciphertext, tag (16). */
export class Seal {
  readonly #key: KeyObject

  /** `key`: 32 octets, not all zero; throws InvalidValue. */
  constructor(key: Uint8Array) {
    this.#key = createSecretKey(keyFrom('store key', key, 32))
  }

  seal(identity: RowIdentity, secret: Uint8Array): Uint8Array {
    const nonce = systemRandom.octets(nonceLength)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(associatedData(identity))
    return concat(nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag())
  }

  /** Throws RecordNotAuthentic. */
  open(identity: RowIdentity, sealed: Uint8Array): KeyOctets {
    const nonce = sealed.subarray(0, nonceLength)
    const secret = sealed.subarray(nonceLength, -tagLength)
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagLength })
      decipher.setAAD(associatedData(identity)).setAuthTag(sealed.subarray(-tagLength))
      return keyOctets(concat(decipher.update(secret), decipher.final()))
    } catch (cause) {
      throw new RecordNotAuthentic(`a row of ${identity.table} was changed outside the store`, undefined, {
        cause,
      })
    }
  }
}
