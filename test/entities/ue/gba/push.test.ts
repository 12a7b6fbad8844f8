import { describe, expect, it, vi } from 'vitest'
import { Rand } from '../../../../src/core/aka.ts'
import { writeUint } from '../../../../src/core/bytes.ts'
import { bTidOf } from '../../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../../src/core/identities/naf-id.ts'
import { PTid } from '../../../../src/core/identities/p-tid.ts'
import { Impi } from '../../../../src/core/identities/subscriber.ts'
import { KsNaf } from '../../../../src/core/keys.ts'
import { hours, later, milliseconds, minutes } from '../../../../src/core/units.ts'
import { BTidMemory } from '../../../../src/entities/ue/b-tid-memory.ts'
import { forgetReading, GbaPush, type PushedKey } from '../../../../src/entities/ue/gba/push.ts'
import { SimulatedClock } from '../../../../src/testbed/simulated-clock.ts'
import { Home } from '../home.ts'
import { id1, kmf, SeededRandom } from '../two-ues.ts'

const impi = Impi('001010123456789@ims.mnc001.mcc001.3gppnetwork.org')
const nafId = nafIdOf(kmf, uaIds.prose)

async function ue1(gba?: 'GBA_U') {
  const clock = new SimulatedClock()
  const home = new Home(impi, id1, new SeededRandom(1), gba)
  const memory = new BTidMemory()
  const now = clock.now()
  const rand = Rand(new Uint8Array(16).fill(9))
  const btid = bTidOf(rand, Fqdn('bsf.mnc001.mcc001.pub.3gppnetwork.org'))
  const { held: ks } = await home.bootstrap(rand)
  memory.replace({ btid, ks, created: now, expires: later(now, hours(24)) })
  const push = new GbaPush({ usim: home.usim, clock })
  return { clock, home, memory, ks, push, pushed: () => home.push({ nafId }, clock.now()) }
}

async function keyIn(push: GbaPush, gpi: Uint8Array): Promise<PushedKey> {
  const reading = await push.read(gpi, nafId)
  if (reading.outcome !== 'key') throw new Error(reading.outcome)
  return reading.pushed
}

describe('GBA push at UE-1, TS 33.223 5.3', () => {
  it.each([undefined, 'GBA_U'] as const)(
    'brings the key of the NAF, and commits nothing by it (%s)',
    async (gba) => {
      const { push, pushed, memory, clock, home } = await ue1(gba)
      const { gpi, ksNaf } = pushed()
      const key = await keyIn(push, gpi)
      expect([...key.ksNaf]).toEqual([...ksNaf])
      expect(key.expires - clock.now()).toBe(3_600_000)
      expect([await home.isFresh(), push.isTaken(key.ptId)]).toEqual([true, false])
      expect(memory.valid(clock.now())).toBeDefined()
    },
  )

  it('R24: after the commit the GPI is out of range, and its P-TID taken', async () => {
    const { push, pushed } = await ue1()
    const { gpi } = pushed()
    const key = await keyIn(push, gpi)
    push.commit(key)
    expect(push.isTaken(key.ptId)).toBe(true)
    expect(await push.read(gpi, nafId)).toMatchObject({ outcome: 'synchronisation-failure' })
  })

  it('a B-TID of GBA_ME stays; one of GBA_U is an identifier only after AKA on the card', async () => {
    for (const [gba, stays] of [
      [undefined, true],
      ['GBA_U', false],
    ] as const) {
      const { push, pushed, memory, clock, ks } = await ue1(gba)
      push.commit(await keyIn(push, pushed().gpi))
      expect(memory.valid(clock.now()) !== undefined).toBe(stays)
      expect(memory.btid).toBeDefined()
      expect(ks.isThere).toBe(stays)
    }
  })

  it('asks no card for an ISIM that is not there', async () => {
    const { push, pushed, home } = await ue1()
    const gpi = pushed().gpi.slice()
    const labelAt = 1 + 16 + 16 + 1
    gpi.set(new TextEncoder().encode('ISIM'), labelAt)
    const asked = vi.spyOn(home.usim, 'authenticate')
    expect(await push.read(gpi, nafId)).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_GPI_INVALID' },
    })
    expect(asked).not.toHaveBeenCalled()
  })

  it('R31, R33: erases the key of a reading that is not used, and every error is without octets', async () => {
    const { push, pushed } = await ue1()
    const reading = await push.read(pushed().gpi, nafId)
    forgetReading(reading)
    expect(reading.outcome === 'key' && reading.pushed.ksNaf.every((octet) => octet === 0)).toBe(true)
    expect(JSON.stringify(reading)).toContain('[key]')
  })

  it('R43: remembers 1024 P-TIDs at most, and none after its expiry', async () => {
    const { push, clock } = await ue1()
    const keyOf = (number: number): PushedKey => ({
      ptId: PTid(new Uint8Array([...new Uint8Array(12), ...writeUint(number, 4)])),
      ksNaf: KsNaf(new Uint8Array(32).fill(1)),
      expires: later(clock.now(), minutes(1)),
      takeSqn: () => undefined,
    })
    for (let number = 0; number <= 1024; number++) push.commit(keyOf(number))
    expect([0, 1, 1024].map((number) => push.isTaken(keyOf(number).ptId))).toEqual([false, true, true])
    const last = keyOf(1024).ptId
    clock.step(milliseconds(61_000))
    push.commit(keyOf(5000))
    expect(push.isTaken(last)).toBe(false)
  })
})
