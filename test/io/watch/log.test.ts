import { describe, expect, it } from 'vitest'
import type { TapEvent, TapState } from '../../../src/core/tap.ts'
import { Instant } from '../../../src/core/units.ts'
import { logTap, type LogLevel } from '../../../src/io/watch/log.ts'

const time = Instant(Date.UTC(2026, 0, 2))
const state = (what: string, fields: TapState['fields'] = {}): TapState => ({
  ...{ kind: 'state', time, node: 'kmf1', what, fields, context: 'c'.repeat(32), span: 'd'.repeat(16) },
})

function logged(level: LogLevel, ...events: readonly TapEvent[]): Record<string, unknown>[] {
  const lines: string[] = []
  const tap = logTap(level, (line) => lines.push(line))
  for (const event of events) tap(event)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('log of a node', () => {
  it('has time, level, node and the trace id of the set-up in each line', () => {
    expect(logged('info', state('derived', { ue2Id: '0a0b0c' }))).toEqual([
      {
        ...{ level: 'info', time: '2026-01-02T00:00:00.000Z', node: 'kmf1', message: 'derived' },
        ...{ fields: { ue2Id: '0a0b0c' }, context: 'c'.repeat(32), span: 'd'.repeat(16) },
      },
    ])
  })

  it.each<[TapState, LogLevel]>([
    [state('fault', { code: 'ERR_UNEXPECTED' }), 'error'],
    [state('counted', { counter: 'wall-clock-stepped' }), 'error'],
    [state('refused'), 'warn'],
    [state('peer-lost'), 'warn'],
    [state('peer-up'), 'info'],
    [state('counted', { counter: 'ub-404' }), 'debug'],
  ])('writes %j as %s, and not above', (event, level) => {
    expect(logged('debug', event)[0]).toMatchObject({ level })
    const above = { debug: 'info', info: 'warn', warn: 'error', error: undefined } as const
    const higher = above[level]
    if (higher) expect(logged(higher, event)).toEqual([])
  })

  it('R31: counts the octets of a message, and writes none', () => {
    const message: TapEvent = {
      ...{
        kind: 'message',
        time,
        point: 'Zh',
        from: 'bsf1',
        to: 'hss1',
        name: 'MAR',
        protection: 'ciphered',
      },
      ...{
        bytes: Buffer.from('001010000000001@ims'),
        masked: [],
        fields: { 'User-Name': '00101········01' },
      },
    }
    const [line] = logged('debug', message)
    expect(line).toMatchObject({ octets: 19, node: 'bsf1', message: 'MAR' })
    expect(JSON.stringify(line)).not.toContain('001010000000001')
    expect(JSON.stringify(line)).not.toContain(Buffer.from('001010000000001').toString('hex'))
  })

  it('R31: writes no secret of a run with revealed keys, and no value under the name of a key', () => {
    const secret: TapEvent = {
      kind: 'secret',
      time,
      node: 'kmf1',
      name: 'TLS key log',
      text: 'CLIENT_RANDOM 00',
    }
    expect(logged('debug', secret)).toEqual([])
    expect(logged('debug', state('vector', { ck: '00112233' }))[0]).toMatchObject({ fields: { ck: '[key]' } })
  })
})
