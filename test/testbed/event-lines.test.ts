import { describe, expect, it } from 'vitest'
import { eventOfLine, EventLines, type EventLine, type LineEvent } from '../../src/testbed/event-lines.ts'
import { events7a, start } from '../cli/network.ts'

const throughText = (line: EventLine): EventLine => JSON.parse(JSON.stringify(line)) as EventLine

describe('lines of events', () => {
  it('come back as the events they were', () => {
    const lines = new EventLines(start)
    const secret: LineEvent = {
      kind: 'secret',
      time: start,
      node: 'kmf1',
      name: 'keylog',
      text: 'CLIENT_RANDOM',
    }
    const [first] = events7a().filter((event) => event.kind === 'message')
    if (first?.kind !== 'message') throw new Error('no message')
    const deciphered: LineEvent = { ...first, clear: Uint8Array.of(2, 0, 1) }
    const security = { pik: 'c8b319ca', count: 0x5ac30001, bearer: 29, direction: 1 as const }
    const changed: LineEvent = { ...first, original: Uint8Array.of(7), security, lost: true }
    expect(lines.of(changed)['security']).toEqual({ ...security, count: '5ac30001' })
    const events = [...events7a(), secret, deciphered, changed]
    expect(events.map((event) => eventOfLine(throughText(lines.of(event)), start))).toEqual(events)
  })

  it('number messages from 1, and decisions as the message before them', () => {
    const lines = new EventLines(start)
    const numbers = events7a().map((event) => [event.kind, lines.of(event)['n']] as const)
    const messages = numbers.filter(([kind]) => kind === 'message').map(([, n]) => n)
    expect(messages).toEqual(messages.map((_, at) => at + 1))
    const decision = numbers.findIndex(([kind]) => kind === 'state')
    expect(numbers[decision]?.[1]).toBe(numbers[decision - 1]?.[1])
  })

  it('are refused when a node did not write them', () => {
    expect(() => eventOfLine({ event: 'result', ms: 1 }, start)).toThrow('event')
    expect(() => eventOfLine({ event: 'message' }, start)).toThrow('event')
  })
})
