import { hex } from '../../core/bytes.ts'
import type { JsonValue, TapEvent, TapMessage, TapState } from '../../core/tap.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import type { Branch } from '../result.ts'
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

  constructor(config: NetworkConfig) {
    this.#config = config
  }

  readonly tap = (event: TapEvent): void => {
    if (event.kind === 'message') this.#message(event)
    else if (event.kind === 'state') this.#state(event)
  }

  /** Branch of step 7 in the set-up with this trace id, or in the last one that `ue` began. */
  branchOf(ue: string, trace = this.#asked.get(ue)): Branch | null {
    return this.#branches.get(trace ?? '') ?? null
  }

  #message({ point, name, from, context, protection, bytes }: TapMessage): void {
    if (point !== 'PC5') return
    if (name === 'DIRECT_COMMUNICATION_REQUEST' && context !== undefined) this.#asked.set(from, context)
    if (protection === 'clear') return
    const counter = `${from} ${context ?? ''} ${counterOf(bytes)}`
    if (this.#counters.has(counter)) this.violations.push(`R27: ${from} used a counter twice: ${counter}`)
    this.#counters.add(counter)
  }

  #state({ what, node, fields, context }: TapState): void {
    if (what === 'branch' && context !== undefined)
      this.#branches.set(context, text(fields['branch']) as Branch)
    if (what === 'fault') this.violations.push(`${node} has a fault of ours: ${text(fields['message'])}`)
    if (what === 'secured') this.#secured(node, text(fields['peer']), fields['role'] === 'initiator')
  }

  #secured(node: string, layer2Id: string, initiated: boolean): void {
    const peer = ueOfLayer2Id(this.#config, layer2Id)
    const [ue1, ue2] = initiated ? [node, peer] : [peer, node]
    if (ue1 === undefined || ue2 === undefined) this.violations.push(`${node} has a link with nobody`)
    else if (!isAuthorised(this.#config, ue1, ue2))
      this.violations.push(`${node} has a link of ${ue1} with ${ue2} that their KMFs do not allow`)
  }
}
