import { Sqn } from '../../core/aka.ts'
import { hex } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import type { ProseUeId } from '../../core/identities/prose.ts'
import type { Impi, Imsi } from '../../core/identities/subscriber.ts'
import { copyOfAka } from '../../core/keys.ts'
import { freeUeIds, nextUeId } from '../../core/plmn-table.ts'
import { later, type Instant } from '../../core/units.ts'
import type { Conflict, PutAllOptions, Subscriber, SubscriberStore } from '../../entities/hss/ports.ts'
import { sentRands } from './sent-rands.ts'

type Subscribers = ReadonlyMap<Imsi, Subscriber>

const ueIdsOf = ({ prose }: Subscriber): readonly ProseUeId[] => prose?.ueIds ?? []
const withImpi = (subscribers: Subscribers, impi: Impi) =>
  [...subscribers.values()].find((subscriber) => subscriber.impi === impi)
const withUeId = (subscribers: Subscribers, id: ProseUeId) =>
  [...subscribers.values()].find((subscriber) => ueIdsOf(subscriber).includes(id))

/** What of `one` another subscriber has. */
function shared(one: Subscriber, subscribers: Subscribers): readonly ('impi' | 'prose.ueIds')[] {
  const isOther = (found: Subscriber | undefined) => found !== undefined && found.imsi !== one.imsi
  return [
    ...(isOther(withImpi(subscribers, one.impi)) ? ['impi' as const] : []),
    ...(ueIdsOf(one).some((id) => isOther(withUeId(subscribers, id))) ? ['prose.ueIds' as const] : []),
  ]
}

/** All of the batch under their IMSIs, each with ProSe UE IDs where it is to have some; or what keeps it out. */
function added(batch: readonly Subscriber[], kept: Subscribers, { replace, ueIds }: PutAllOptions) {
  const conflicts: Conflict[] = []
  const after = new Map(kept)
  batch.forEach((one, at) => {
    const isTwice = batch.findIndex(({ imsi }) => imsi === one.imsi) < at
    if (isTwice || (!replace && kept.has(one.imsi)))
      conflicts.push({ at, field: 'imsi', reason: 'there is a subscriber with this IMSI already' })
    for (const field of shared(one, after)) conflicts.push({ at, field, reason: 'another subscriber has it' })
    after.set(one.imsi, one)
  })
  const free = freeUeIds(ueIds, (id) => withUeId(after, id) !== undefined)
  batch.forEach((one, at) => {
    if (!one.prose || one.prose.ueIds.length > 0) return
    const own = kept.get(one.imsi)?.prose?.ueIds ?? []
    const ids = own.length > 0 ? own : nextUeId(free)
    if (ids.length === 0) conflicts.push({ at, field: 'prose.ueIds', reason: 'no free ID is left' })
    after.set(one.imsi, { ...one, prose: { ...one.prose, ueIds: ids } })
  })
  return { conflicts, after }
}

/** For simulations: gone with the process. */
export function memorySubscriberStore(): SubscriberStore {
  let subscribers = new Map<Imsi, Subscriber>()
  const sequenceNumbers = new Map<Imsi, Sqn>()
  const rands = new Map<Imsi, Map<string, Instant>>()

  function advance(imsi: Imsi, next: (last: Sqn) => Sqn): Sqn {
    const last = sequenceNumbers.get(imsi) ?? Sqn(0)
    const advanced = Sqn(next(last))
    if (advanced <= last) throw new InvalidValue('SQN', 'it must be higher than the last one')
    sequenceNumbers.set(imsi, advanced)
    return advanced
  }

  return {
    put(subscriber) {
      const [field] = shared(subscriber, subscribers)
      if (field !== undefined)
        return Promise.reject(new InvalidValue(field, 'another subscriber has this one'))
      subscribers.set(subscriber.imsi, subscriber)
      return Promise.resolve()
    },
    async putAll(all, options) {
      const batch: Subscriber[] = []
      for await (const subscriber of all) batch.push({ ...subscriber, aka: copyOfAka(subscriber.aka) })
      const { conflicts, after } = added(batch, subscribers, options)
      if (conflicts.length === 0) subscribers = after
      return conflicts.slice(0, 50)
    },
    findByImpi: (impi) => Promise.resolve(withImpi(subscribers, impi)),
    findByImsi: (imsi) => Promise.resolve(subscribers.get(imsi)),
    page(after = '' as Imsi, limit) {
      const inOrder = [...subscribers.values()].sort((a, b) => (a.imsi < b.imsi ? -1 : 1))
      return Promise.resolve(inOrder.filter(({ imsi }) => imsi > after).slice(0, limit))
    },
    remove: (imsi) => Promise.resolve(subscribers.delete(imsi)),
    lastSqn: (imsi) => Promise.resolve(sequenceNumbers.get(imsi)),
    advanceSqn: (imsi, next) => new Promise((resolve) => resolve(advance(imsi, next))),
    rememberRand(imsi, rand, now) {
      const sent = [...(rands.get(imsi) ?? []), [hex(rand), now] as const]
      rands.set(imsi, new Map(sent.slice(-sentRands.count)))
      return Promise.resolve()
    },
    takeRand(imsi, rand, now) {
      const sent = rands.get(imsi)?.get(hex(rand))
      rands.get(imsi)?.delete(hex(rand))
      return Promise.resolve(sent !== undefined && now < later(sent, sentRands.lifetime))
    },
  }
}
