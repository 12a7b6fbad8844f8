import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Autn, Rand } from '../../../../src/core/aka.ts'
import { fromHex, hex } from '../../../../src/core/bytes.ts'
import { Fqdn } from '../../../../src/core/identities/fqdn.ts'
import { NafId, nafIdOf, uaIds } from '../../../../src/core/identities/naf-id.ts'
import { Ks } from '../../../../src/core/keys.ts'
import { seqOf, sqnOf } from '../../../../src/core/sequence-number.ts'
import { gpiNafId } from '../../../../src/crypto/gba-push-info.ts'
import { CardKs } from '../../../../src/entities/ue/usim/card-ks.ts'
import { SoftUsim } from '../../../../src/entities/ue/usim/soft-usim.ts'
import { ubCases, type ChainCase } from '../../chain.ts'
import { aSubscriber, sqnFromHex, subscriberOf } from '../../gba-network.ts'

const gbaU = ubCases.filter(({ kind }) => kind === 'GBA_U')
const nafIds = (chain: ChainCase) =>
  Object.values(chain['NAF keys']).map(({ NAF_Id }) => NafId(fromHex(NAF_Id)))

/** The card of the case after its bootstrapping, and everything that the ME got of it. */
async function bootstrapped(chain: ChainCase) {
  const usim = new SoftUsim(subscriberOf(chain), sqnOf(seqOf(sqnFromHex(chain.aka.SQN)) - 1, 0))
  const rand = Rand(fromHex(chain.aka.RAND))
  const aka = await usim.authenticate(rand, Autn(fromHex(chain.aka['AUTN*'] ?? '')))
  if (aka.outcome !== 'success' || aka.keys.holder !== 'UICC') throw new Error(aka.outcome)
  aka.commit()
  return { usim, aka, ks: aka.keys.ks }
}

/** Every value that can be reached from one, getters and prototypes too. */
function reachable(value: unknown, seen = new Set<unknown>()): ReadonlySet<unknown> {
  if (seen.has(value)) return seen
  seen.add(value)
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return seen
  for (let owner: unknown = value; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner))
    for (const name of Reflect.ownKeys(owner)) {
      const member: unknown = Reflect.get(owner, name, value)
      reachable(member, seen)
    }
  return seen
}

describe.each(gbaU)('GBA_U card, $kind of the key chain, TS 33.220 5.3.2', (chain) => {
  const stays = [
    ...[chain.aka.CK, chain.aka.IK, chain.aka.Ks, chain.inputs.K, chain.inputs.OPc],
    ...Object.values(chain['NAF keys']).map(({ Ks_int_NAF }) => Ks_int_NAF?.value ?? ''),
  ]

  it('R31, R33: Ks, CK, IK and Ks_int_NAF stay on it: nothing that the ME reaches or asks has them', async () => {
    const { usim, aka, ks } = await bootstrapped(chain)
    const given = [...nafIds(chain), gpiNafId].map((nafId) => ks.nafKey(nafId))
    const everything = [...reachable(usim), ...reachable(aka), ...(await Promise.all(given))]
    const octets = everything.flatMap((one) => (one instanceof Uint8Array ? [hex(one)] : []))
    expect(octets).toHaveLength(1 + given.length)
    const text = inspect([usim, aka], { depth: 9, showHidden: true, getters: true }) + octets.join(' ')
    for (const secret of stays) {
      expect(secret).toMatch(/^[0-9a-f]{32,64}$/)
      expect(text).not.toContain(secret)
    }
  })

  it('each key is a copy of its own: wiping one leaves the next', async () => {
    const { ks } = await bootstrapped(chain)
    const [nafId] = nafIds(chain)
    if (!nafId) throw new Error('no NAF_Id')
    const first = await ks.nafKey(nafId)
    const value = hex(first)
    first.fill(0)
    expect(hex(await ks.nafKey(nafId))).toBe(value)
  })

  it('an erased Ks gives no key', async () => {
    const { ks } = await bootstrapped(chain)
    ks.erase()
    expect(ks.isThere).toBe(false)
    await expect(ks.nafKey(gpiNafId)).rejects.toMatchObject({ code: 'ERR_INVALID_VALUE' })
  })
})

it('R43: derives for any number of NAFs, and keeps Ks', async () => {
  const ks = new CardKs(Ks(new Uint8Array(32).fill(1)), Rand(new Uint8Array(16)), aSubscriber.impi)
  const keys = new Set<string>()
  for (let naf = 0; naf < 100; naf++)
    keys.add(hex(await ks.nafKey(nafIdOf(Fqdn(`naf${naf}.example.org`), uaIds.prose))))
  expect([keys.size, ks.isThere]).toEqual([100, true])
})
