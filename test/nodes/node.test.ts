import { expect, it } from 'vitest'
import { guarded, type NodeContext } from '../../src/nodes/node.ts'

it('R48: a fault of an observer is told, and what it observes goes on', () => {
  const told: unknown[] = []
  const onFault: NodeContext['onFault'] = (node, error) => told.push([node, error])
  const fault = new Error('cannot tell')
  const observe = guarded('kmf1', { onFault } as NodeContext, () => {
    throw fault
  })
  observe()
  expect(told).toEqual([['kmf1', fault]])
})
