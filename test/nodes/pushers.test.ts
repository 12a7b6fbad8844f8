import { expect, it } from 'vitest'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { Imsi } from '../../src/core/identities/subscriber.ts'
import { Pushers } from '../../src/nodes/pushers.ts'

const pair = (imsi: string, ue2: number) => ({
  ue1Id: { kind: 'imsi' as const, imsi: Imsi(imsi) },
  ue2Id: ProseUeId(ue2),
})
const [first, second] = [Fqdn('kmf1.example.org'), Fqdn('kmf1-2.example.org')]

it('R35: the KMF that pushed last for two UEs is found for them alone', () => {
  const pushers = new Pushers()
  pushers.add(pair('001010000000001', 1), first)
  pushers.add(pair('001010000000001', 1), second)
  expect(pushers.find(pair('001010000000001', 1))).toBe(second)
  expect(pushers.find(pair('001010000000001', 2))).toBeUndefined()
  expect(pushers.find(pair('001010000000002', 1))).toBeUndefined()
})

it('R43: the oldest goes beyond the capacity', () => {
  const pushers = new Pushers(2)
  for (const ue2 of [1, 2, 1, 3]) pushers.add(pair('001010000000001', ue2), first)
  const kept = [1, 2, 3].filter((ue2) => pushers.find(pair('001010000000001', ue2)))
  expect(kept).toEqual([1, 3])
})
