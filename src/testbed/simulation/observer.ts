import { hex } from '../../core/bytes.ts'
import type { JsonValue, TapEvent, TapMessage, TapState } from '../../core/tap.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import type { Branch } from '../result.ts'
import type { Act, DrawnRun } from './drawn-run.ts'
import { isAuthorised, ueOfLayer2Id } from './expectation.ts'

/** KD-sess ID and SN of the PDCP header of a frame on SL-SCH: octets 9 to 12. */
const counterOf = (frame: Uint8Array): string => hex(frame.subarray(9, 13))

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

/** Watches the tap for what must never happen. */
export class Observer {
  /** What went against a rule, in words. */
  readonly violations: string[] = []
  readonly #config: NetworkConfig
  readonly #counters = new Set<string>()
  readonly #branches = new Map<string, Branch>()
  readonly #asked = new Map<string, string>()
  /** Nonce_1 of the last REQUEST of each UE. */
  readonly #nonces = new Map<string, string>()
  readonly #renegotiated = new Set<string>()
  readonly #onlyOutages: boolean
  readonly #wasOnTheAir: (nonce1: string) => boolean

  /** `wasOnTheAir`: whether a re-negotiation request with this Nonce_1, in hex, was. */
  constructor(run: DrawnRun, wasOnTheAir: (nonce1: string) => boolean) {
    this.#config = run.config
    this.#onlyOutages = hasOnlyOutages(run)
    this.#wasOnTheAir = wasOnTheAir
  }

  readonly tap = (event: TapEvent): void => {
    if (event.kind === 'message') this.#message(event)
    else if (event.kind === 'state') this.#state(event)
  }

  /** Branch of step 7 in the set-up with this trace id, or in the last one that `ue` began. */
  branchOf(ue: string, trace = this.#asked.get(ue)): Branch | null {
    return this.#branches.get(trace ?? '') ?? null
  }

  #message({ point, name, from, context, protection, bytes, fields }: TapMessage): void {
    if (point !== 'PC5') return
    if (name === 'DIRECT_COMMUNICATION_REQUEST' && context !== undefined) {
      this.#asked.set(from, context)
      this.#nonces.set(from, text(fields['nonce1']))
    }
    if (name === 'BOOTSTRAPPING_RENEGOTIATION_REQUEST' && this.#onlyOutages)
      this.violations.push(`R14: ${from} asks for a re-negotiation, and every B-TID is known`)
    if (protection === 'clear') return
    const counter = `${from} ${context ?? ''} ${counterOf(bytes)}`
    if (this.#counters.has(counter)) this.violations.push(`R27: ${from} used a counter twice: ${counter}`)
    this.#counters.add(counter)
  }

  #state({ what, node, fields, context }: TapState): void {
    if (what === 'branch' && context !== undefined)
      this.#branches.set(context, text(fields['branch']) as Branch)
    if (what === 'fault') this.violations.push(`${node} has a fault of ours: ${text(fields['message'])}`)
    if (what === 'renegotiation') this.#renegotiation(node, context ?? '')
    if (what === 'secured') this.#secured(node, text(fields['peer']), fields['role'] === 'initiator')
  }

  #renegotiation(node: string, context: string): void {
    const setUp = `${node} ${context}`
    if (this.#renegotiated.has(setUp)) this.violations.push(`R12: ${node} re-negotiates twice in a set-up`)
    this.#renegotiated.add(setUp)
    if (!this.#wasOnTheAir(this.#nonces.get(node) ?? ''))
      this.violations.push(`R12: ${node} re-negotiates, and nobody asked with its Nonce_1`)
  }

  #secured(node: string, layer2Id: string, initiated: boolean): void {
    const peer = ueOfLayer2Id(this.#config, layer2Id)
    const [ue1, ue2] = initiated ? [node, peer] : [peer, node]
    if (ue1 === undefined || ue2 === undefined) this.violations.push(`${node} has a link with nobody`)
    else if (!isAuthorised(this.#config, ue1, ue2))
      this.violations.push(`${node} has a link of ${ue1} with ${ue2} that their KMFs do not allow`)
  }
}

const harmless: readonly Act['kind'][] = ['call', 'release', 'mute', 'end', 'silence']

/** Nobody forgets a B-TID, none expires, and none comes that no UE sent: only answers are missing. */
const hasOnlyOutages = ({ preparation, acts, radio, hasLastingKeys, attacked }: DrawnRun): boolean =>
  hasLastingKeys &&
  !attacked &&
  !preparation.expired &&
  !preparation.forgotten &&
  (radio?.changed ?? 0) === 0 &&
  acts.every(({ kind }) => harmless.includes(kind))
