import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { withOwnStores } from '../../src/testbed/arrangements.ts'
import { example } from './lab-network.ts'

it('a staged scenario has stores of its own, which go with it', () => {
  const { config, remove } = withOwnStores(loadNetworkConfig(example))
  const files = config.plmns.flatMap(({ hss, bsf, kmf }) => [hss, bsf, kmf].map(({ store }) => store.file))
  const [directory = ''] = files.map(dirname)
  expect(new Set(files).size).toBe(6)
  expect(files.map(dirname)).toEqual(files.map(() => directory))
  expect(existsSync(directory)).toBe(true)
  remove()
  expect(existsSync(directory)).toBe(false)
})
