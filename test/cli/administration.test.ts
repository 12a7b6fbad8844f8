import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { labFile, temporaryDirectory } from '../testbed/lab-network.ts'
import { rows, sidelock } from './command-line.ts'

const imsi = '001010000000009'

/** A lab that nobody runs, and keys for a subscriber. */
function lab() {
  const directory = temporaryDirectory()
  const config = labFile(directory)
  const secrets = ['new.k', 'new.opc'].map((name) => {
    const digits = randomBytes(16).toString('hex')
    writeFileSync(join(directory, name), `${digits}\n`, { mode: 0o600 })
    return digits
  })
  const keys = ['--k-file', join(directory, 'new.k'), '--opc-file', join(directory, 'new.opc')]
  const run = (...args: readonly string[]) => sidelock(config, args)
  const add = (...more: readonly string[]) => run('subscriber', 'add', imsi, ...keys, ...more)
  return { ...{ directory, config, secrets, keys, run, add }, file: (name: string) => join(directory, name) }
}

const [plmn1, json] = [['--plmn', '001-01'], '--json'] as const

describe('sidelock subscriber and permission', () => {
  it('adds, shows, lists and removes a subscriber of the store, and what it may', async () => {
    const { run, add } = lab()
    const added = await add('--permission', 'one-to-one', '--may-link-with', '001-02', json)
    expect(added).toMatchObject({ code: 0, err: [] })
    expect(rows(added)).toMatchObject([
      { event: 'result', schema: 1, imsi, algorithm: 'MILENAGE', mayLinkWith: ['001-02'], prose: { ueIds: ['000001'] } },
    ]) // prettier-ignore
    expect((await run('subscriber', 'show', imsi)).out.join('\n')).toMatch(/K held[^]*000001[^]*001-02/)
    const listed = rows(await run('subscriber', 'list', ...plmn1, json))
    expect(listed.map((row) => [row['event'], row['imsi'], typeof row['keptIn']])).toEqual([
      ['row', '001010000000001', 'string'],
      ['row', imsi, 'undefined'],
    ])
    expect((await run('subscriber', 'remove', imsi, '--yes')).code).toBe(0)
    expect((await run('subscriber', 'show', imsi)).code).toBe(exitCodes.otherOutcome)
    expect((await run('permission', 'list', imsi)).code).toBe(exitCodes.otherOutcome)
  })

  it('R31: shows no key, on no stream, and leaves none in the audit', async () => {
    const { run, add, secrets, file } = lab()
    const answers = [await add('-v'), await add('-v'), await run('subscriber', 'list', json)]
    answers.push(await run('subscriber', 'export', ...plmn1))
    const audit = readFileSync(file('lab/admin/hss1.audit'), 'utf8')
    const told = [...answers.flatMap(({ out, err }) => [...out, ...err]), audit].join('\n')
    for (const secret of secrets) expect(told.toLowerCase()).not.toContain(secret)
    expect(audit.split('\n').map((line) => /"what":"([^"]*)"/.exec(line)?.[1])).toEqual([
      ...['audit begun', 'subscriber add', 'subscriber add', undefined],
    ])
  })

  it('grants and revokes permissions, and says who keeps those of the configuration', async () => {
    const { run, add, config } = lab()
    await add()
    expect((await run('permission', 'grant', imsi, 'all')).out).toEqual([
      `${imsi} may link with UEs of every PLMN`,
    ])
    expect((await run('permission', 'grant', imsi, '001-02')).code).toBe(0)
    expect(rows(await run('permission', 'list', imsi, json))).toMatchObject([
      { mayLinkWith: ['*', '001-02'] },
    ])
    expect((await run('permission', 'revoke', imsi, 'all')).code).toBe(0)
    expect((await run('permission', 'revoke', imsi, 'all')).code).toBe(exitCodes.otherOutcome)
    expect((await run('permission', 'grant', imsi, '999-99')).code).toBe(exitCodes.inputWrong)
    const kept = await run('permission', 'revoke', '001010000000001', '001-02')
    expect(kept.code).toBe(exitCodes.otherOutcome)
    expect(kept.err[0]).toBe(`sidelock: error: this subscriber is kept in ${config}, plmns[0].subscribers[0] [ERR_KEPT_IN_FILE]`) // prettier-ignore
  })

  it('a restart undoes nothing: the file seeds those that it names, and all others stay', async () => {
    const { run, add, config } = lab()
    await add('--may-link-with', '001-02')
    const text = readFileSync(config, 'utf8').replace('permissions: [ one-to-one ]', 'permissions: [ relay ]')
    writeFileSync(config, text)
    const listed = rows(await run('subscriber', 'list', ...plmn1, json))
    expect(listed.map((row) => row['imsi'])).toEqual(['001010000000001', imsi])
    expect(rows(await run('permission', 'list', imsi, json))).toMatchObject([{ mayLinkWith: ['001-02'] }])
  })

  it('asks before it removes, and wants --yes where nobody can be asked', async () => {
    const { run, add, config } = lab()
    await add()
    const unasked = await run('subscriber', 'remove', imsi)
    expect([unasked.code, unasked.err[1]]).toEqual([exitCodes.usage, 'sidelock: hint: add --yes'])
    expect((await sidelock(config, ['subscriber', 'remove', imsi], 'no')).code).toBe(exitCodes.otherOutcome)
    expect((await run('subscriber', 'show', imsi)).code).toBe(0)
    expect((await sidelock(config, ['subscriber', 'remove', imsi], 'y')).code).toBe(0)
    expect((await run('subscriber', 'show', imsi)).code).toBe(exitCodes.otherOutcome)
  })

  it('B73: imports all of a file or none, and exports what imports again', async () => {
    const { run, file } = lab()
    const [head, k] = ['imsi,algorithm,k,opc,permissions,mayLinkWith', '0123456789abcdef0123456789abcdef']
    const line = (number: number, key = k) => `00101000000010${number},MILENAGE,${key},${k},one-to-one,001-02`
    const write = (name: string, ...content: readonly string[]) => {
      writeFileSync(file(name), content.map((one) => `${one}\n`).join(''), { mode: 0o600 })
      return file(name)
    }
    const wrong = await run(
      'subscriber',
      'import',
      write('a.csv', head, line(1), line(2, k.slice(2))),
      ...plmn1,
    )
    expect(wrong.code).toBe(exitCodes.inputWrong)
    expect(wrong.err).toEqual([
      `sidelock: error: ${file('a.csv')}: nothing was imported [ERR_IMPORT]`,
      `  ${file('a.csv')}:3:26  aka.k`,
      '     hex: 32 hex digits are needed',
      'sidelock: hint: mend these and import again',
    ])
    expect((await run('subscriber', 'list', ...plmn1, json)).out).toHaveLength(1)
    const imported = await run('subscriber', 'import', write('b.csv', head, line(1), line(2)), ...plmn1)
    expect(imported).toMatchObject({ code: 0, out: [`2 subscribers imported from ${file('b.csv')}`] })
    const again = await run('subscriber', 'import', write('c.csv', head, line(3), line(2)), ...plmn1)
    expect(again.err.slice(1, 3)).toEqual([
      `  ${file('c.csv')}:3:1  imsi`,
      '     there is a subscriber with this IMSI already',
    ])
    expect((await run('subscriber', 'import', file('c.csv'), ...plmn1, '--replace')).code).toBe(0)
    expect((await run('subscriber', 'import', file('none.csv'), ...plmn1)).code).toBe(exitCodes.inputMissing)
    expect((await run('subscriber', 'import', file('b.csv'))).code).toBe(exitCodes.usage)

    const exported = await run('subscriber', 'export', ...plmn1)
    expect(exported.out).toHaveLength(5)
    expect(exported.out.join('\n')).not.toContain(k)
    const withKeys = await run('subscriber', 'export', ...plmn1, '--with-keys', file('keys.csv'))
    expect(withKeys.code).toBe(0)
    expect(statSync(file('keys.csv')).mode & 0o777).toBe(0o600)
    expect((await run('subscriber', 'export', ...plmn1, '--with-keys', file('keys.csv'))).code).toBe(exitCodes.outputUnwritable) // prettier-ignore
    const content = readFileSync(file('keys.csv'), 'utf8').split('\n')
    const own = content.filter((one) => !one.startsWith('001010000000001,')).join('\n')
    writeFileSync(file('keys.csv'), own)
    expect((await run('subscriber', 'import', file('keys.csv'), ...plmn1, '--replace')).code).toBe(0)
    expect((await run('subscriber', 'export', ...plmn1)).out).toEqual(exported.out)
  })

  it.each([
    [['subscriber', 'ad', imsi], exitCodes.usage],
    [['subscriber', 'add', '1', '--k-file', 'a', '--opc-file', 'b'], exitCodes.usage],
    [['subscriber', 'add', imsi], exitCodes.usage],
    [['subscriber', 'add', '999990000000001', '--k-file', 'a', '--opc-file', 'b'], exitCodes.usage],
    [['subscriber', 'add', imsi, '--k-file', 'missing.k', '--opc-file', 'b'], exitCodes.inputMissing],
    [['subscriber', 'list', '--plmn', '001-03'], exitCodes.usage],
    [['subscriber', 'list', '--at', '/tmp/sidelock-nobody.sock'], exitCodes.unavailable],
    [['subscriber', 'list', '--at', 'http://127.0.0.1:1'], exitCodes.usage],
    [['subscriber', 'list', '--at', 'https://127.0.0.1:1'], exitCodes.usage],
    [['permission', 'grant', imsi, 'x'], exitCodes.usage],
    [['permission', 'list', '--josn'], exitCodes.usage],
  ])('%j is refused with %i', async (args, exit) => {
    const { run } = lab()
    const { code, err, out } = await run(...args)
    expect([code, out]).toEqual([exit, []])
    expect(err[0]).toMatch(/^sidelock: error: .* \[ERR_\w+\]$/)
  })

  it('B74: refuses a key in an argument', async () => {
    const { run } = lab()
    const { code, err } = await run('subscriber', 'add', imsi, '--k-file', '0123456789abcdef0123456789abcdef')
    expect(code).toBe(exitCodes.usage)
    expect(err.join('')).not.toContain('0123456789abcdef')
  })

  it('B72: refuses a key file that others may read', async () => {
    const { run, file, keys } = lab()
    writeFileSync(file('open.k'), `${'1'.repeat(32)}\n`, { mode: 0o644 })
    const { code, err } = await run('subscriber', 'add', imsi, '--k-file', file('open.k'), ...keys.slice(2))
    expect(code).toBe(exitCodes.configuration)
    expect(err.join('\n')).toContain('others may read it')
    expect(existsSync(file('lab/stores/hss1.db'))).toBe(false)
  })

  it.each([['subscriber'], ['subscriber', 'import'], ['permission', 'grant']])(
    '%s %s has help',
    async (...args) => {
      const { code, out } = await lab().run(...args.filter((arg) => typeof arg === 'string'), '--help')
      expect(code).toBe(0)
      expect(out.join('\n')).toContain(
        `npx sidelock ${args.filter((arg) => typeof arg === 'string').join(' ')}`,
      )
    },
  )
})
