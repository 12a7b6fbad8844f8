import type { Clock, Timers } from '../../core/environment.ts'
import {
  InvalidValue,
  KeyRequestFailed,
  NotAuthorised,
  Outage,
  Pc8IdentityRefused,
  ProseError,
  TemporaryFailure,
} from '../../core/errors.ts'
import type { ProseUeId } from '../../core/identities/prose.ts'
import { Pdk, wipe } from '../../core/keys.ts'
import { seconds, type Instant } from '../../core/units.ts'
import type {
  KeyErrorCode,
  ProseDirectKeyRequest,
  ProseDirectKeyResponse,
} from '../../reference-points/pc8/exchange.ts'
import { within } from './deadline.ts'
import type { Pc8Session } from './pc8-session.ts'
import type { Pc8Port } from './ports.ts'

const clause = 'CR 33.303 6.X.3.2 step 10'
const requestDeadline = seconds(13)

/** What step 10 gave UE-2, or what it sends to UE-1 instead of a Command. */
export type KeyRetrieval =
  | {
      readonly outcome: 'key'
      readonly pdk: Pdk
      readonly expires: Instant
      readonly gpi?: Uint8Array
      readonly ue1ProseUeIds: readonly ProseUeId[]
    }
  | { readonly outcome: 'bootstrapping-renegotiation' }
  | { readonly outcome: 'refused'; readonly error: ProseError }

export type KeyRequest = Omit<ProseDirectKeyRequest, 'transactionId'>

export interface KeyRetrievalPorts {
  readonly pc8: Pc8Port
  readonly session: Pc8Session
  readonly clock: Clock
  readonly timers: Timers
}

/** Steps 4 and 10 for UE-2: opens PC8 when it is gone, asks, and believes nothing of the answer unchecked (B49). */
export class KeyRetrievals {
  readonly #ports: KeyRetrievalPorts
  #lastTransaction = 0

  constructor(ports: KeyRetrievalPorts) {
    this.#ports = ports
  }

  /** Never throws: what goes wrong is the outcome. `context` is the trace id of the set-up. */
  async retrieve(request: KeyRequest, context: string): Promise<KeyRetrieval> {
    this.#lastTransaction = (this.#lastTransaction + 1) % 2 ** 32
    const whole = { ...request, transactionId: this.#lastTransaction }
    try {
      const answer = await this.#ask(whole, context)
      try {
        return checkedAnswer(whole, answer, this.#ports.clock.now())
      } finally {
        if (answer.outcome === 'key') wipe(answer.pdk)
      }
    } catch (error) {
      return { outcome: 'refused', error: asProseError(error) }
    }
  }

  async #ask(request: ProseDirectKeyRequest, context: string): Promise<ProseDirectKeyResponse> {
    const { session, pc8 } = this.#ports
    await session.open(context)
    try {
      return await this.#send(request, context)
    } catch (error) {
      if (error instanceof Pc8IdentityRefused) await session.renew(context)
      else if (error instanceof Outage && !pc8.isOpen) await session.open(context)
      else throw error
      return await this.#send(request, context)
    }
  }

  #send(request: ProseDirectKeyRequest, context: string): Promise<ProseDirectKeyResponse> {
    const { timers, pc8 } = this.#ports
    return within(timers, requestDeadline, pc8.requestKey(request, context), (late) => {
      if (late.outcome === 'key') wipe(late.pdk)
    })
  }
}

/** What error-code of step 10 means to UE-2; no text goes with a code (R10). */
const errorOfCode: Readonly<Record<KeyErrorCode, () => ProseError>> = {
  1: () => new KeyRequestFailed('the KMF calls the key request invalid', clause),
  2: () => new NotAuthorised('the KMF does not authorise this link', clause),
  3: () => new TemporaryFailure('the KMF cannot answer now', clause),
  4: () => new KeyRequestFailed('the KMF has no key for this link', clause),
}

function checkedAnswer(
  request: KeyRequest & { transactionId: number },
  answer: ProseDirectKeyResponse,
  now: Instant,
): KeyRetrieval {
  if (answer.transactionId !== request.transactionId)
    throw new KeyRequestFailed('the answer belongs to another transaction', clause)
  if (answer.outcome === 'error') return { outcome: 'refused', error: errorOfCode[answer.code]() }
  if (answer.outcome === 'bootstrapping-renegotiation') return { outcome: answer.outcome }
  const { pdk, keyExpiry, gpi, ue1ProseUeIds } = answer
  if (keyExpiry <= now) throw new KeyRequestFailed('the key given has expired', clause)
  const needsGpi = request.ue1Id.kind === 'imsi' || request.resynchronisation !== undefined
  if (needsGpi && !gpi) throw new KeyRequestFailed('a pushed key came without its GPI', clause)
  if (gpi && (gpi.length < 3 || gpi.length > 1024))
    throw new KeyRequestFailed('the GPI given fits no Command', clause)
  return { outcome: 'key', pdk: Pdk(pdk), expires: keyExpiry, ue1ProseUeIds, ...(gpi && { gpi }) }
}

/** A PDK of wrong length, or of zeros, is the KMF's fault and not our caller's (R30). */
function asProseError(error: unknown): ProseError {
  if (error instanceof InvalidValue)
    return new KeyRequestFailed('the answer of the KMF cannot be used', clause, { cause: error })
  if (error instanceof Pc8IdentityRefused)
    return new TemporaryFailure('the KMF refused a B-TID twice', clause, { cause: error })
  if (error instanceof ProseError) return error
  return new TemporaryFailure('the key request could not be made', clause, { cause: error })
}
