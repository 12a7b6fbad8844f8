import { Sqn } from '../../core/aka.ts'
import { hex } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { later, type Instant } from '../../core/units.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import type { Subscriber, SubscriberStore } from '../../entities/hss/ports.ts'
import { sentRands } from './sent-rands.ts'

/** For simulations: gone with the process. */
export function memorySubscriberStore(): SubscriberStore {
  const subscribers = new Map<Imsi, Subscriber>()
  const sequenceNumbers = new Map<Imsi, Sqn>()
  const rands = new Map<Imsi, Map<string, Instant>>()
  const withImpi = (impi: string) => [...subscribers.values()].find((subscriber) => subscriber.impi === impi)

  function advance(imsi: Imsi, next: (last: Sqn) => Sqn): Sqn {
    const last = sequenceNumbers.get(imsi) ?? Sqn(0)
    const advanced = Sqn(next(last))
    if (advanced <= last) throw new InvalidValue('SQN', 'it must be higher than the last one')
    sequenceNumbers.set(imsi, advanced)
    return advanced
  }

  return {
    put: (subscriber) =>
      (withImpi(subscriber.impi)?.imsi ?? subscriber.imsi) === subscriber.imsi
        ? Promise.resolve(void subscribers.set(subscriber.imsi, subscriber))
        : Promise.reject(new InvalidValue('IMPI', 'another subscriber has this one')),
    findByImpi: (impi) => Promise.resolve(withImpi(impi)),
    findByImsi: (imsi) => Promise.resolve(subscribers.get(imsi)),
    list: () => Promise.resolve([...subscribers.values()].sort((a, b) => (a.imsi < b.imsi ? -1 : 1))),
    remove: (imsi) => Promise.resolve(subscribers.delete(imsi)),
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
