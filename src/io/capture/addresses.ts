import type { Name } from './pcapng.ts'

/** What a capture needs to know of a node to give it an address. */
export interface CapturedNode {
  readonly name: string
  readonly role: 'hss' | 'bsf' | 'kmf' | 'ue'
  readonly plmn: string
}

const roleOctet = { hss: 1, bsf: 2, kmf: 3, ue: 4 } as const

/**
 * One IPv4 address for each node, as the captures show them: 10, number of its PLMN, its role (HSS 1, BSF 2, KMF 3,
 * UE 4), number within these. The sockets were all on loopback, where addresses tell nothing.
 */
export function nodeAddresses(nodes: readonly CapturedNode[]): ReadonlyMap<string, Uint8Array> {
  const plmns = [...new Set(nodes.map((node) => node.plmn))]
  const seen = new Map<string, number>()
  const addresses = new Map<string, Uint8Array>()
  for (const { name, role, plmn } of nodes) {
    const place = `${plmn} ${role}`
    const number = (seen.get(place) ?? 0) + 1
    seen.set(place, number)
    addresses.set(name, Uint8Array.of(10, plmns.indexOf(plmn) + 1, roleOctet[role], number))
  }
  return addresses
}

export const namesOf = (addresses: ReadonlyMap<string, Uint8Array>): Name[] =>
  Array.from(addresses, ([name, address]) => ({ name, address }))
