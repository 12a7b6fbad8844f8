import { describe, expect, it } from 'vitest'
import { Rand } from '../../../src/core/aka.ts'
import { isAllZero } from '../../../src/core/bytes.ts'
import { bTidOf } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { Ks } from '../../../src/core/keys.ts'
import { hours, Instant, later, seconds } from '../../../src/core/units.ts'
import { BTidMemory } from '../../../src/entities/ue/b-tid-memory.ts'
import { ksInMe } from '../../../src/entities/ue/gba/held-ks.ts'

const kmf = Fqdn('pkmf.example.org')
const begin = Instant(0)
function bootstrap(octet: number, life = hours(1)) {
  const rand = Rand(new Uint8Array(16).fill(octet))
  const key = Ks(new Uint8Array(32).fill(octet))
  const ks = ksInMe(key, rand, Impi('1@example.org'))
  const btid = bTidOf(rand, Fqdn('bsf.example.org'))
  return { key, btid, ks, created: begin, expires: later(begin, life) }
}

describe('CR 33.303 6.X.3.2: the last used B-TID', () => {
  it('R16: stays after its expiry as an identifier, without Ks', () => {
    const memory = new BTidMemory()
    const held = bootstrap(1)
    memory.replace(held)
    memory.markUsed(held.btid, kmf)
    expect(memory.status(kmf, begin)).toBe('valid')
    expect(memory.valid(later(begin, hours(1)))).toBeUndefined()
    expect(memory.status(kmf, later(begin, hours(1)))).toBe('expired-used')
    expect(memory.status(Fqdn('other.example.org'), later(begin, hours(1)))).toBe('expired-unused')
    expect([memory.btid, isAllZero(held.key)]).toEqual([held.btid, true])
  })

  it('R11, R25: counts as none when the card lost its Ks before the expiry, then as an expired one', () => {
    const memory = new BTidMemory()
    const held = bootstrap(1)
    memory.replace(held)
    memory.markUsed(held.btid, kmf)
    held.ks.erase()
    expect(memory.status(kmf, begin)).toBe('none')
    expect(memory.status(kmf, later(begin, hours(1)))).toBe('expired-used')
  })

  it('R33: closing erases Ks', () => {
    const memory = new BTidMemory()
    const held = bootstrap(1)
    memory.replace(held)
    memory.close()
    expect([isAllZero(held.key), memory.status(kmf, begin)]).toEqual([true, 'none'])
  })

  it('R16: a new bootstrapping replaces it, used or not', () => {
    const memory = new BTidMemory()
    const [old, fresh] = [bootstrap(1), bootstrap(2)]
    memory.replace(old)
    memory.markUsed(old.btid, kmf)
    memory.replace(fresh)
    memory.markUsed(old.btid, kmf)
    expect(memory.status(kmf, later(begin, hours(2)))).toBe('expired-unused')
    expect(isAllZero(old.key)).toBe(true)
  })

  it('R16: is due for renewal after 24 h or 20 set-ups, counted anew for each B-TID', () => {
    const memory = new BTidMemory()
    const [old, fresh] = [bootstrap(1, hours(48)), bootstrap(2)]
    memory.replace(old)
    expect([hours(23), hours(24)].map((age) => memory.renewalDue(later(begin, age)))).toEqual([false, true])
    for (let nth = 1; nth < 20; nth++) memory.countSetUp(old.btid)
    expect(memory.renewalDue(begin)).toBe(false)
    memory.countSetUp(old.btid)
    expect(memory.renewalDue(begin)).toBe(true)
    memory.replace(fresh)
    expect(memory.renewalDue(begin)).toBe(false)
  })

  it('R16: is due for renewal when Ks ends within a tenth of its life, or 5 min', () => {
    const memory = new BTidMemory()
    const due = (after: number) => memory.renewalDue(later(begin, seconds(after)))
    memory.replace(bootstrap(1))
    expect([due(3299), due(3300)]).toEqual([false, true])
    memory.replace(bootstrap(2, seconds(100)))
    expect([due(89), due(90)]).toEqual([false, true])
  })

  it('knows nothing before the first bootstrapping', () => {
    expect(new BTidMemory().status(kmf, begin)).toBe('none')
  })
})
