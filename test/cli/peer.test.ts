import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { InvalidConfig } from '../../src/core/invalid-config.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { startRun } from '../../src/testbed/run.ts'
import { labFile, temporaryDirectory } from '../testbed/lab-network.ts'
import { rows, sidelock } from './command-line.ts'

const host = 'kmf1.epc.mnc003.mcc001.3gppnetwork.org'
const range = ['--ue-ids', '100000-1fffff']
const own = ['--plmn', '001-01']

/** A lab that nobody runs. */
function lab() {
  const directory = temporaryDirectory()
  const config = labFile(directory)
  const run = (...args: readonly string[]) => sidelock(config, args)
  const add = (...more: readonly string[]) => run('peer', 'add', '001-03', ...own, ...more)
  return { directory, config, run, add }
}

describe('sidelock peer', () => {
  it('adds a peer to the store of a KMF that does not run, shows, lists and removes it', async () => {
    const { run, add, config } = lab()
    const added = await add(...range, '--kmf', `${host}@192.0.2.3:5868`, '--extension', 'E1', '--json')
    expect(added).toMatchObject({ code: 0, err: [] })
    expect(rows(added)).toMatchObject([
      {
        ...{ event: 'result', schema: 1, plmn: '001-03', realm: 'epc.mnc003.mcc001.3gppnetwork.org' },
        kmfs: [{ host, address: '192.0.2.3:5868', priority: 0, requestsPerSecond: 'unlimited' }],
        ...{ extensions: ['E1'], proseUeIds: ['100000-1fffff'] },
      },
    ])
    const listed = rows(await run('peer', 'list', '--json'))
    expect(listed).toMatchObject([
      { of: '001-01', plmn: '001-02', keptIn: `${config}, plmns[1]` },
      { of: '001-01', plmn: '001-03' },
      { of: '001-02', plmn: '001-01', keptIn: `${config}, plmns[0]` },
    ])
    expect((await run('peer', 'show', '001-03', ...own)).out).toContain('extensions    E1')
    const unasked = await run('peer', 'remove', '001-03', ...own)
    expect([unasked.code, unasked.err[1]]).toEqual([exitCodes.usage, 'sidelock: hint: add --yes'])
    expect((await run('peer', 'remove', '001-03', ...own, '--yes')).code).toBe(0)
    expect((await run('peer', 'show', '001-03', ...own)).code).toBe(exitCodes.otherOutcome)
  })

  it('R2: refuses what overlaps, names both places, and changes nothing', async () => {
    const { run, add, config } = lab()
    const refused = await add('--ue-ids', '070000-17ffff', '--kmf', host)
    expect(refused.code).toBe(exitCodes.inputWrong)
    expect(refused.err[0]).toContain(
      `proseUeIds[0]: overlaps 000001-07ffff of ${config}, plmns[0]: one ID would name two UEs`,
    )
    const kept = await run('peer', 'remove', '001-02', ...own, '--yes')
    expect(kept.code).toBe(exitCodes.otherOutcome)
    expect(kept.err[0]).toBe(`sidelock: error: this peer is kept in ${config}, plmns[1] [ERR_KEPT_IN_FILE]`)
    expect(rows(await run('peer', 'list', ...own, '--json'))).toHaveLength(1)
  })

  it.each([
    [['peer', 'add', 'x', ...range, '--kmf', host], 'PLMN'],
    [['peer', 'add', '001-03', ...own, '--kmf', host], '--ue-ids and --kmf are needed'],
    [['peer', 'add', '001-03', ...range, '--kmf', host], 'has 001-01 and 001-02'],
  ])('tells what is wrong with %j', async (args, what) => {
    const { run } = lab()
    const { code, err } = await run(...args)
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toContain(what)
  })

  it('B73: imports all of a file or none with the line of each mistake, and exports what imports again', async () => {
    const { run, directory } = lab()
    const file = join(directory, 'peers.yaml')
    const peer = (plmn: string, ids: string) =>
      `  - plmn: "${plmn}"\n    proseUeIds: ["${ids}"]\n    kmfs: [{ host: kmf.${plmn}.example }]\n`
    writeFileSync(file, `peers:\n${peer('001-03', '100000-1fffff')}${peer('001-04', '180000-2fffff')}`)
    const wrong = await run('peer', 'import', file, ...own)
    expect(wrong.code).toBe(exitCodes.inputWrong)
    expect(wrong.err.join('\n')).toContain(`${file}:6:18`)
    expect(wrong.err.join('\n')).toContain('overlaps 100000-1fffff of peer 001-03 of this store')
    expect(rows(await run('peer', 'list', ...own, '--json'))).toHaveLength(1)

    writeFileSync(file, `peers:\n${peer('001-03', '100000-1fffff')}${peer('001-04', '200000-2fffff')}`)
    expect((await run('peer', 'import', file, ...own)).out).toEqual([`2 peers imported from ${file}`])
    const exported = await run('peer', 'export', ...own)
    expect(exported.code).toBe(0)
    writeFileSync(file, `${exported.out.join('\n')}\n`)
    expect((await run('peer', 'import', file, ...own)).err.join('\n')).toContain(
      'there is a peer 001-03 already',
    )
    expect((await run('peer', 'import', file, ...own, '--replace')).code).toBe(0)
    expect((await run('peer', 'import', join(directory, 'none.yaml'), ...own)).code).toBe(exitCodes.inputMissing) // prettier-ignore
  })

  it('R8: a subscriber may be permitted to link with a peer of the store, and with no PLMN that is none', async () => {
    const { run, add, directory } = lab()
    const file = join(directory, 'k')
    writeFileSync(file, `${'0123456789abcdef'.repeat(2)}\n`, { mode: 0o600 })
    const imsi = '001010000000009'
    await run('subscriber', 'add', imsi, '--k-file', file, '--opc-file', file, '--permission', 'one-to-one')
    expect((await run('permission', 'grant', imsi, '001-03')).code).toBe(exitCodes.inputWrong)
    await add(...range, '--kmf', host)
    expect((await run('permission', 'grant', imsi, '001-03')).code).toBe(0)
  })

  it('R2: no node starts whose configuration says what a peer of its store says', async () => {
    const { add, config, run } = lab()
    await add(...range, '--kmf', host)
    const text = readFileSync(config, 'utf8').replace('"080000-0fffff"', '"080000-1fffff"')
    writeFileSync(config, text)
    const starting = startRun({
      ...{ config: loadNetworkConfig(config), scenario: '7a', once: true, processes: false },
      ...{ unsafeRevealKeys: false, tap: () => undefined },
    })
    await expect(starting).rejects.toThrow(InvalidConfig)
    await expect(starting).rejects.toThrow(
      'its store has the peer 001-03, proseUeIds[0]: overlaps 080000-1fffff of',
    )
    expect((await run('peer', 'remove', '001-03', ...own, '--yes')).code).toBe(0)
  })
})
