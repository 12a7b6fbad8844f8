import { expect, it } from 'vitest'
import { BootstrappingFailed, TemporaryFailure } from '../../src/core/errors.ts'
import { InTurn } from '../../src/nodes/in-turn.ts'

it('R48: an instance that does not answer is followed by the next, and who answered is asked again', async () => {
  const instances = new InTurn(['a', 'b', 'c'])
  const silent = new Set(['a'])
  const asked: string[] = []
  const ask = () =>
    instances.ask((name) => {
      asked.push(name)
      return silent.has(name) ? Promise.reject(new TemporaryFailure(name)) : Promise.resolve(name)
    })
  expect([await ask(), await ask()]).toEqual(['b', 'b'])
  silent.add('b')
  expect(await ask()).toBe('c')
  silent.add('c')
  await expect(ask()).rejects.toThrow(TemporaryFailure)
  expect(asked).toEqual(['a', 'b', 'b', 'b', 'c', 'c', 'a', 'b'])
})

it('a refusal is the answer', async () => {
  const refused = new InTurn(['a', 'b']).ask(() => Promise.reject(new BootstrappingFailed('no')))
  await expect(refused).rejects.toThrow(BootstrappingFailed)
  await expect(new InTurn([]).ask(() => Promise.resolve(1))).rejects.toThrow(TemporaryFailure)
})
