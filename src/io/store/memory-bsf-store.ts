import type { BTid } from '../../core/identities/b-tid.ts'
import { Ks } from '../../core/keys.ts'
import type { Instant } from '../../core/units.ts'
import type { Bootstrap, BootstrapStore } from '../../entities/bsf/ports.ts'

/** Who asks may wipe the Ks that he gets, who puts the one he gave. */
const copyOf = (bootstrap: Bootstrap): Bootstrap => ({ ...bootstrap, ks: Ks(bootstrap.ks) })

/** For simulations: gone with the process. */
export function memoryBootstrapStore(): BootstrapStore {
  const bootstraps = new Map<BTid, Bootstrap>()
  const live = (now: Instant): Bootstrap[] =>
    [...bootstraps.values()]
      .filter((bootstrap) => now < bootstrap.expires)
      .sort((a, b) => a.created - b.created)
  return {
    put: (bootstrap) => Promise.resolve(void bootstraps.set(bootstrap.btid, copyOf(bootstrap))),
    find(btid, now) {
      const bootstrap = bootstraps.get(btid)
      return Promise.resolve(bootstrap && now < bootstrap.expires ? copyOf(bootstrap) : undefined)
    },
    findImpi: (tmpi, now) =>
      Promise.resolve(live(now).findLast((bootstrap) => bootstrap.tmpi === tmpi)?.impi),
    list: (now) => Promise.resolve(live(now).map(copyOf)),
    remove: (btid) => Promise.resolve(bootstraps.delete(btid)),
    forgetExpired(now, limit) {
      const expired = [...bootstraps.values()].filter((bootstrap) => bootstrap.expires <= now).slice(0, limit)
      for (const { btid } of expired) bootstraps.delete(btid)
      return Promise.resolve(expired.length)
    },
  }
}
