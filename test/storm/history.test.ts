import { describe, expect, it } from 'vitest'
import { violationsOf, type History, type SetUpRecord } from './history.ts'

const secured: SetUpRecord = {
  ...{ number: 1, kind: 'fresh B-TID', phase: 'storm', outcome: 'secured', code: null },
  ...{ endedAt: null, seconds: 0.1, keys: ['11111111', '11111111'], links: 1 },
}
const failed = { ...secured, outcome: 'failed', code: 'ERR_TEMPORARY_FAILURE', keys: [], links: 0 }
const randOf = (digit: string) => digit.repeat(32)

const good: History = {
  vectors: [
    { imsi: '00101…01', sqn: '000000000021' },
    { imsi: '00101…01', sqn: '000000000042' },
    { imsi: '00101…02', sqn: '000000000021' },
  ],
  rands: [
    { rand: randOf('a'), answer: 'hss1 1' },
    { rand: randOf('a'), answer: 'hss1 1' },
    { rand: randOf('b'), answer: 'hss1-2 1' },
  ],
  setUps: [secured, { ...failed, number: 2 }],
  bTids: ['aaaaaa…', 'bbbbbb…'],
  nafKeys: ['aaaaaa…', 'aaaaaa…'],
  ends: [],
  stored: {
    bTids: ['aaaaaa…', 'bbbbbb…', 'cccccc…'],
    nafKeys: ['aaaaaa…'],
    nextSqns: new Map([
      ['00101…01', '000000000063'],
      ['00101…02', '000000000022'],
    ]),
  },
}

const wrong: readonly (readonly [what: string, change: Partial<History>, violation: string])[] = [
  [
    'one SQN twice',
    { vectors: [...good.vectors, { imsi: '00101…01', sqn: '000000000021' }] },
    'R34: SQN 00101…01 000000000021 came twice',
  ],
  [
    'one RAND in two answers',
    { rands: [...good.rands, { rand: randOf('a'), answer: 'hss1 2' }] },
    `RAND ${randOf('a')} came twice`,
  ],
  ['one B-TID twice', { bTids: ['aaaaaa…', 'aaaaaa…'] }, 'R37: B-TID aaaaaa… was given twice'],
  ['a lost B-TID', { bTids: ['dddddd…'] }, 'B-TID dddddd… is lost'],
  ['a lost NAF key', { nafKeys: ['bbbbbb…'] }, 'NAF key of B-TID bbbbbb… is lost'],
  [
    'an SQN that will come again',
    { vectors: [{ imsi: '00101…02', sqn: '000000000022' }] },
    'R34: SQN 000000000022 of 00101…02 is not behind the one that comes next',
  ],
  [
    'a subscriber that is lost',
    { vectors: [{ imsi: '00101…03', sqn: '000000000021' }] },
    'R34: SQN 000000000021 of 00101…03 is not behind the one that comes next',
  ],
  ['a process that ended by itself', { ends: ['kmf1 ended with 70'] }, 'R48: kmf1 ended with 70'],
  [
    'a set-up that hangs',
    { setUps: [{ ...failed, outcome: undefined, code: null }] },
    'R48: set-up 1 (fresh B-TID, storm) hangs',
  ],
  [
    'a refusal',
    { setUps: [{ ...failed, outcome: 'refused', code: 'ERR_NOT_AUTHORISED' }] },
    'set-up 1 (fresh B-TID, storm) ended as refused, ERR_NOT_AUTHORISED',
  ],
  [
    'a temporary failure after the storm',
    { setUps: [{ ...failed, phase: 'after' }] },
    'set-up 1 (fresh B-TID, after) ended as failed, ERR_TEMPORARY_FAILURE',
  ],
  [
    'other keys at UE-2',
    { setUps: [{ ...secured, keys: ['11111111', '22222222'] }] },
    'set-up 1 (fresh B-TID, storm): keys differ',
  ],
  [
    'no key at UE-2',
    { setUps: [{ ...secured, keys: ['11111111', undefined] }] },
    'set-up 1 (fresh B-TID, storm): keys differ',
  ],
  [
    'two links of one set-up',
    { setUps: [{ ...secured, links: 2 }] },
    'set-up 1 (fresh B-TID, storm) made 2 links',
  ],
  [
    'one KD-sess for two set-ups',
    { setUps: [secured, { ...secured, number: 2 }] },
    'R30: KD-sess #11111111 came twice',
  ],
]

describe('what is checked of a storm', () => {
  it('finds nothing in a history where all is well', () => {
    expect(violationsOf(good)).toEqual([])
  })

  it.each(wrong)('finds %s', (_, change, violation) => {
    expect(violationsOf({ ...good, ...change })).toEqual([violation])
  })
})
