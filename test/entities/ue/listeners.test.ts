import { expect, it, vi } from 'vitest'
import { Listeners } from '../../../src/entities/ue/listeners.ts'
import { twoUes } from './two-ues.ts'

it('a listener that throws is told of, and the others hear all the same', () => {
  const faults: unknown[] = []
  const listeners = new Listeners<number>((error) => faults.push(error))
  const fault = new Error('a fault of the application')
  const heard = vi.fn()
  listeners.add(() => {
    throw fault
  })
  listeners.add(heard)
  listeners.tell(7)
  expect(heard).toHaveBeenCalledExactlyOnceWith(7)
  expect(faults).toEqual([fault])
})

it('a UE goes on when its listeners throw: the link comes up, carries data and ends', async () => {
  const world = await twoUes()
  const fault = new Error('a fault of the application')
  const fail = () => {
    throw fault
  }
  for (const { ue } of [world.ue1, world.ue2]) {
    ue.onLink(fail)
    ue.onData(fail)
    ue.onGone(fail)
  }
  expect(await world.connect(world.ue1)).toMatchObject({ outcome: 'secured' })
  const [link] = world.ue1.ue.links()
  world.ue1.ue.send(link?.label ?? '', new TextEncoder().encode('hello'))
  await world.clock.runUntil(() => world.ue2.received.length > 0)
  world.ue1.ue.release(link?.label ?? '')
  await world.clock.runUntil(() => world.ue1.faults.length > 1)
  expect(world.ue1.faults).toEqual([fault, fault])
  expect(world.ue2.faults).toEqual([fault, fault, fault])
  expect(world.ue1.ue.size).toEqual({ links: 0 })
})
