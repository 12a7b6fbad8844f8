import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { interruption } from '../../src/cli/interruption.ts'

it('takes the first signal as a wish and the second as an order', async () => {
  const signals = new EventEmitter()
  const atOnce: number[] = []
  const interrupted = interruption(signals, (code) => atOnce.push(code))
  signals.emit('SIGINT', 'SIGINT')
  expect(await interrupted.happened).toBe(130)
  expect(atOnce).toEqual([])
  signals.emit('SIGTERM', 'SIGTERM')
  expect(atOnce).toEqual([143])
  interrupted.end()
  expect(signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM')).toBe(0)
})
