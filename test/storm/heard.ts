import type { Line } from '../testbed/sidelock-child.ts'
import type { History } from './history.ts'
import type { Supervision } from './supervised-node.ts'

/** SIP-Authenticate (609 of 3GPP, 44 octets) of an MAA begins with RAND. TS 29.229 6.3.10. */
const sipAuthenticate = /00000261c000002c000028af([0-9a-f]{32})/

/** What the functions of a storm said that matters for its history. */
export class Heard implements Supervision {
  readonly vectors: History['vectors'][number][] = []
  readonly rands: History['rands'][number][] = []
  readonly nafKeys: string[] = []
  readonly ends: string[] = []
  readonly #highest = new Map<string, number>()

  readonly onLine = (line: Line): void => {
    const { what = '', node = '', imsi, sqn, btid } = line
    if (what.startsWith('vector') && imsi !== undefined && sqn !== undefined) this.#vector(imsi, sqn)
    if (what === 'pc8-associated' && btid !== undefined) this.nafKeys.push(btid)
    if (what === 'fault') this.ends.push(`${node} has a fault: ${line.code ?? ''} ${line.message ?? ''}`)
    if (line.name === 'MAA') this.#maa(line)
  }

  readonly onEnd = (how: string): void => {
    this.ends.push(how)
  }

  /** The highest SQN that was released for this masked IMSI. */
  highestSqn(imsi: string): number {
    return this.#highest.get(imsi) ?? 0
  }

  #vector(imsi: string, sqn: string): void {
    this.vectors.push({ imsi, sqn })
    this.#highest.set(imsi, Math.max(this.highestSqn(imsi), Number.parseInt(sqn, 16)))
  }

  /** End-to-end identifier: octets 16 to 19 of the header. RFC 6733 3. */
  #maa({ from = '', bytes = '' }: Line): void {
    const [, rand] = sipAuthenticate.exec(bytes) ?? []
    if (rand !== undefined) this.rands.push({ rand, answer: `${from} ${bytes.slice(32, 40)}` })
  }
}
