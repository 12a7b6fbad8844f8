import { appendFileSync, mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../../src/core/audit.ts'
import { Instant } from '../../../src/core/units.ts'
import { openAuditFile, type AuditFile } from '../../../src/io/audit/audit-file.ts'
import { verifyAudit } from '../../../src/io/audit/verify-audit.ts'

const clock = { now: () => Instant(Date.UTC(2026, 0, 2, 3, 4, 5)) }
const added = (subject: string): AuditEntry => ({
  ...{ who: 'operator', what: 'subscriber add', subject, outcome: 'done' },
})

const newFile = () => join(mkdtempSync(join(tmpdir(), 'audit-')), 'kmf1.jsonl')
const openAt = (file: string) => openAuditFile({ file, node: 'kmf1', clock })

async function recorded(file: string, ...subjects: readonly string[]): Promise<void> {
  const audit = await openAt(file)
  for (const subject of subjects) await audit.record(added(subject))
  await audit.close()
}

const verified = (file: string) => verifyAudit(readFileSync(file))
const subjectsOf = (file: string) => verified(file).records.map(({ subject }) => subject)
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1)
const rewrite = (file: string, lines: readonly string[]) => writeFileSync(file, `${lines.join('\n')}\n`)

describe('audit file', () => {
  it('R46: tells who changed what and when, begins with node and time, and is for its owner alone', async () => {
    const file = newFile()
    await recorded(file, 'one')
    expect(verified(file).records).toMatchObject([
      {
        seq: 0,
        time: '2026-01-02T03:04:05.000Z',
        previous: '0'.repeat(64),
        who: 'kmf1',
        what: 'audit begun',
      },
      { seq: 1, who: 'operator', what: 'subscriber add', subject: 'one', outcome: 'done' },
    ])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('R46: each record holds the SHA-256 of the line before, over a restart too', async () => {
    const file = newFile()
    await recorded(file, 'one')
    await recorded(file, 'two')
    const { records, broken } = verified(file)
    expect(broken).toBeUndefined()
    expect(records.map(({ seq }) => seq)).toEqual([0, 1, 2])
    expect(records.slice(1).map(({ previous }) => previous)).toEqual(
      records.slice(0, -1).map(({ hash }) => hash),
    )
  })

  it('R46: entries that come together are all there, in order, when they are acknowledged', async () => {
    const file = newFile()
    const audit = await openAt(file)
    const subjects = Array.from({ length: 200 }, (_, index) => `s${index}`)
    await Promise.all(subjects.map((subject) => audit.record(added(subject))))
    expect(subjectsOf(file)).toEqual(['kmf1', ...subjects])
    await audit.close()
  })

  it('R46: two writers of one file, one after the other, continue one chain', async () => {
    const file = newFile()
    const [node, command] = [await openAt(file), await openAt(file)]
    await command.record(added('one'))
    await node.record(added('two'))
    await command.record(added('three'))
    expect(subjectsOf(file)).toEqual(['kmf1', 'one', 'two', 'three'])
    await Promise.all([node, command].map((audit: AuditFile) => audit.close()))
  })

  it('R46: a record that cannot be written is an error, and the next one continues the chain', async () => {
    const file = newFile()
    const audit = await openAt(file)
    await expect(audit.record(added('x'.repeat(20_000)))).rejects.toMatchObject({ code: 'ERR_INVALID_VALUE' })
    await audit.record(added('one'))
    expect(subjectsOf(file)).toEqual(['kmf1', 'one'])
    await audit.close()
    await expect(audit.record(added('two'))).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' })
  })

  it('adds nothing to a file that is no audit file', async () => {
    const file = newFile()
    writeFileSync(file, 'root:x:0:0\n')
    await expect(openAt(file)).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' })
    expect(readFileSync(file, 'utf8')).toBe('root:x:0:0\n')
  })
})

describe('a line that a crash tore', () => {
  it.each([1, 100, 180])('R46: cut %i octets short it does not stop the node, and stays', async (missing) => {
    const file = newFile()
    await recorded(file, 'one', 'two')
    truncateSync(file, statSync(file).size - missing)
    if (missing > 1) expect(verified(file).tornLine).toBe(3)
    await recorded(file, 'three')
    expect(verified(file).broken).toBeUndefined()
    const kept = missing === 1 ? ['kmf1', 'one', 'two'] : ['kmf1', 'one', 'kmf1']
    expect(subjectsOf(file)).toEqual([...kept, 'three'])
  })

  it('R46: of the first record it does not stop the node either', async () => {
    const file = newFile()
    writeFileSync(file, '{"seq":0,"ti')
    await recorded(file, 'one')
    expect(verified(file).records.map(({ what }) => what)).toEqual(['audit line torn', 'subscriber add'])
  })

  it('R46: twice in a row, the second time in the record that tells of the first', async () => {
    const file = newFile()
    await recorded(file, 'one')
    appendFileSync(file, '{"seq":2,"ti\n{"se')
    await recorded(file, 'two')
    expect(verified(file).broken).toBeUndefined()
    expect(subjectsOf(file)).toEqual(['kmf1', 'one', 'kmf1', 'two'])
  })
})

describe('verification', () => {
  const tampered = async (change: (lines: string[]) => string[]) => {
    const file = newFile()
    await recorded(file, 'one', 'two', 'three')
    rewrite(file, change(linesOf(file)))
    return verified(file)
  }

  it.each<[string, (lines: string[]) => string[], { line: number; reason: RegExp }]>([
    ['a changed record', (lines) => lines.map((line) => line.replace('"two"', '"2"')), { line: 3, reason: /another hash/ }], // prettier-ignore
    [
      'a removed record',
      (lines) => lines.toSpliced(2, 1),
      { line: 3, reason: /record 3 stands where record 2/ },
    ],
    ['a doubled record', (lines) => [...lines, ...lines.slice(-1)], { line: 5, reason: /record 3 stands/ }],
    ['a record made unreadable', (lines) => lines.with(1, 'x'), { line: 2, reason: /no record/ }],
    ['a removed beginning', (lines) => lines.slice(1), { line: 1, reason: /record 1 stands/ }],
    ['another beginning', (lines) => lines.with(0, (lines[0] ?? '').replaceAll('kmf1', 'kmf2')), { line: 1, reason: /another hash/ }], // prettier-ignore
  ])('R46: tells of %s', async (_what, change, { line, reason }) => {
    const { broken } = await tampered(change)
    expect(broken).toEqual({ line, reason: expect.stringMatching(reason) as string })
  })

  it('R46: does not see that the end was cut off: only a hash kept elsewhere shows that', async () => {
    const whole = await tampered((lines) => lines)
    const cut = await tampered((lines) => lines.slice(0, -1))
    expect(cut.broken).toBeUndefined()
    const kept = whole.records.at(-1)?.hash
    expect(cut.records.some(({ hash }) => hash === kept)).toBe(false)
  })
})
