import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { exitCodes, type ExitCode } from '../../src/cli/exit-codes.ts'
import { services, type Services } from '../../src/cli/services.ts'
import { drawRun } from '../../src/testbed/simulation/drawn-run.ts'
import { TemporaryFailure } from '../../src/core/errors.ts'
import type { TapEvent } from '../../src/core/tap.ts'
import { Instant } from '../../src/core/units.ts'
import type { ScenarioResult } from '../../src/testbed/result.ts'
import type { NetworkConfig } from '../../src/nodes/config/network-config.ts'
import type { RunOptions } from '../../src/testbed/run.ts'
import { events7a, result7a, resultRefused, twoPlmns } from './network.ts'

const example = 'examples/two-plmns.yaml'
const folder = mkdtempSync(join(tmpdir(), 'sidelock-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Given {
  readonly events?: readonly TapEvent[]
  readonly result?: Promise<ScenarioResult>
  readonly columns?: number
  readonly config?: (config: NetworkConfig) => NetworkConfig
  readonly interrupted?: Promise<ExitCode>
  readonly startRun?: Services['startRun']
  readonly environment?: Record<string, string>
  readonly onLine?: (line: string) => void
  /** Gets the function that types a line. */
  readonly simulateRun?: Services['simulateRun']
  readonly typing?: (type: (line: string) => void) => void
}

/** What nobody asks of a network that only plays events. */
const playing = {
  connect: () => Promise.reject(new Error('it only plays events')),
  network: undefined as never,
  tell: () => undefined,
  processes: undefined,
}

/** Runs one command line against a network that only plays events. */
async function sidelock(args: readonly string[], given: Given = {}) {
  const out: string[] = []
  const err: string[] = []
  const asked: RunOptions[] = []
  let stops = 0
  const fake: Services = {
    loadConfig: async (file) => {
      const config = await services.loadConfig(file)
      return given.config?.(config) ?? config
    },
    checkFiles: services.checkFiles,
    prepareFiles: services.prepareFiles,
    startRun(options) {
      asked.push(options)
      const [early, ...later] = given.events ?? events7a()
      if (early) options.tap(early)
      const played = new Promise<void>((resolve) => {
        setImmediate(() => {
          later.forEach(options.tap)
          resolve()
        })
      })
      const result = played.then(() => given.result ?? result7a)
      const stop = () => {
        stops++
        return Promise.resolve()
      }
      const again = () => {
        options.laterSetUps?.ended(result7a)
        return Promise.resolve(result7a)
      }
      return Promise.resolve({ ...playing, nodes: twoPlmns, result, again, stop })
    },
    startNode: ({ name, role, tap }) => {
      events7a().forEach(tap)
      const plmn = twoPlmns[0]?.plmn ?? ('' as never)
      return Promise.resolve({
        name,
        role,
        plmn,
        listens: ['PC8 127.0.0.1:1'],
        reload: () => Promise.resolve(),
        stop: () => Promise.resolve(),
      })
    },
    startHomeNetworks: () =>
      Promise.resolve({
        listens: ['bsf1 ub 127.0.0.1:2'],
        reload: () => Promise.resolve(),
        stop: () => Promise.resolve(),
      }),
    simulateRun: given.simulateRun ?? services.simulateRun,
    openConsole: (options) => services.openConsole({ ...options, serve: false }),
    ...(given.startRun ? { startRun: given.startRun } : {}),
  }
  const code = await main(args, {
    terminal: {
      out(line) {
        out.push(line)
        given.onLine?.(line)
      },
      err: (line) => err.push(line),
      columns: given.columns,
      environment: given.environment ?? {},
      onLine(take) {
        given.typing?.(take)
        return () => undefined
      },
    },
    services: fake,
    interruption: {
      happened: given.interrupted ?? new Promise(() => undefined),
      atOnce: () => undefined,
      onHangUp: () => undefined,
      end: () => undefined,
    },
  })
  return { code, out, err, asked, stops: () => stops }
}

const interrupted = Promise.resolve(exitCodes.interrupted)
const never = new Promise<ScenarioResult>(() => undefined)

describe('what is typed', () => {
  it('shows an overview of twelve lines and more for nothing', async () => {
    const { code, out } = await sidelock([])
    expect(code).toBe(0)
    expect(out.join('\n')).toMatch(/npx sidelock testbed[^]*npx sidelock run[^]*npx sidelock check/)
  })

  it.each(['testbed', 'run', 'scenarios', 'node', 'check', 'conformance', 'wireshark'])(
    '%s --help has examples',
    async (command) => {
      const { code, out } = await sidelock([command, '--help'])
      expect(code).toBe(0)
      expect(out.join('\n')).toContain(`Examples:\n  npx sidelock ${command}`)
      expect(out.join('\n')).toContain('--json')
    },
  )

  it.each([
    [['rnu', '7a'], "unknown command 'rnu'", 'did you mean run'],
    [['run', '7a', '--josn'], "unknown option '--josn'", 'did you mean --json'],
    [['run', '7c-fuond'], 'there is no scenario 7c-fuond', 'did you mean 7c-found'],
    [['node', 'kfm'], 'there is no role kfm', 'did you mean kmf'],
    [['node', 'kmf', '--name', 'kmf3'], `${example} has no kmf kmf3`, 'did you mean kmf1'],
    [['node', 'kmf', '--name', 'kmf1', '--log', 'inof'], 'there is no log level inof', 'did you mean info'],
    [['run'], 'run needs a scenario', 'npx sidelock scenarios lists them'],
  ])('refuses %j with a hint', async (args, message, hint) => {
    const { code, err, out } = await sidelock(args)
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toBe(`sidelock: error: ${message} [ERR_USAGE]`)
    expect(err[1]).toContain(`sidelock: hint: ${hint}`)
    expect(out).toEqual([])
  })

  it.each([
    [['run', '7a', '--k', '000102030405060708090a0b0c0d0e0f']],
    [['run', '7a', '--opc=000102030405060708090a0b0c0d0e0f']],
    [['node', 'ue', '--password', 'x']],
    [['check', '000102030405060708090A0B0C0D0E0F']],
    [['check', 'k=000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f']],
  ])('B74: refuses a secret in %j and does not repeat it', async (args) => {
    const { code, err } = await sidelock(args)
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toContain('[ERR_SECRET_IN_ARGUMENTS]')
    expect(err[1]).toContain('put it into a file')
    expect(err.join('\n')).not.toMatch(/0a0b0c/i)
  })
})

describe('wireshark', () => {
  const home = join(folder, 'home')
  const environment = { PATH: process.env['PATH'] ?? '', HOME: home }

  it('prints the dissector, for people and for programs', async () => {
    const { out } = await sidelock(['wireshark'])
    expect(out.join('\n')).toContain('"DIRECT_SECURITY_MODE_COMMAND"')
    const { out: lines } = await sidelock(['wireshark', '--json'])
    expect(JSON.parse(lines[0] ?? '')).toEqual({ event: 'result', schema: 1, lua: out.join('\n') })
  })

  it('installs it where tshark finds it', async () => {
    const { code, out, err } = await sidelock(['wireshark', '--install'], { environment })
    expect(code).toBe(0)
    expect(out).toEqual([join(home, '.local/lib/wireshark/plugins/sidelock.lua')])
    expect(err).toHaveLength(1)
    const { out: lines } = await sidelock(['wireshark', '--install', '--json'], { environment })
    expect(JSON.parse(lines[0] ?? '')).toEqual({ event: 'result', schema: 1, file: out[0] })
    const listed = execFileSync('tshark', ['-G', 'plugins'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(listed.toString()).toContain(out[0])
  })

  it('installs it where Wireshark looks when there is no tshark', async () => {
    const alone = { PATH: '/nonexistent', HOME: join(folder, 'alone') }
    const { out } = await sidelock(['wireshark', '--install', '--quiet'], { environment: alone })
    expect(out).toEqual([join(alone.HOME, '.local/lib/wireshark/plugins/sidelock.lua')])
  })

  it('B76: exits 73 when it cannot be written', async () => {
    const { code, err } = await sidelock(['wireshark', '--install'], {
      environment: { PATH: '', HOME: '/dev/null' },
    })
    expect(code).toBe(exitCodes.outputUnwritable)
    expect(err[0]).toContain('[ERR_OUTPUT_UNWRITABLE]')
  })
})

describe('scenarios and check', () => {
  it('lists scenarios by clause, for people and for programs', async () => {
    const people = await sidelock(['scenarios', '--clause', 'step 7c'])
    expect(people.out.join('\n')).toMatch(/^7c-found/)
    const { out } = await sidelock(['scenarios', '--json'])
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      event: 'row',
      schema: 1,
      name: '7a',
      outcome: 'secured',
    })
    expect((await sidelock(['scenarios', '--clause', '99'])).code).toBe(exitCodes.otherOutcome)
  })

  it('accepts the example', async () => {
    const { code, out } = await sidelock(['check', example])
    expect(code).toBe(0)
    expect(out).toEqual([`${example} can be used: 2 PLMNs, 2 subscribers, 2 UEs`])
  })

  it('B71: tells all mistakes of a file with their places, and exits 78', async () => {
    const file = join(folder, 'wrong.yaml')
    writeFileSync(file, `${readFileSync(example, 'utf8')}\nsurprise: 1\nanother: 2\n`)
    const { code, err, out } = await sidelock(['run', '7a', '--config', file])
    expect(code).toBe(exitCodes.configuration)
    expect(err[0]).toBe(`sidelock: error: ${file} cannot be used, nothing was started [ERR_CONFIG]`)
    expect(err.join('\n')).toMatch(/wrong\.yaml:\d+:1 {2}surprise[^]*wrong\.yaml:\d+:1 {2}another/)
    expect(err.at(-1)).toBe(`sidelock: hint: mend these, then: npx sidelock check ${file}`)
    expect(out).toEqual([])
  })

  it('tells an error as one JSON object on stderr', async () => {
    const { code, err, out } = await sidelock(['check', join(folder, 'missing.yaml'), '--json'])
    expect(code).toBe(exitCodes.inputMissing)
    expect(JSON.parse(err[0] ?? '')).toMatchObject({ event: 'error', code: 'ERR_CONFIG', exit: 66 })
    expect(out).toEqual([])
  })
})

describe('a run', () => {
  it('ends with 0 when the outcome is the expected one, also for a refusal, else with 1', async () => {
    expect((await sidelock(['run', '7a'])).code).toBe(0)
    expect((await sidelock(['run', '7a'], { result: Promise.resolve(resultRefused) })).code).toBe(0)
    const other = Promise.resolve({ ...resultRefused, expected: false })
    const { code, stops } = await sidelock(['run', '7a'], { result: other })
    expect(code).toBe(exitCodes.otherOutcome)
    expect(stops()).toBe(1)
  })

  it('writes JSON lines: start, messages, states, result', async () => {
    const { out, asked } = await sidelock(['run', '7a', '--json'])
    const lines = out.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines[0]).toMatchObject({ event: 'start', schema: 1, scenario: '7a' })
    expect(lines[0]?.['nodes']).toEqual(twoPlmns.map(({ name }) => name))
    expect(Object.keys(lines.find(({ name }) => name === 'DIRECT_SECURITY_MODE_COMMAND') ?? {})).toEqual([
      ...['event', 'n', 'ms', 'link', 'step', 'point', 'from', 'to', 'name', 'protection', 'bytes', 'masked'],
      'fields',
    ])
    const branch = lines.find(({ what }) => what === 'branch')
    expect(branch).toMatchObject({
      event: 'state',
      node: 'kmf1',
      step: '7a',
      branch: '7a',
      keys: { Ks_NAF: '1b1fd8fc' },
    })
    expect(lines.at(-1)).toMatchObject({ event: 'result', outcome: 'secured', expected: true, ms: 213 })
    expect(out.join('')).not.toContain('DWR')
    expect(asked[0]).toMatchObject({ scenario: '7a', once: true, processes: false, unsafeRevealKeys: false })
  })

  it('writes one line a message where stdout is no terminal', async () => {
    const { out } = await sidelock(['run', '7a'])
    expect(out).toContain(
      '6 PC6 kmf2 -> kmf1 PKR ciphered octets=1 Transaction-Identifier=Jz4wX2kVb0mXn1cJH0zq5g==@bsf.mnc001.mcc001.pub.3gppnetwork.org ProSe-UE-ID=658188',
    )
    expect(out.at(-1)).toMatch(/^secured scenario=7a outcome=secured branch=7a expected=true /)
  })

  it('draws a ladder on a terminal, in colour unless NO_COLOR, in ASCII without UTF-8', async () => {
    const escape = String.fromCharCode(27)
    const drawn = (environment: Record<string, string>) =>
      sidelock(['run', '7a'], { columns: 100, environment }).then(({ out }) => out.join('\n'))
    expect(await drawn({})).toContain(escape)
    const plain = await drawn({ NO_COLOR: '1' })
    expect(plain).not.toContain(escape)
    expect(plain).toContain('│◀┄┄┄┄┄┄┄▶│◀══▶│')
    expect(await drawn({ TERM: 'dumb', LANG: 'C' })).toMatch(/^[\x20-\x7e\n]*$/)
  })

  it('shows only the verdict with -q', async () => {
    const { out, err } = await sidelock(['run', '7a', '7c-found', '-q'], { columns: 100 })
    expect(out.filter((line) => line.includes('│'))).toEqual([])
    expect(out.filter((line) => line.includes('secured'))).toHaveLength(2)
    expect(err).toEqual([])
  })

  it('is interrupted with 130, after a clean stop', async () => {
    const { code, stops } = await sidelock(['run', '7a'], { result: never, interrupted })
    expect(code).toBe(exitCodes.interrupted)
    expect(stops()).toBe(1)
  })

  it('B76: tells a port in use with 69 and a peer that is away with 75', async () => {
    const busy = Object.assign(new Error('listen EADDRINUSE: address already in use 127.0.0.1:5868'), {
      code: 'EADDRINUSE',
    })
    const { code, err } = await sidelock(['run', '7a'], { startRun: () => Promise.reject(busy) })
    expect(code).toBe(exitCodes.unavailable)
    expect(err[0]).toContain('[ERR_PORT_IN_USE]')
    const away = () => Promise.reject(new TemporaryFailure('the store is away'))
    expect((await sidelock(['run', '7a'], { startRun: away })).code).toBe(exitCodes.temporary)
  })

  it('tells a fault of ours with 70, its stack only with -v', async () => {
    const fault = { startRun: () => Promise.reject(new Error('boom')) }
    const { code, err } = await sidelock(['run', '7a'], fault)
    expect(code).toBe(exitCodes.ourFault)
    expect(err.join('\n')).not.toContain('main.test.ts')
    expect((await sidelock(['run', '7a', '-v'], fault)).err.join('\n')).toContain('main.test.ts')
  })

  it('writes one capture of several scenarios, a section for each', async () => {
    const file = join(folder, 'several.pcapng')
    const { code } = await sidelock(['run', '7a', '7c-found', '--pcap', file])
    expect(code).toBe(0)
    const titles = readFileSync(file).toString('latin1')
    expect(titles.split('\n\r\r\n')).toHaveLength(3)
    expect(titles).toContain('7c-found')
  })

  it('writes a capture, and B76: exits 73 before anything starts when it cannot', async () => {
    const file = join(folder, '7a.pcapng')
    await sidelock(['run', '7a', '--pcap', file])
    expect(readFileSync(file).readUInt32LE(0)).toBe(0x0a0d0d0a)
    const { code, asked, err } = await sidelock(['run', '7a', '--pcap', join(folder, 'no/such/7a.pcapng')])
    expect(code).toBe(exitCodes.outputUnwritable)
    expect(err[0]).toContain('[ERR_OUTPUT_UNWRITABLE]')
    expect(asked).toEqual([])
  })
})

describe('several scenarios', () => {
  it('show a table of their results instead of ladders', async () => {
    const { code, out, asked } = await sidelock(['run', '7a', '7c-found'], { columns: 100 })
    expect(code).toBe(0)
    expect(asked.map(({ scenario }) => scenario)).toEqual(['7a', '7c-found'])
    expect(out).toHaveLength(3)
    expect(out[0]).toMatch(/^scenario +outcome +branch +attempts +reason +took$/)
    expect(out[1]).toMatch(/^7a +secured +7a +1 +- .* as expected$/)
  })
})

describe('a node', () => {
  it('asks for a link only when it is a UE', async () => {
    const { code, err } = await sidelock(['node', 'kmf', '--name', 'kmf1', '--connect', 'ue2'])
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toContain('only a UE can --connect')
  })
})

describe('the testbed', () => {
  it('stays until Ctrl-C and then ends with 0', async () => {
    let press: (code: ExitCode) => void = () => undefined
    const pressed = new Promise<ExitCode>((resolve) => (press = resolve))
    const { code, out, err, stops, asked } = await sidelock(['testbed'], {
      columns: 100,
      environment: { NO_COLOR: '1' },
      interrupted: pressed,
      onLine: (line) => line.startsWith('   yours') && press(exitCodes.interrupted),
    })
    expect(code).toBe(0)
    expect(stops()).toBe(1)
    expect(asked[0]?.once).toBe(false)
    expect(err[0]).toMatch(
      /^sidelock: 2 PLMNs, 8 nodes on 127\.0\.0\.1 from .*two-plmns\.yaml, lab keys in \.sidelock\/lab$/,
    )
    expect(out.join('\n')).toContain('stay linked (L1) until Ctrl-C. What next:')
  })

  it('sets up again at Enter, and says what it cannot do', async () => {
    let press: (code: ExitCode) => void = () => undefined
    const pressed = new Promise<ExitCode>((resolve) => (press = resolve))
    const { out, err } = await sidelock(['testbed'], {
      interrupted: pressed,
      typing(type) {
        for (const line of ['', 'restart kmf1', 'what']) type(line)
        setImmediate(() => press(exitCodes.interrupted))
      },
    })
    expect(out.filter((line) => line.startsWith('secured'))).toHaveLength(2)
    expect(err.slice(-2)).toEqual([
      'sidelock: nodes can be restarted only with --processes',
      'sidelock: press Enter for another set-up, type restart NODE, or press Ctrl-C to end',
    ])
  })

  it('tells on stderr what ends beside the set-up', async () => {
    const time = Instant(0)
    const ended = { kind: 'state', time, node: 'bsf1', what: 'process-ended' } as const
    const { err } = await sidelock(['run', '7a'], {
      events: [...events7a(), { ...ended, fields: { how: 'was ended by SIGKILL' } }],
    })
    expect(err).toContain('sidelock: error: BSF-1 was ended by SIGKILL [ERR_NODE_ENDED]; type restart bsf1')
  })

  it('ends when it is interrupted while it starts', async () => {
    let stopped = false
    const { code, out } = await sidelock(['testbed'], {
      interrupted: Promise.resolve(exitCodes.interrupted),
      async startRun(options) {
        await new Promise((resolve) => setImmediate(resolve))
        options.tap(...(events7a().slice(0, 1) as [TapEvent]))
        const stop = () => Promise.resolve(void (stopped = true))
        const never = new Promise<ScenarioResult>(() => undefined)
        return { ...playing, nodes: twoPlmns, result: never, again: () => never, stop }
      },
    })
    expect({ code, out, stopped }).toEqual({ code: exitCodes.interrupted, out: [], stopped: true })
  })

  it('ends by itself with --once', async () => {
    const { code, out, asked } = await sidelock(['testbed', '--once'], { columns: 100 })
    expect(code).toBe(0)
    expect(asked[0]?.once).toBe(true)
    expect(out.join('\n')).not.toContain('What next')
  })
})

describe('--unsafe-reveal-keys', () => {
  it('warns on stderr at start and end, and marks the start', async () => {
    const { err, out, asked } = await sidelock(['run', '7a', '--json', '--unsafe-reveal-keys'])
    expect(err).toHaveLength(2)
    expect(err[0]).toMatch(/^sidelock: unsafe: this run shows and records keys/)
    expect(err[1]).toBe(err[0])
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ unsafe: true })
    expect(asked[0]?.unsafeRevealKeys).toBe(true)
  })

  it('is an error without a lab section', async () => {
    const config = ({ file, diameter, plmns, ues, pc5Bearer, shape }: NetworkConfig): NetworkConfig => ({
      ...{ file, diameter, plmns, ues, pc5Bearer, shape },
    })
    const { code, asked } = await sidelock(['run', '7a', '--unsafe-reveal-keys'], { config })
    expect(code).toBe(exitCodes.configuration)
    expect(asked).toEqual([])
  })
})

describe('a node', () => {
  it('runs until it is told to end, and tells what it sends', async () => {
    const { code, out, err } = await sidelock(['node', 'kmf', '--name', 'kmf1', '--json'], { interrupted })
    expect(code).toBe(0)
    expect(err).toEqual(['sidelock: KMF-1 runs, PC8 127.0.0.1:1'])
    expect(out.map((line) => (JSON.parse(line) as { event: string }).event)).toContain('octets')
  })

  it('writes log lines instead of events, at the level that is asked for', async () => {
    const args = ['node', 'kmf', '--name', 'kmf1', '--log']
    const { code, out } = await sidelock([...args, 'debug'], { interrupted })
    expect(code).toBe(0)
    const lines = out.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.every(({ level, time, node }) => level && time && node)).toBe(true)
    expect(lines.some(({ message }) => message === 'PKR')).toBe(true)
    const { out: fewer } = await sidelock([...args, 'info'], { interrupted })
    expect(fewer.length).toBeGreaterThan(0)
    expect(fewer.length).toBeLessThan(out.length)
    const { code: refused } = await sidelock([...args, 'info', '--json'], { interrupted })
    expect(refused).toBe(exitCodes.usage)
  })

  it('must be named where there are several', async () => {
    const { code, err } = await sidelock(['node', 'kmf'])
    expect(code).toBe(exitCodes.usage)
    expect(err[1]).toBe('sidelock: hint: choose one with --name kmf1')
  })
})

describe('sim', () => {
  it('tells how the calls ended, and exits with 0 when nothing was violated', async () => {
    const { code, out } = await sidelock(['sim', '--seed', '1', '--runs', '3'])
    expect(code).toBe(exitCodes.done)
    expect(out[0]).toMatch(/^branch +outcome +reason +calls +longest$/)
    expect(out.at(-1)).toBe('3 runs from seed 1: nothing violated')
  })

  it('names seed, violation and the command that repeats it, and exits with 1', async () => {
    const { code, out } = await sidelock(['sim', '--seed', '41', '--runs', '2'], {
      simulateRun: (seed) =>
        Promise.resolve({ run: drawRun(seed), calls: [], violations: seed === 42 ? ['R27: twice'] : [] }),
    })
    expect(code).toBe(exitCodes.otherOutcome)
    expect(out).toContain('  violated: R27: twice')
    expect(out).toContain('  again: npx sidelock sim --seed 42 --runs 1 --ladder')
    expect(out.at(-1)).toBe('2 runs from seed 41: 1 violated a rule')
  })

  it('gives a row a run and a result with --json', async () => {
    const { out } = await sidelock(['sim', '--seed', '5', '--runs', '2', '--json'])
    const lines = out.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(({ event, seed }) => [event, seed])).toEqual([
      ['row', 5],
      ['row', 6],
      ['result', 5],
    ])
    expect(lines[2]).toMatchObject({ runs: 2, failed: 0 })
  })

  it('shows every message of one run, and of no more', async () => {
    const { code, out } = await sidelock(['sim', '--seed', '5', '--runs', '1', '--ladder'], { columns: 120 })
    expect(code).toBe(exitCodes.done)
    expect(out.join('\n')).toContain('DIRECT_COMMUNICATION_REQUEST')
    expect((await sidelock(['sim', '--runs', '2', '--ladder'])).code).toBe(exitCodes.usage)
    for (const runs of ['many', '0', '10000001'])
      expect((await sidelock(['sim', '--runs', runs])).code).toBe(exitCodes.usage)
    expect((await sidelock(['sim', '--seed', '0', '--runs', '1'])).code).toBe(exitCodes.done)
  })

  it('ends between two runs when it is interrupted', async () => {
    const { code, out } = await sidelock(['sim', '--runs', '1000'], {
      interrupted: Promise.resolve(exitCodes.interrupted),
    })
    expect(code).toBe(exitCodes.interrupted)
    expect(out.at(-1)).toMatch(/^[01] runs from seed/)
  })
})
