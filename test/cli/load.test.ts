import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { fixedPorts } from '../testbed/fixed-ports.ts'
import { sidelock } from '../testbed/load/loaded-network.ts'
import { labFile, temporaryDirectory, type Change } from '../testbed/lab-network.ts'

async function lab(changes: readonly Change[] = []) {
  const directory = temporaryDirectory()
  const file = labFile(directory, [...(await fixedPorts()), ...changes])
  const load = (...args: readonly string[]) => sidelock(['load', ...args, '--config', file])
  return { load, in: (name: string) => join(directory, name) }
}

const rate = ['--rate', '1/s'] as const

describe('sidelock load', () => {
  it.each([
    [[], 'what is to be loaded?'],
    [['ubb', ...rate], 'there is no target ubb'],
    [['ub'], 'how much load?'],
    [['ub', ...rate, '--concurrency', '2'], 'how much load?'],
    [['ub', '--rate', 'fast'], '--rate fast is no rate'],
    [['ub', '--rate', '0'], '--rate 0 is no rate'],
    [['ub', ...rate, '--duration', 'long'], '--duration long is no duration'],
    [['ub', ...rate, '--ues', '0'], '--ues 0 is no whole number'],
    [['ub', ...rate, '--arrivals', 'late'], '--arrivals late'],
    [['ub', ...rate, '--mix', '7a'], '7a is no share of a mix'],
    [['ub', ...rate, '--plmn', '001-09'], 'has no PLMN 001-09'],
    [['pc6', ...rate, '--ues', '1', '--mix', '7a,7d-imsi'], '2 kinds of transactions need as many UEs'],
    [['pc6', ...rate, '--ue2-plmn', '001-01'], 'PC6 needs two PLMNs'],
    [['zh', ...rate, '--as', 'ue1'], 'has no HSS, BSF or KMF ue1'],
    [['zh', ...rate, '--as', 'hss1'], 'hss1 is what the load goes to'],
    [['ub', '--write', 'x.csv', '--subscribers', '3'], 'loads nothing'],
    [['--subscribers', '3'], 'go together'],
  ])('refuses %j', async (args, reason) => {
    const { load, in: at } = await lab()
    expect((await load('--subscribers', '200', '--write', at('seed.csv'))).code).toBe(exitCodes.done)
    const { code, err, out } = await load(...args)
    expect(err.join('\n')).toContain(reason)
    expect({ code, out }).toEqual({ code: exitCodes.usage, out: [] })
  })

  it.each(['192.0.2.1:80', '[2001:db8::1]:80'])(
    'sends nothing to %s unless told that it is ours',
    async (address) => {
      const { load } = await lab([[['plmns', 0, 'bsf', 'ubListen'], address]])
      const { code, err } = await load('ub', ...rate)
      expect(code).toBe(exitCodes.notPermitted)
      expect(err.join('\n')).toMatch(/is not on this machine[^]*--target-is-mine/)
    },
  )

  it('does not take where a node listens for where it is reached', async () => {
    const { load } = await lab([[['plmns', 0, 'bsf', 'ubListen'], '0.0.0.0:8080']])
    const { code, err } = await load('ub', ...rate, '--target-is-mine')
    expect(code).toBe(exitCodes.usage)
    expect(err.join('\n')).toContain('says where it listens')
  })

  it('has no subscribers before some are made', async () => {
    const { load } = await lab()
    const { code, err } = await load('ub', ...rate)
    expect(code).toBe(exitCodes.inputMissing)
    expect(err.join('\n')).toContain('load.seed')
  })

  it('has no load without ports', async () => {
    const directory = temporaryDirectory()
    const { code, err } = await sidelock(['load', 'ub', ...rate, '--config', labFile(directory)])
    expect(code).toBe(exitCodes.configuration)
    expect(err.join('\n')).toContain('leaves ports open')
  })

  it('refuses 7b where keys would grow old for too long', async () => {
    const { load, in: at } = await lab()
    await load('--subscribers', '200', '--write', at('seed.csv'))
    const { code, err } = await load('pc8', ...rate, '--ue2s', '1', '--mix', '7b-too-old')
    expect(code).toBe(exitCodes.usage)
    expect(err.join('\n')).toContain('nafKeyMaxAgeSeconds, 43200')
  })

  it('R31, R46: writes subscribers with keys for their owner alone, shows none, and overwrites nothing', async () => {
    const { load, in: at } = await lab()
    const made = await load('--subscribers', '3', '--write', at('one.csv'), '--plmn', '001-02')
    expect(made.code).toBe(exitCodes.done)
    const lines = readFileSync(at('one.csv'), 'utf8').split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[1]).toMatch(/^001029000000000,/)
    expect(statSync(at('one.csv')).mode & 0o777).toBe(0o600)
    expect(statSync(at('lab/secrets/load.seed')).mode & 0o777).toBe(0o600)
    const told = [...made.out, ...made.err].join('\n')
    for (const key of lines[1]?.match(/[0-9a-f]{32}/g) ?? ['none']) expect(told).not.toContain(key)
    expect(told).toContain('subscriber import')
    const again = await load('--subscribers', '3', '--write', at('one.csv'))
    expect(again.code).toBe(exitCodes.outputUnwritable)
    expect(readFileSync(at('one.csv'), 'utf8')).toBe(lines.join('\n'))
  })

  it('makes the same subscribers of the same seed, and says in JSON where that is', async () => {
    const { load, in: at } = await lab()
    const seed = ['--seed-file', at('s.seed')] as const
    const { out } = await load('--subscribers', '2', '--write', at('one.csv'), ...seed, '--json')
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      event: 'result',
      schema: 1,
      subscribers: 2,
      seedFile: at('s.seed'),
    })
    await load('--subscribers', '2', '--write', at('two.csv'), ...seed)
    expect(readFileSync(at('two.csv'), 'utf8')).toBe(readFileSync(at('one.csv'), 'utf8'))
    expect(existsSync(at('lab/secrets/load.seed'))).toBe(false)
    writeFileSync(at('short.seed'), 'a1', { mode: 0o600 })
    const short = await load(
      '--subscribers',
      '2',
      '--write',
      at('three.csv'),
      '--seed-file',
      at('short.seed'),
    )
    expect(short.code).toBe(exitCodes.configuration)
  })
})
