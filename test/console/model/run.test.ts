import { describe, expect, it } from 'vitest'
import { branchTable } from '../../../src/console/model/branches.ts'
import { entityAt } from '../../../src/console/model/entities.ts'
import { fieldWord } from '../../../src/ladder/facts.ts'
import { filterOf } from '../../../src/console/model/filter.ts'
import { keysAt, type Holding } from '../../../src/console/model/keys.ts'
import { markdownOf } from '../../../src/console/model/markdown.ts'
import { rowsOf } from '../../../src/console/model/rows.ts'
import type { Run } from '../../../src/console/model/run.ts'
import { runOf } from '../../../src/console/model/run.ts'
import { spoken } from '../../../src/console/model/said.ts'
import { svgOf } from '../../../src/console/model/svg.ts'
import { parseXml } from '../../../src/wire/xml.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { recorded, recordedLines } from '../recorded.ts'

const numberOf = (run: Run, step: string) => run.messages.findLast((line) => line.step === step)?.n ?? 0

/** Who holds the last key of this name at message `n`. */
const holdersAt = (run: Run, n: number, name: string): Readonly<Record<string, Holding>> =>
  keysAt(run, n).findLast((key) => key.name === name && key.detail !== 'TLS of PC8')?.holders ?? {}

describe('a run', () => {
  it('has lanes by PLMN, the UEs in the middle', async () => {
    const { lanes } = await recorded('7a')
    expect(lanes.map(({ label }) => label)).toEqual([
      'HSS',
      'BSF',
      'KMF',
      'UE-1',
      'UE-2',
      'KMF',
      'BSF',
      'HSS',
    ])
    expect(new Set(lanes.map(({ plmn }) => plmn))).toEqual(new Set(['001-01', '001-02']))
  })

  it('guesses the networks of a file that does not tell them, by the numbers of its nodes', async () => {
    const lines = await recordedLines('7a')
    const older = lines.map((line) => line.replace(/"network":\[[^\]]*\],/, ''))
    expect(runOf(older).lanes.map(({ label }) => label)[3]).toBe('UE-1')
  })

  it('does not open a file that is none, and names the line', async () => {
    const lines = await recordedLines('7a')
    expect(() => runOf(['{"event":"start"'])).toThrow(/line 1/)
    expect(() => runOf([...lines, '{"event":"message","n":"x"}'])).toThrow(/n: a number is needed/)
    expect(() => runOf(['{"event":"row"}'])).toThrow(/no message/)
  })

  it('tells the branch and why the others were not taken', async () => {
    const run = await recorded('7b-expired')
    const branch = run.states.find(({ what }) => what === 'branch')
    const table = branch ? branchTable(branch) : []
    expect(table.map(({ branch: name, taken }) => [name, taken])).toEqual([
      ['7a', false],
      ['7b', true],
      ['7c', false],
      ['7d', false],
    ])
    expect(table[1]?.because).toContain('key expired')
  })

  it('folds steps 0 and 1 and user data, and shows what a fold holds when it is open', async () => {
    const run = await recorded('7a')
    const items = run.items.filter((item) => !(item.kind === 'message' && item.line.heartbeat))
    const folded = rowsOf(items, () => false)
    const groups = folded.flatMap((row) => (row.kind === 'group' ? [row.title] : []))
    expect(groups).toEqual(['UE-2 bootstraps and opens PC8', 'UE-1 bootstraps and opens PC8', 'user data'])
    expect(rowsOf(items, () => true)).toHaveLength(items.length + groups.length)
  })

  it('folds an idle stretch into a row that names the timer that runs', async () => {
    const run = await recorded('mac-failure')
    const idle = run.items.filter((item) => item.kind === 'idle')
    expect(idle.length).toBeGreaterThan(0)
    expect(idle[0]).toMatchObject({ why: 'T4111 of 2 s runs at UE-2' })
  })

  it('a re-negotiation is two attempts, the second with a new B-TID', async () => {
    const run = await recorded('7c-renegotiate-bootstrap')
    expect(run.items.find((item) => item.kind === 'attempt')).toMatchObject({
      title: 'attempt 2: UE-1 comes back with a new B-TID',
    })
  })

  it('a filter finds by point, UE, link, step and words', async () => {
    const run = await recorded('7a')
    const count = (text: string) => run.items.filter(filterOf(text) ?? (() => true)).length
    expect(filterOf('  ')).toBeUndefined()
    expect(count('point:PC6 step:6')).toBe(1)
    expect(count('point:pc6 node:kmf-2 step:9')).toBe(1)
    expect(count('step:12')).toBe(1)
    expect(count('link:L1 name')).toBe(0)
    expect(count('security_mode_command')).toBe(1)
    expect(count('nothing has this')).toBe(0)
  })

  it('reads a row aloud', async () => {
    const run = await recorded('7a')
    const command = run.items.find((item) => 'step' in item && item.step === '12' && item.kind === 'message')
    if (!command) throw new Error('no step 12')
    expect(spoken(command, run)).toMatch(
      /^step 12, PC5, UE-2 to UE-1, direct security mode command, integrity protected, \+/,
    )
  })
})

describe('who holds which key', () => {
  it('7a: the PDK goes from KMF-1 by KMF-2, which wipes it, to UE-2, and UE-1 derives it', async () => {
    const run = await recorded('7a')
    expect(holdersAt(run, numberOf(run, '9'), 'PDK')).toEqual({ kmf1: 'derives', kmf2: 'holds' })
    expect(holdersAt(run, numberOf(run, '10'), 'PDK')).toEqual({
      kmf1: 'derives',
      kmf2: 'wiped',
      ue2: 'holds',
    })
    const done = numberOf(run, '14')
    expect(holdersAt(run, done, 'PDK')).toMatchObject({ ue1: 'holds', ue2: 'holds' })
    for (const name of ['KD-sess', 'PEK', 'PIK'])
      expect(holdersAt(run, done, name)).toEqual({ ue1: 'holds', ue2: 'holds' })
  })

  it('K stays in USIM and HSS, and every key below it hangs on it', async () => {
    const run = await recorded('7a')
    const tree = keysAt(run, numberOf(run, '14'))
    const ofUe1 = tree.filter(({ id }) => id === 'K ue1')
    expect(ofUe1[0]?.holders).toEqual({ ue1: 'holds', hss1: 'holds' })
    const depths = tree
      .slice(tree.findIndex(({ id }) => id === 'K ue1'))
      .map(({ name, depth }) => `${depth} ${name}`)
    expect(depths).toEqual(
      expect.arrayContaining(['1 K', '2 Ks', '3 Ks_NAF', '4 PDK', '5 KD-sess', '6 PEK', '6 PIK']),
    )
  })

  it('7b, R33: GBA push gives a new Ks at BSF-1 and UE-1, for one PDK; nobody keeps it', async () => {
    const run = await recorded('7b-expired')
    const key = keysAt(run, numberOf(run, '14')).find(
      ({ name, detail }) => name === 'Ks' && detail === 'GBA push',
    )
    expect(key).toMatchObject({ detail: 'GBA push', holders: { bsf1: 'wiped', ue1: 'wiped' } })
    expect(holdersAt(run, numberOf(run, '14'), 'PDK')).toMatchObject({ kmf1: 'wiped', ue1: 'holds' })
    const ksNaf = keysAt(run, numberOf(run, '14')).find(({ parent }) => parent === key?.id)
    expect(ksNaf?.holders).toEqual({ bsf1: 'wiped', kmf1: 'wiped', ue1: 'wiped' })
  })

  it('a node that forgets a B-TID holds none of its keys, one that expires serves nothing and leaves the UE', async () => {
    const forgotten = await recorded('7c-renegotiate-bootstrap')
    const old = keysAt(forgotten, numberOf(forgotten, '14')).filter(
      ({ parent, wipedAt }) => parent?.startsWith('Ks ') === true && 'kmf1' in wipedAt,
    )
    expect(old.map(({ holders }) => [holders['bsf1'], holders['kmf1']])).toEqual([
      ['wiped', 'wiped'],
      ['wiped', 'wiped'],
    ])
    const run = await recorded('7a')
    const [last, ms] = [run.messages.at(-1)?.n ?? 0, run.messages.at(-1)?.ms ?? 0]
    const btid = run.states.find(({ what, node }) => what === 'bootstrapped' && node === 'ue1')?.fields[
      'btid'
    ]
    run.add(JSON.stringify({ event: 'state', n: last, ms, node: 'bsf1', what: 'b-tid-expired', btid }))
    const ks = keysAt(run, last).find(
      ({ detail }) => detail === `B-TID ${fieldWord({ btid: btid ?? null }, 'btid')}`,
    )
    expect(ks).toMatchObject({ expired: true, holders: { ue1: 'wiped', bsf1: 'holds' } })
  })

  it('R33: a release wipes the session keys at both ends', async () => {
    const run = await recorded('7a')
    const last = run.messages.at(-1)?.n ?? 0
    expect(holdersAt(run, last, 'KD-sess')).toEqual({ ue1: 'wiped', ue2: 'wiped' })
    expect(holdersAt(run, last, 'PDK')).toMatchObject({ ue1: 'wiped', ue2: 'wiped' })
    const session = keysAt(run, last).find(({ name }) => name === 'KD-sess')
    expect(session?.wipedAt).toEqual({ ue1: last, ue2: last })
    expect(
      entityAt(run, 'ue1', last)
        .find(({ title }) => title === 'links')
        ?.rows[0]?.at(-1),
    ).toBe('released')
  })
})

describe('what is taken away', () => {
  it('an SVG is well formed and draws every arrow; Markdown has a row for each', async () => {
    const run = await recorded('refused-step7')
    const svg = parseXml(utf8(svgOf(run, new Set(run.messages.slice(-6).map(({ n }) => n)))))
    expect(svg.name).toBe('svg')
    expect(svg.children.filter(({ name }) => name === 'path')).toHaveLength(6)
    const markdown = markdownOf(run)
    expect(markdown).toContain('UE-1 has no permission for 001-02')
    expect(markdown.split('\n').filter((line) => line.startsWith('| ')).length).toBeGreaterThan(20)
  })
})
