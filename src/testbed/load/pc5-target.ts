import { Refused, TemporaryFailure, type ProseError } from '../../core/errors.ts'
import { keyOctets, KsNaf } from '../../core/keys.ts'
import type { GbaPort, Pc8Port, UeBootstrap, Usim } from '../../entities/ue/ports.ts'
import { Ue } from '../../entities/ue/ue.ts'
import { completeUe } from '../../nodes/config/complete.ts'
import type { PlmnConfig } from '../../nodes/config/network-config.ts'
import { ueShape } from '../../nodes/config/schema/ue.ts'
import { ueSettingsOf } from '../../nodes/ue-node.ts'
import { Air } from './air.ts'
import { inParallel } from './in-parallel.ts'
import { isBranchKind, KeyRequests, type BranchKind } from './key-requests.ts'
import type { LoadUb } from './load-ub.ts'
import { Pool } from './pool.ts'
import type { Target, TargetSetting } from './target.ts'
import type { HeldBTid, UeTable } from './ue-table.ts'
import { pc8Of, proseUeIdOf } from './ue2-stations.ts'
import { WrongAnswer } from './verify.ts'
import type { LoadWorld } from './world.ts'

/** A set-up that ended otherwise than with a link; its code is that of the set-up. */
class NotSecured extends Refused {
  readonly code: ProseError['code']

  constructor(code: ProseError['code'], message: string) {
    super(message)
    this.code = code
  }
}

function notSecured(code: ProseError['code'] | null, outcome: string, step: string | null): ProseError {
  const message = `${outcome} at step ${step ?? 'unknown'}`
  return code === 'ERR_TEMPORARY_FAILURE'
    ? new TemporaryFailure(message)
    : new NotSecured(code ?? 'ERR_UNEXPECTED', message)
}

const noPc8: Pc8Port = {
  isOpen: false,
  open: () => Promise.reject(new TemporaryFailure('UE-1 of a load opens no PC8')),
  requestKey: () => Promise.reject(new TemporaryFailure('UE-1 of a load opens no PC8')),
  close: () => Promise.resolve(),
}

/** Whole set-ups of UE-1 with a UE-2, all of it real but the radio. Each UE-1 is there for one set-up. */
export async function pc5Target(setting: TargetSetting): Promise<Target> {
  const { world, plmn, table, ub, ue2 } = setting
  const air = new Air()
  const peers = Array.from({ length: ue2.count }, (_, nth) => {
    const ue = ue2.first + nth
    const { usim } = ue2.table.usim(ue)
    const ports = { pc8: pc8Of(nth, ue2.plmn, world), usim, gba: ue2.ub.gba(ue, usim) }
    return {
      ue2Id: proseUeIdOf(ue, ue2.table.subscribers),
      ue: ueOf(ue, ue2.plmn, ue2.table, ports, air, world),
    }
  })
  const pool = new Pool(peers)
  const setUp = (ue: number, wanted: Wanted): Promise<number> =>
    pool.using(async ({ ue2Id }) => {
      const { usim, putBack } = table.usim(ue)
      const ports = { pc8: noPc8, usim, gba: gbaFor(ue, usim, wanted, ub, table) }
      const ue1 = ueOf(ue, plmn, table, ports, air, world)
      try {
        const { outcome, reason, endedAt, attempts } = await world.exchanges.timed(
          'PC5 set-up',
          ue1.connect(ue2Id),
        )
        if (outcome !== 'secured') throw notSecured(reason, outcome, endedAt)
        return attempts
      } finally {
        putBack()
        await ue1.close()
      }
    })
  const close = async () => {
    for (const { ue } of peers) await ue.close()
  }
  const requests = new KeyRequests(plmn, table, ub, world, () => Promise.reject(new Error('PC5 asks itself')))
  /** Bootstrapped and known to KMF-1, by a first set-up. */
  const known = async (ue: number): Promise<void> => {
    await ub.bootstrap(ue)
    await setUp(ue, 'held')
  }
  try {
    await inParallel(peers, ({ ue }) => ue.openPc8())
  } catch (error) {
    await close()
    throw error
  }
  return {
    get isFree() {
      return pool.isFree
    },
    preparation: (kind) => (isBranchKind(kind) && requests.preparation(kind) ? known : undefined),
    async run(kind, ue) {
      if (!isBranchKind(kind)) return
      if ((kind === '7a' || kind === '7b-too-old') && !requests.isUsable(table.held(ue), kind))
        await known(ue)
      const attempts = await setUp(ue, wantedFor[kind])
      if (attempts !== (kind === '7c-renegotiate-bootstrap' ? 2 : 1))
        throw new WrongAnswer(`${attempts} attempts`)
    },
    close,
  }
}

/** What UE-1 finds when it wants a B-TID: the one of the table, a new one, first one that nobody gave, or none. */
type Wanted = 'held' | 'new' | 'unknown-first' | 'none'
const wantedFor: Readonly<Record<BranchKind, Wanted>> = {
  '7a': 'held',
  '7b-too-old': 'held',
  '7c-found': 'new',
  '7c-renegotiate-bootstrap': 'unknown-first',
  '7d-imsi': 'none',
}

function gbaFor(ue: number, usim: Usim, wanted: Wanted, ub: LoadUb, table: UeTable): GbaPort {
  let runs = 0
  return {
    async bootstrap(context) {
      const isFirst = runs++ === 0
      const held = table.held(ue)
      if (wanted === 'none') throw new TemporaryFailure('no Ub for this set-up')
      if (wanted === 'held' && isFirst && held) return asBootstrap(held)
      if (wanted === 'unknown-first' && isFirst) return ub.unknownBootstrap()
      const bootstrap = await ub.gba(ue, usim).bootstrap(context)
      await ub.hold(ue, bootstrap)
      return bootstrap
    },
  }
}

/** A bootstrapping of before, of which the key for ProSe is still there. */
function asBootstrap({ btid, ksNaf, created, expires }: HeldBTid): UeBootstrap {
  const ks = { isThere: true, nafKey: () => Promise.resolve(KsNaf(keyOctets(ksNaf))), erase: () => undefined }
  return { btid, created, expires, ks }
}

function ueOf(
  ue: number,
  plmn: PlmnConfig,
  { subscribers }: UeTable,
  ports: { readonly pc8: Pc8Port; readonly usim: Usim; readonly gba: GbaPort },
  air: Air,
  { config, clock, timers, random }: LoadWorld,
): Ue {
  const imsi = subscribers.imsi(ue)
  const layer2Id = proseUeIdOf(ue, subscribers)
  const shape = ueShape.parse({ imsi, gba: subscribers.gba(ue), imsiOverPc5PerHour: 'unlimited' })
  return new Ue(ueSettingsOf(completeUe('load', shape, [layer2Id]), plmn, config), {
    ...{ ...ports, clock, timers, random, radio: air.station(layer2Id) },
    ...{ report: () => undefined, count: () => undefined, sent: () => undefined },
    onFault(error) {
      throw error
    },
  })
}
