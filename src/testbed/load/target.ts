import type { PlmnConfig } from '../../nodes/config/network-config.ts'
import type { LoadUb } from './load-ub.ts'
import type { UeTable } from './ue-table.ts'
import type { LoadWorld } from './world.ts'

/** What takes the transactions of a load. */
export interface Target {
  /** What must be done before a UE can begin such a transaction; undefined when nothing must. */
  preparation(kind: string): ((ue: number) => Promise<unknown>) | undefined
  /** Resolves when the answer was right; throws what went wrong. */
  run(kind: string, ue: number): Promise<void>
  /** False while there is nobody to whom UE-1 could turn. */
  readonly isFree: boolean
  close(): Promise<void>
}

/** What a target is made of. */
export interface TargetSetting {
  readonly world: LoadWorld
  /** Home network of the UEs, which the load goes to. */
  readonly plmn: PlmnConfig
  readonly table: UeTable
  readonly ub: LoadUb
  /** UEs that are UE-2, of which each has PC8 open. */
  readonly ue2: {
    readonly plmn: PlmnConfig
    readonly table: UeTable
    readonly ub: LoadUb
    readonly first: number
    readonly count: number
  }
  /** The node of the file that a Diameter target takes the load for. */
  readonly as: string
}
