import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import type { UeConfig } from '../../src/nodes/config/network-config.ts'
import { anotherUe2, withOwnStores } from '../../src/testbed/arrangements.ts'
import { castOf } from '../../src/testbed/cast.ts'
import { example } from './lab-network.ts'

const config = loadNetworkConfig(example)
const [ue1, ue2] = config.ues as [UeConfig, UeConfig]
const named = (ue: UeConfig, name: string, discovery: UeConfig['discovery']): UeConfig => ({
  ...{ ...ue, name, discovery },
})

it('a staged scenario has stores of its own, which go with it', () => {
  const { config: own, remove } = withOwnStores(config)
  const files = own.plmns.flatMap(({ hss, bsf, kmf }) =>
    [hss, bsf, kmf].map(({ store }) => (store.engine === 'sqlite' ? store.file : '')),
  )
  const [directory = ''] = files.map(dirname)
  expect(new Set(files).size).toBe(6)
  expect(files.map(dirname)).toEqual(files.map(() => directory))
  expect(existsSync(directory)).toBe(true)
  remove()
  expect(existsSync(directory)).toBe(false)
})

describe('who plays', () => {
  it('UE-1 is the first, UE-2 the next that can be discovered, UE-3 the first of the others', () => {
    const hidden = named(ue2, 'hidden', 'none')
    const found = named(ue2, 'found', 'model-b')
    const { ue1: one, ue2: two, ue3: three } = castOf({ ues: [ue1, hidden, found] })
    expect([one, two, three].map((ue) => ue?.name)).toEqual(['ue1', 'found', 'hidden'])
    expect(castOf({ ues: [ue1, hidden] }).ue2.name).toBe('hidden')
    expect(castOf({ ues: [ue1, ue2] })).not.toHaveProperty('ue3')
  })

  it('another UE-2 has the home network and the permissions of UE-2, but identities of its own', () => {
    const arranged = anotherUe2({ ...config, ues: [ue1, named(ue2, 'ue3', 'model-a'), ue2] })
    expect(arranged.ues.map(({ name }) => name)).toEqual(['ue1', 'ue3', 'ue4'])
    const { ue3: another } = castOf(arranged)
    const [old, newcomer] = arranged.plmns[1]?.subscribers ?? []
    expect(another).toMatchObject({
      imsi: newcomer?.imsi,
      proseUeIds: newcomer?.prose?.ueIds,
      discovery: 'none',
    })
    expect(newcomer).toMatchObject({
      prose: { permissions: old?.prose?.permissions, mayLinkWith: ['001-01'] },
    })
    expect(newcomer?.imsi).toMatch(/^00102/)
    expect(newcomer?.prose?.ueIds).not.toEqual(old?.prose?.ueIds)
  })
})
