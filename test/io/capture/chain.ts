import { readFileSync } from 'node:fs'
import { fromHex } from '../../../src/core/bytes.ts'

interface ChainCase {
  readonly diameter: Readonly<Record<string, { readonly hex: string }>>
  readonly links: readonly { readonly request: { readonly frame: string } }[]
}

const file = new URL('../../vectors/chain.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly ChainCase[] }

const diameter = (command: string): Uint8Array => fromHex(cases[0]?.diameter[command]?.hex ?? '')

/** Octets of the first case of the key chain. */
export const chain = {
  MAR: diameter('MAR'),
  MAA: diameter('MAA'),
  BIR: diameter('BIR'),
  BIA: diameter('BIA'),
  PKR: diameter('PKR'),
  PKA: diameter('PKA'),
  requestFrame: fromHex(cases[0]?.links[0]?.request.frame ?? ''),
}
