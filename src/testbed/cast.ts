import type { NetworkConfig, UeConfig } from '../nodes/config/network-config.ts'

/** The UEs of a scenario. */
export type Part = 'ue1' | 'ue2' | 'ue3'

export interface Cast {
  readonly ue1: UeConfig
  readonly ue2: UeConfig
  readonly ue3?: UeConfig
}

/** UE-1 is the first of the configuration, UE-2 the next that can be discovered, UE-3 the first of the others. */
export function castOf({ ues: [ue1, ...others] }: Pick<NetworkConfig, 'ues'>): Cast {
  const ue2 = others.find(({ discovery }) => discovery !== 'none') ?? others[0]
  if (!ue1 || !ue2) throw new Error('a link needs two UEs')
  const ue3 = others.find((ue) => ue !== ue2)
  return { ue1, ue2, ...(ue3 && { ue3 }) }
}
