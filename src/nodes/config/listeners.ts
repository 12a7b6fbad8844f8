import type { ListenAddress, PlmnConfig } from './network-config.ts'
import type { Path } from './yaml-source.ts'

export type Service = 'diameter' | 'ub' | 'pc8' | 'watch'

/** A server of an HSS, BSF or KMF, and where its address stands in the entry of its PLMN. */
export interface Listener {
  readonly node: string
  readonly service: Service
  readonly path: Path
  readonly listen: ListenAddress
}

/** Path of the n-th instance of an entity, from 0, below the entry of its PLMN. */
export const pathOfInstance = (kind: 'hss' | 'bsf' | 'kmf', at: number): Path =>
  at === 0 ? [kind] : [kind, 'replicas', at - 1]

/** All servers of a PLMN. */
export function listenersOf(plmn: PlmnConfig): readonly Listener[] {
  const diameter = (['hss', 'bsf', 'kmf'] as const).flatMap((kind) =>
    plmn[kind].instances.map(({ name, diameter: { listen } }, at): Listener => ({
      ...{ node: name, service: 'diameter', listen },
      path: [...pathOfInstance(kind, at), 'diameter', 'listen'],
    })),
  )
  const ub = plmn.bsf.instances.map(({ name, ubListen }, at): Listener => ({
    ...{ node: name, service: 'ub', listen: ubListen },
    path: [...pathOfInstance('bsf', at), 'ubListen'],
  }))
  const pc8 = plmn.kmf.instances.map(({ name, pc8: { listen } }, at): Listener => ({
    ...{ node: name, service: 'pc8', listen },
    path: [...pathOfInstance('kmf', at), 'pc8', 'listen'],
  }))
  return [...diameter, ...ub, ...pc8]
}
