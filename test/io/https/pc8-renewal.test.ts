import { afterEach, expect, it } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { nafUaId, uaIds } from '../../../src/core/identities/naf-id.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { hours, later } from '../../../src/core/units.ts'
import { Bootstrapping } from '../../../src/entities/ue/bootstrapping.ts'
import { BTidMemory } from '../../../src/entities/ue/b-tid-memory.ts'
import { KeyRetrievals } from '../../../src/entities/ue/key-retrieval.ts'
import { Pc8Session } from '../../../src/entities/ue/pc8-session.ts'
import type { HeldKs } from '../../../src/entities/ue/ports.ts'
import { systemTimers } from '../../../src/io/system.ts'
import {
  btid,
  clientOf,
  clockAt,
  closeAll,
  expires,
  key12,
  key13,
  keyRequest,
  kmfName,
  otherBtid,
  serverOf,
  serviceOf,
} from './pc8-fixture.ts'

afterEach(closeAll)

const ks: HeldKs = {
  isThere: true,
  nafKey: (nafId) => Promise.resolve(KsNaf(hex(nafUaId(nafId)) === hex(uaIds.tls13) ? key13 : key12)),
  erase: () => undefined,
}

it.each(['1.3', '1.2'] as const)(
  'R38: after a 401 UE-2 bootstraps, opens PC8 under the new B-TID and asks again (TLS %s)',
  async (version) => {
    const known = serviceOf([btid, otherBtid])
    const clock = clockAt(later(expires, hours(-1)))
    const server = await serverOf({
      clock,
      versions: [version],
      service: {
        ...known,
        async associate(offer) {
          const found = await known.associate(offer)
          return found?.btid === otherBtid ? { ...found, expires: later(expires, hours(1)) } : found
        },
        async answer(body, subscriber) {
          const answer = await known.answer(body, subscriber)
          return 'keyExpiry' in answer ? { ...answer, keyExpiry: later(expires, hours(1)) } : answer
        },
      },
    })
    const btids = [btid, otherBtid]
    const gba = {
      bootstrap: () =>
        Promise.resolve({
          ...{ btid: btids.shift() ?? btid, ks, created: clock.now() },
          // Longer than the KMF has it: the UE cannot know.
          expires: later(expires, hours(2)),
        }),
    }
    const pc8 = clientOf(server)
    const memory = new BTidMemory()
    const ports = { clock, timers: systemTimers, pc8, memory, kmf: kmfName }
    const bootstrapping = new Bootstrapping({ ...ports, gba }, memory)
    const session = new Pc8Session({ ...ports, bootstrapping })
    await session.open()
    clock.now = () => expires
    const retrieved = await new KeyRetrievals({ ...ports, session }).retrieve(keyRequest, '0'.repeat(32))
    expect(retrieved).toMatchObject({ outcome: 'key' })
    expect(server.messages.map(({ name }) => name)).toEqual(['401 Unauthorized', 'PROSE_DIRECT_KEY_RESPONSE'])
    expect([memory.btid, btids]).toEqual([otherBtid, []])
  },
)
