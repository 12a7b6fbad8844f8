import { equalOctets } from '../../core/bytes.ts'
import { MalformedMessage, TemporaryFailure } from '../../core/errors.ts'
import { Pdk } from '../../core/keys.ts'
import type { ProseDirectKeyResponse } from '../../reference-points/pc8/exchange.ts'
import { InvalidKeyRequest } from '../../reference-points/pc8/messages.ts'

interface OpenRequest {
  readonly body: Uint8Array
  readonly response: Promise<ProseDirectKeyResponse>
}

/** For who asks again: who asked first wipes his PDK (R33). */
/** Open at once; more end as temporary failure (R43). */
export const mostOpenRequests = 10_000

const copyOf = (response: ProseDirectKeyResponse): ProseDirectKeyResponse =>
  response.outcome === 'key' ? { ...response, pdk: Pdk(response.pdk) } : response

/** Requests of step 4 that have no answer yet: a repetition gets that of the first, other content is invalid (B48, R45). */
export class OpenRequests {
  readonly #capacity: number
  readonly #open = new Map<string, OpenRequest>()

  constructor(capacity = mostOpenRequests) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#open.size
  }

  /** Throws InvalidKeyRequest for an open transaction with another body, TemporaryFailure beyond the capacity (R43). */
  answer(
    sender: string,
    transactionId: number,
    body: Uint8Array,
    start: () => Promise<ProseDirectKeyResponse>,
  ): Promise<ProseDirectKeyResponse> {
    const name = `${sender} ${transactionId}`
    const known = this.#open.get(name)
    if (known) {
      const isRepeat = equalOctets(known.body, body)
      if (isRepeat) return known.response.then(copyOf)
      throw new InvalidKeyRequest(transactionId, new MalformedMessage('transaction-id', 0, 'is open'))
    }
    if (this.#open.size >= this.#capacity) throw new TemporaryFailure('too many open requests')
    const response = start().finally(() => this.#open.delete(name))
    this.#open.set(name, { body, response })
    return response.then((answer) => answer) // a turn after the copies were made
  }
}
