import { readFileSync } from 'node:fs'
import { fromHex } from '../../../src/core/bytes.ts'

/** An AVP of the vectors: name and value, a list for a grouped one. */
export type VectorAvp = readonly [name: string, value: string | number | readonly VectorAvp[]]

export interface VectorMessage {
  readonly label: string
  readonly name: string
  readonly applicationId: number
  readonly commandCode: number
  readonly flags: string
  readonly hopByHop: number
  readonly endToEnd: number
  readonly avps: readonly VectorAvp[]
  readonly octets: Uint8Array
}

interface VectorFile {
  readonly cases: readonly {
    readonly seed: string
    readonly diameter: Readonly<
      Record<string, Omit<VectorMessage, 'octets' | 'label' | 'name'> & { hex: string }>
    >
  }[]
}

const file = new URL('../../vectors/chain.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as VectorFile

/** Every Diameter message of the chain, all cases and variants. */
export const chainMessages: readonly VectorMessage[] = cases.flatMap(({ seed, diameter }) =>
  Object.entries(diameter).map(([name, message]) => ({
    ...message,
    label: `${seed} ${name}`,
    name: name.slice(0, 3),
    octets: fromHex(message.hex),
  })),
)

/** The example of the BIR: 420 octets, B-TID of the RAND of TS 35.207 set 1, Ua id ff00000002. */
export const exampleBir = fromHex(
  '010001a4c00001360100000400000001000000020000010740000033706b6d66312e6570632e6d6e633030312e6d63633030312e336770706e6574776f726b2e' +
    '6f72673b313b310000000104400000200000010a4000000c000028af000001024000000c01000004000001154000000c00000001000001084000002f706b6d66' +
    '312e6570632e6d6e633030312e6d63633030312e336770706e6574776f726b2e6f72670000000128400000296570632e6d6e633030312e6d63633030312e3367' +
    '70706e6574776f726b2e6f72670000000000011b400000296570632e6d6e633030312e6d63633030312e336770706e6574776f726b2e6f726700000000000193' +
    'c0000013000028af313030303030310000000191c000004a000028af4931553876705933714a306869755a4e726b652f4e513d3d406273662e6d6e633030312e' +
    '6d63633030312e7075622e336770706e6574776f726b2e6f7267000000000192c0000037000028af706b6d662e6d6e633030312e6d63633030312e7075622e33' +
    '6770706e6574776f726b2e6f7267ff000000020000000197c0000010000028af00000000',
)
