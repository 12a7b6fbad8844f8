import { describe, expect, it } from 'vitest'
import { Network, type Change } from './lab-network.ts'

const card = (ue: 1 | 2): readonly Change[] => [
  [['plmns', ue - 1, 'subscribers', 0, 'gba'], 'GBA_U'],
  [['ues', `ue${ue}`, 'gba'], 'GBA_U'],
]
const cards: readonly (readonly [ues: string, changes: readonly Change[]])[] = [
  ['UE-1', card(1)],
  ['UE-2', card(2)],
  ['both UEs', [...card(1), ...card(2)]],
]
const withBTid = ['7a', '7b-too-old'] as const

describe.each(cards)('GBA_U card of %s over real sockets, TS 33.220 5.3', (ues, changes) => {
  const has = (ue: string) => ues === 'both UEs' || ues === ue

  it.each([...withBTid, '7d-imsi'])('%s is secured', async (scenario) => {
    const network = await Network.start(changes, { scenario })
    expect(await network.run.result).toMatchObject({ outcome: 'secured', keysEqual: true, attempts: 1 })
    const pushed = network.decisions('pushed').map(({ fields }) => fields['uiccMe'])
    expect(pushed).toEqual(scenario === '7a' ? [] : [has('UE-1') ? 'GBA_U' : 'GBA_ME'])
    // The ME tells a fingerprint of the Ks that it holds; a card tells none.
    const told = network.decisions('bootstrapped').map(({ node, keys }) => [node, keys !== undefined])
    expect(told.filter(([node]) => node === 'ue2')).toEqual([['ue2', !has('UE-2')]])
    if (scenario !== '7d-imsi')
      expect(told.filter(([node]) => node === 'ue1')).toEqual([['ue1', !has('UE-1')]])
  })
})
