import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromUtf8 } from '../../src/core/bytes.ts'
import { InvalidConfig } from '../../src/core/invalid-config.ts'
import { hours, later, type Instant } from '../../src/core/units.ts'
import { check } from '../../src/cli/commands/check.ts'
import type { CheckFlags } from '../../src/cli/flags.ts'
import { services } from '../../src/cli/services.ts'
import { systemClock, systemRandom } from '../../src/io/system.ts'
import { checkFilesOf, prepareFiles } from '../../src/nodes/config/files.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { findNode } from '../../src/nodes/config/nodes.ts'
import { temporaryDirectory } from '../io/store/temporary.ts'

const example = readFileSync('examples/two-plmns.yaml', 'utf8')
const days = (count: number) => later(systemClock.now(), hours(24 * count))

/** The files of a lab that somebody brought to a machine without one. */
async function machine(certifiedAt: Instant = systemClock.now()) {
  const directory = temporaryDirectory()
  const lab = join(directory, 'lab.yaml')
  writeFileSync(lab, example.replace('.sidelock/lab', directory))
  await prepareFiles(loadNetworkConfig(lab), { clock: { now: () => certifiedAt }, random: systemRandom })
  const file = join(directory, 'my.yaml')
  writeFileSync(file, fromUtf8(Buffer.from(example)).replace(/\nlab:[^]*?\n\n/, '\n'))
  return { directory, file }
}

async function checked(file: string, flags: CheckFlags) {
  const [out, err]: [string[], string[]] = [[], []]
  const terminal = {
    ...{ out: (line: string) => out.push(line), err: (line: string) => err.push(line) },
    ...{ columns: undefined, environment: {}, onLine: () => () => undefined },
  }
  try {
    return { code: await check(file, flags, { terminal, services }), out, err, mistakes: [] }
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error
    return { code: 78, out, err, mistakes: error.mistakes.map(({ path, message }) => `${path}: ${message}`) }
  }
}

describe('sidelock check --node', () => {
  it('finds all files of a node that has them, and looks at no other', async () => {
    const { file, directory } = await machine()
    rmSync(join(directory, 'certs/kmf1.key'))
    const { out, mistakes } = await checked(file, { node: ['hss1', 'bsf1'] })
    expect(mistakes).toEqual([])
    expect(out).toEqual([`${file} can be used: 2 PLMNs, 2 subscribers, 2 UEs, files of hss1, files of bsf1`])
    expect((await checked(file, { node: ['kmf1'] })).mistakes).toEqual([
      'plmns[0].kmf.diameter.certificateKeyFile: the file is missing',
    ])
  })

  it('R32, R38, B72: tells every file that cannot be used, at once', async () => {
    const { file, directory } = await machine()
    chmodSync(join(directory, 'secrets/hss1.key'), 0o644)
    writeFileSync(join(directory, 'secrets/ue1.k'), 'no key\n')
    writeFileSync(join(directory, 'certs/hss1.pem'), readFileSync(join(directory, 'certs/bsf1.pem')))
    const { code, mistakes } = await checked(file, { node: ['hss1'] })
    expect(code).toBe(78)
    expect(mistakes.map((mistake) => mistake.split(':')[0])).toEqual([
      'plmns[0].hss.storeKeyFile',
      'plmns[0].subscribers[0].aka.kFile',
      'plmns[0].hss.diameter.certificateFile',
    ])
    expect(mistakes[0]).toContain('others may read it (mode 644): chmod 600')
    expect(mistakes[2]).toContain('the certificate is not for hss1.epc.mnc001.mcc001.3gppnetwork.org')
  })

  it('warns of a certificate that ends within 30 days, also as JSON', async () => {
    const { file, directory } = await machine(days(-340))
    const { out, err } = await checked(file, { node: ['kmf1'] })
    expect(out).toHaveLength(1)
    expect(err).toEqual([
      expect.stringMatching(
        new RegExp(
          `^sidelock: warning: ${directory}/certs/kmf1.pem: the certificate ends on \\d{4}-\\d\\d-\\d\\d, plmns`,
        ),
      ),
    ])
    const json = await checked(file, { node: ['kmf1'], json: true })
    expect(JSON.parse(json.out[0] ?? '')).toMatchObject({
      valid: true,
      nodes: ['kmf1'],
      warnings: [{ path: 'plmns[0].kmf.diameter.certificateFile' }],
    })
  })

  it('R38: a certificate that has ended, or not begun, cannot be used', async () => {
    const { file } = await machine()
    const config = loadNetworkConfig(file)
    const at = (instant: Instant) => () =>
      checkFilesOf(config, [findNode(config, 'kmf1') ?? expect.unreachable()], {
        clock: { now: () => instant },
      })
    expect(at(days(0))).not.toThrow()
    expect(at(days(366))).toThrow(/the certificate ended on \d{4}-/)
    expect(at(days(-1))).toThrow(/the certificate begins on \d{4}-/)
  })

  it('of a lab misses nothing that its start makes, and makes nothing', async () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'lab.yaml')
    writeFileSync(file, example.replace('.sidelock/lab', join(directory, 'lab')))
    expect((await checked(file, { node: ['hss1', 'kmf2', 'ue1'] })).mistakes).toEqual([])
    writeFileSync(file, readFileSync(file, 'utf8').replace('secrets/ue1.k,', '/nowhere/ue1.k,'))
    expect((await checked(file, { node: ['hss1'] })).mistakes).toEqual([
      'plmns[0].subscribers[0].aka.kFile: the file is missing',
    ])
  })

  it('asks back when there is no such node', async () => {
    const { file } = await machine()
    await expect(checked(file, { node: ['kmf3'] })).rejects.toMatchObject({ hint: 'did you mean kmf1' })
  })
})
