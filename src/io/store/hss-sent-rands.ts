import type { Rand } from '../../core/aka.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import { inMilliseconds, type Instant } from '../../core/units.ts'
import type { SubscriberStore } from '../../entities/hss/ports.ts'
import { once } from './once.ts'
import { sentRands } from './sent-rands.ts'
import { statement, type Database } from './sql.ts'

const add = statement(`insert into sent_rand (imsi, rand, sent, place) values (?, ?, ?, ?)
  on conflict (imsi, rand) do update set sent = excluded.sent, place = excluded.place`)
const take = statement('delete from sent_rand where imsi = ? and rand = ? and sent > ?')
const dropOld = statement(`delete from sent_rand where imsi = ? and (sent <= ? or place <
  (select place from sent_rand where imsi = ? order by place desc limit 1 offset ${sentRands.count - 1}))`)

const oldest = (now: Instant) => now - inMilliseconds(sentRands.lifetime)

/** Places of one millisecond. */
const placesAtOnce = 1024

/** The RANDs that an HSS sent, each until its AUTS comes (R35). */
export function sentRandsIn(database: Database): Pick<SubscriberStore, 'rememberRand' | 'takeRand'> {
  let lastPlace = 0
  return {
    rememberRand(imsi: Imsi, rand: Rand, now: Instant) {
      lastPlace = Math.max(lastPlace + 1, now * placesAtOnce)
      const place = lastPlace
      return database.session(async (session) => {
        await session.run(add, imsi, rand, now, place)
        await session.run(dropOld, imsi, oldest(now), imsi)
      })
    },
    takeRand: (imsi, rand, now) => once(database, (session) => session.run(take, imsi, rand, oldest(now))),
  }
}
