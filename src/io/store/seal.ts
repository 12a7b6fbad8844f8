import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { concat } from '../../core/bytes.ts'
import { keyFrom, keyOctets, wipe, type KeyOctets } from '../../core/keys.ts'
import { giveBack } from '../../crypto/given-back.ts'
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

/** Where the keys of a store are kept. */
export interface StoreKeys {
  /** The key that seals, then the one before it, while a rotation goes on: 32 octets each. The caller wipes them. */
  read(): readonly Uint8Array[]
  /** Differs once `read` would give others. */
  stamp(): string
}

const associatedData = ({ table, row, version }: RowIdentity) => Buffer.from(`${table}\n${row}\n${version}`)

/** AES-256-GCM under the key of one store: nonce (12), ciphertext, tag (16). A key that is replaced meanwhile is noticed. */
export class Seal {
  readonly #source: StoreKeys
  #keys: readonly KeyObject[] = []
  #stamp: string | undefined

  /** Keys that are not 32 octets or all zero: throws InvalidValue. */
  constructor(source: StoreKeys) {
    this.#source = source
    this.#renew()
  }

  /** Another one than before: what was sealed since may be under a key that is replaced. */
  get stamp(): string | undefined {
    this.#renew()
    return this.#stamp
  }

  seal(identity: RowIdentity, secret: Uint8Array): Uint8Array {
    this.#renew()
    const [key] = this.#keys
    if (!key) throw new RecordNotAuthentic('the store has no key')
    const nonce = systemRandom.octets(nonceLength)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associatedData(identity))
    return concat(nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag())
  }

  /** Throws RecordNotAuthentic. */
  open(identity: RowIdentity, sealed: Uint8Array): KeyOctets {
    const secret = this.#opened(identity, sealed) ?? (this.#renew() && this.#opened(identity, sealed))
    if (secret) return secret
    throw new RecordNotAuthentic(
      `a row of ${identity.table} was changed outside the store, or sealed under a key that is not here`,
    )
  }

  /** The same secret under the key that seals now; undefined when it is that already. Throws RecordNotAuthentic. */
  renewed(identity: RowIdentity, sealed: Uint8Array): Uint8Array | undefined {
    const [key] = this.#keys
    if (key && openUnder(key, identity, sealed)) return undefined
    const secret = this.open(identity, sealed)
    try {
      return this.seal(identity, secret)
    } finally {
      wipe(secret)
    }
  }

  #opened(identity: RowIdentity, sealed: Uint8Array): KeyOctets | undefined {
    for (const key of this.#keys) {
      const secret = openUnder(key, identity, sealed)
      if (secret) return secret
    }
    return undefined
  }

  /** Whether there are other keys than before. */
  #renew(): boolean {
    const stamp = this.#source.stamp()
    if (stamp === this.#stamp) return false
    const keys = this.#source.read()
    this.#keys = keys.map((key) => createSecretKey(keyFrom('store key', key, 32)))
    this.#stamp = stamp
    wipe(...keys)
    return true
  }
}

/** Undefined when it was sealed under another key, or for another row, or changed. */
function openUnder(key: KeyObject, identity: RowIdentity, sealed: Uint8Array): KeyOctets | undefined {
  const nonce = sealed.subarray(0, nonceLength)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
    decipher.setAAD(associatedData(identity)).setAuthTag(sealed.subarray(-tagLength))
    const secret = decipher.update(sealed.subarray(nonceLength, -tagLength))
    decipher.final()
    const octets = keyOctets(secret)
    wipe(secret)
    giveBack(secret)
    return octets
  } catch {
    return undefined
  }
}
