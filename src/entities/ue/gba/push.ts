import type { Resynchronisation } from '../../../core/aka.ts'
import { equalOctets, hex } from '../../../core/bytes.ts'
import type { Clock } from '../../../core/environment.ts'
import {
  InvalidValue,
  MacMismatch,
  MalformedMessage,
  ProseError,
  TemporaryFailure,
} from '../../../core/errors.ts'
import type { NafId } from '../../../core/identities/naf-id.ts'
import type { PTid } from '../../../core/identities/p-tid.ts'
import { wipe, type KsNaf } from '../../../core/keys.ts'
import type { Instant } from '../../../core/units.ts'
import { gpiNafId, openGpi, readGpi, type SealedGpi } from '../../../crypto/gba-push-info.ts'
import { GpiForeignNaf, GpiInvalid } from '../../../reference-points/pc5/errors.ts'
import type { HeldKs, Usim } from '../ports.ts'
import { ksAfter } from './held-ks.ts'

const clause = 'CR 33.303 6.X.3.2 step 13'
/** P-TIDs of GPIs that made a link, until they expire (R43). */
const pTidsRemembered = 1024

/** What a good GPI brings: the NAF SA, of which nothing is kept before `commit`. TS 33.223 5.3. */
export interface PushedKey {
  readonly ptId: PTid
  /** Ks_(ext)_NAF under the NAF_Id of step 3. */
  readonly ksNaf: KsNaf
  readonly expires: Instant
  /** Takes the SQN; a card with GBA_U loses the Ks it had, and the B-TID serves no more. */
  readonly takeSqn: () => void
}

/** What the USIM makes of a GPI. */
export type GpiReading =
  | { readonly outcome: 'key'; readonly pushed: PushedKey }
  | { readonly outcome: 'synchronisation-failure'; readonly resynchronisation: Resynchronisation }
  | { readonly outcome: 'failed'; readonly error: ProseError }

export interface GbaPushPorts {
  readonly usim: Usim
  readonly clock: Clock
}

/** GBA push at UE-1. TS 33.223 5.3, CR 33.303 6.X.3.2 step 13. */
export class GbaPush {
  readonly #ports: GbaPushPorts
  readonly #taken = new Map<string, Instant>()

  constructor(ports: GbaPushPorts) {
    this.#ports = ports
  }

  /**
   * AUTN: MAC, then SQN; then the MAC of the GPI, its TLVs, and that it is for the NAF asked for (R23). Never throws and
   * changes nothing; expiry and P-TID are looked at with each Command that brings this GPI.
   */
  async read(gpi: Uint8Array, nafId: NafId): Promise<GpiReading> {
    try {
      return await this.#read(gpi, nafId)
    } catch (error) {
      return { outcome: 'failed', error: asGpiError(error) }
    }
  }

  /** The NAF SA is made: SQN is taken, the P-TID may not come again, one GPI makes one link (R24). */
  commit({ ptId, expires, takeSqn }: PushedKey): void {
    const now = this.#ports.clock.now()
    takeSqn()
    for (const [known, until] of this.#taken) if (until <= now) this.#taken.delete(known)
    this.#taken.set(hex(ptId), expires)
    const [oldest] = this.#taken.keys()
    if (this.#taken.size > pTidsRemembered && oldest !== undefined) this.#taken.delete(oldest)
  }

  /** Whether a GPI with that P-TID made a link already. */
  isTaken(ptId: PTid): boolean {
    return this.#taken.has(hex(ptId))
  }

  async #read(gpi: Uint8Array, nafId: NafId): Promise<GpiReading> {
    const { usim } = this.#ports
    const { rand, autn, uiccAppLabel } = readGpi(gpi)
    if (uiccAppLabel !== 'USIM') throw new GpiInvalid('the UICC has no such application', clause)
    const aka = await usim.authenticate(rand, autn)
    if (aka.outcome === 'mac-failure') throw new GpiInvalid('MAC of AUTN', clause)
    if (aka.outcome === 'synchronisation-failure')
      return { outcome: 'synchronisation-failure', resynchronisation: { rand, auts: aka.auts } }
    const ks = ksAfter(aka.keys, rand, usim.impi)
    try {
      const { ptId, nafId: named, keyExpiry: expires } = await opened(gpi, ks)
      if (!equalOctets(named, nafId)) throw new GpiForeignNaf('the GPI is for another NAF', clause)
      const ksNaf = await ks.nafKey(nafId)
      return { outcome: 'key', pushed: { ptId, ksNaf, expires, takeSqn: () => aka.commit() } }
    } finally {
      ks.erase()
      wipe(aka.res)
    }
  }
}

async function opened(gpi: Uint8Array, ks: HeldKs): Promise<SealedGpi> {
  const kGpi = await ks.nafKey(gpiNafId)
  try {
    return openGpi(gpi, kGpi)
  } finally {
    wipe(kGpi)
  }
}

/** Erases the key of a reading that is of no use any more (R33). */
export function forgetReading(reading: GpiReading): void {
  if (reading.outcome === 'key') wipe(reading.pushed.ksNaf)
}

/** A USIM that gives no answer is nobody's fault, and no reason to tell the peer anything. */
function asGpiError(error: unknown): ProseError {
  if (error instanceof MacMismatch || error instanceof MalformedMessage || error instanceof InvalidValue)
    return new GpiInvalid('the GPI does not verify', clause, { cause: error })
  if (error instanceof ProseError) return error
  return new TemporaryFailure('the USIM does not answer', clause, { cause: error })
}
