import { nafIdOf, uaIds } from '../../core/identities/naf-id.ts'
import type { Pc8Association } from '../../entities/ue/ports.ts'
import { isBranchKind, KeyRequests, traceOfLoad } from './key-requests.ts'
import { forget } from './load-ub.ts'
import { inParallel } from './in-parallel.ts'
import { WrongLoad } from './mix.ts'
import { Pool } from './pool.ts'
import type { Target, TargetSetting } from './target.ts'
import { pc8Of, ue2Station } from './ue2-stations.ts'

/** The KMF of UE-2, asked for PDKs over connections that are kept, or for new connections. */
export async function pc8Target(setting: TargetSetting): Promise<Target> {
  const { world, plmn, table, ub, ue2 } = setting
  if ((ue2.plmn.extensions.get(plmn.plmn) ?? 0) !== 0)
    throw new WrongLoad(
      'PC8 is loaded without extensions',
      `take ${plmn.plmn} out of extensions, or load pc5`,
    )
  const stations = Array.from({ length: ue2.count }, (_, nth) => ue2Station(nth, setting))
  const pool = new Pool(stations)
  const associations = new Map<number, Pc8Association>()
  const close = async () => {
    for (const association of associations.values()) forget(association)
    await Promise.all(stations.map((station) => station.close()))
  }
  const nafId = nafIdOf(plmn.kmf.fqdn, uaIds.prose)
  const requests = new KeyRequests(plmn, table, ub, world, (_ue, ue1Id) =>
    pool.using(async ({ ue2Id, keys }) => {
      const retrieval = await keys.retrieve({ ue1Id, ue2Id, nafId, extensions: 0 }, traceOfLoad(world))
      if (retrieval.outcome === 'refused') throw retrieval.error
      return { ue2Id, answer: retrieval.outcome === 'key' ? retrieval : ('renegotiate' as const) }
    }),
  )
  const associate = async (ue: number): Promise<Pc8Association> => {
    const association = await ub.associate(ue)
    associations.set(ue, association)
    return association
  }
  try {
    await inParallel(stations, (station) => station.session.open())
  } catch (error) {
    await close()
    throw error
  }
  return {
    get isFree() {
      return pool.isFree
    },
    preparation(kind) {
      if (isBranchKind(kind)) return requests.preparation(kind)
      return associate
    },
    async run(kind, ue) {
      if (isBranchKind(kind)) return requests.run(kind, ue)
      const client = pc8Of(ue, plmn, world)
      try {
        await client.open(associations.get(ue) ?? (await associate(ue)))
      } finally {
        await client.close()
      }
    },
    close,
  }
}
