import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { services } from '../../src/cli/services.ts'
import { Instant } from '../../src/core/units.ts'
import { openAuditFile } from '../../src/io/audit/audit-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'sidelock-audit-'))
const file = join(folder, 'hss1.audit')
const tampered = join(folder, 'tampered.audit')
const cut = join(folder, 'cut.audit')

beforeAll(async () => {
  const clock = { now: () => Instant(Date.UTC(2026, 0, 2)) }
  const audit = await openAuditFile({ file, node: 'hss1', clock })
  const change = { who: 'operator', what: 'permission grant', outcome: 'done' } as const
  await audit.record({ ...change, subject: 'subscriber 00101········01', detail: { plmn: '001-02' } })
  await audit.record({ ...change, subject: 'subscriber 00101········02' })
  await audit.close()
  const text = readFileSync(file, 'utf8')
  writeFileSync(tampered, text.replace('001-02', '001-03'))
  writeFileSync(cut, text.split('\n').slice(0, 2).join('\n') + '\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

async function sidelock(...args: readonly string[]) {
  const out: string[] = []
  const err: string[] = []
  const code = await main(['audit', ...args], {
    terminal: {
      ...{ out: (line) => out.push(line), err: (line) => err.push(line) },
      ...{ columns: undefined, environment: {}, onLine: () => () => undefined },
    },
    services,
    interruption: {
      ...{
        happened: new Promise(() => undefined),
        atOnce: () => undefined,
        end: () => undefined,
        onHangUp: () => () => undefined,
      },
    },
  })
  return { code, out, err }
}

const headOf = async (name: string): Promise<string> => {
  const { out } = await sidelock('verify', name, '--json')
  return (JSON.parse(out[0] ?? '{}') as { head: string }).head
}

describe('sidelock audit', () => {
  it('R46: list tells who changed what, when', async () => {
    const { code, out } = await sidelock('list', file)
    expect(code).toBe(0)
    expect(out).toHaveLength(4)
    expect(out[2]).toMatch(
      /^1 +2026-01-02T00:00:00.000Z +operator +permission grant +subscriber 00101········01 +done +plmn=001-02$/,
    )
    const json = await sidelock('list', file, '--json')
    expect(JSON.parse(json.out[1] ?? '')).toMatchObject({ event: 'row', schema: 1, seq: 1, who: 'operator' })
  })

  it('R46: verify says that a file is whole, and gives the head to keep', async () => {
    const { code, out } = await sidelock('verify', file)
    expect(code).toBe(0)
    expect(out[0]).toMatch(/is whole: 3 records of hss1 from 2026/)
    expect(out[1]).toMatch(/^head sha256:[0-9a-f]{64}$/)
    expect(out[2]).toContain('--head')
  })

  it('R46: verify tells the first record that was changed, with 1', async () => {
    const { code, out } = await sidelock('verify', tampered)
    expect([code, out]).toEqual([1, [expect.stringContaining('is broken at line 2')]])
    expect((await sidelock('list', tampered)).code).toBe(1)
  })

  it('R46: verify sees only with --head that the end was cut off', async () => {
    const [head, early] = [await headOf(file), await headOf(cut)]
    expect((await sidelock('verify', cut)).code).toBe(0)
    expect((await sidelock('verify', cut, '--head', head)).code).toBe(1)
    expect((await sidelock('verify', file, '--head', head)).code).toBe(0)
    expect((await sidelock('verify', file, '--head', early)).code).toBe(0)
  })

  it.each(['list', 'verify'])('%s --help tells its options', async (verb) => {
    const { code, out } = await sidelock(verb, '--help')
    expect([code, out.join('\n')]).toEqual([0, expect.stringContaining('--json')])
  })

  it.each([
    ['a file that is not there', 66, ['verify', join(folder, 'none')]],
    ['a head of another form', 64, ['verify', file, '--head', 'abc']],
    ['a bare hash, which could be a key', 64, ['verify', file, '--head', 'a'.repeat(64)]],
    ['no file', 64, ['list']],
  ])('refuses %s with %i', async (_what, code, args) => {
    const refused = await sidelock(...args)
    expect(refused.code).toBe(code)
    expect(refused.err[0]).toMatch(/^sidelock: error: /)
  })
})
