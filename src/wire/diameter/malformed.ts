import { MalformedMessage } from '../../core/errors.ts'

/**
 * A Diameter message that breaks RFC 6733 or its grammar: the Result-Code of the answer, and the AVP (header, data,
 * padding) for its Failed-AVP. The AVP may be a key: it prints nowhere (R31).
 */
export class MalformedDiameter extends MalformedMessage {
  readonly resultCode: number
  readonly #failedAvp: Uint8Array | undefined

  constructor(
    field: string,
    offset: number,
    reason: string,
    answer: { readonly resultCode: number; readonly failedAvp?: Uint8Array | undefined },
    options?: ErrorOptions,
  ) {
    super(field, offset, reason, { clause: 'RFC 6733 7.1', ...options })
    this.resultCode = answer.resultCode
    this.#failedAvp = answer.failedAvp
  }

  get failedAvp(): Uint8Array | undefined {
    return this.#failedAvp
  }
}
