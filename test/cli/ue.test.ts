import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WrongUsage } from '../../src/cli/errors.ts'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { main } from '../../src/cli/main.ts'
import { services } from '../../src/cli/services.ts'
import { controlAddress } from '../../src/cli/ue/control.ts'
import { forwardOf, servedOf } from '../../src/cli/ue/ports.ts'
import { verbOf } from '../../src/cli/ue/verbs.ts'
import { temporaryDirectory } from '../io/store/temporary.ts'
import { serveControl } from '../../src/io/control/control-socket.ts'

async function sidelock(...args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await main(args, {
    terminal: {
      out: (line) => out.push(line),
      err: (line) => err.push(line),
      columns: undefined,
      environment: {},
      onLine: () => () => undefined,
    },
    services: { ...services, startNode: () => Promise.reject(new Error('nothing may start')) },
    interruption: {
      happened: new Promise(() => undefined),
      atOnce: () => undefined,
      onHangUp: () => undefined,
      end: () => undefined,
    },
  })
  return { code, out, err }
}

describe('sidelock ue', () => {
  it.each([
    [['ue', '--name', 'ue1', 'conect', 'ue2'], 'there is no verb conect', 'did you mean connect'],
    [['ue', '--name', 'ue1', 'connect'], 'connect takes PEER', '--help'],
    [['ue', '--name', 'ue1', 'links', 'ue2'], 'links takes nothing more', '--help'],
    [['ue', 'links'], 'has ue1 and ue2', 'choose one with --name ue1'],
    [['ue', '--name', 'ue7', 'links'], 'has no ue ue7', 'did you mean ue1'],
    [['ue', '--name', 'ue1', '--forward', '8080'], 'is not PORT:PEER:PORT', '--forward 8080:ue2:80'],
    [['ue', '--name', 'ue1', '--serve', '99999'], '99999 is no port', 'ports are 1 to 65535'],
    [['ue', '--name', 'ue1', '--serve', '80:[::1]'], 'is not PORT, PORT:PORT', '--serve 80:8000'],
    [['ue', '--name', 'ue1', '--serve', '80:2001:db8::1:80'], 'is not PORT, PORT:PORT', '--serve 80:8000'],
    [['ue', '--name', 'ue1', '--serve', '80', 'links'], 'go with a UE that stays', 'leave the verb out'],
  ])('%j is a mistake of usage, and nothing starts', async (args, what, hint) => {
    const { code, err } = await sidelock(...args)
    expect(code).toBe(exitCodes.usage)
    expect(err[0]).toContain(what)
    expect(err[0]).toContain('[ERR_USAGE]')
    expect(err[1]).toContain(hint)
  })

  it('R46: takes verbs of another process by the same parser', () => {
    expect(() => verbOf(['__proto__'])).toThrow(WrongUsage)
    expect(() => verbOf([])).toThrow(WrongUsage)
    expect(verbOf(['send', 'ue2', 'a', 'b']).words).toEqual(['ue2', 'a', 'b'])
  })

  it('takes verbs in its lab, else in the folder of this login, else only where --at says', () => {
    const lab = { directory: '/lab', createMissingSecrets: true }
    const environment = { XDG_RUNTIME_DIR: '/run/user/1000' }
    expect(controlAddress('ue1', { lab }, environment)).toBe('/lab/ue1.sock')
    expect(controlAddress('ue1', {}, environment)).toBe('/run/user/1000/sidelock-ue1.sock')
    expect(controlAddress('ue1', {}, {})).toBeUndefined()
  })

  it('asks --at a place without any configuration; a verb starts nothing there', async () => {
    const nobody = await sidelock(
      'ue',
      '--at',
      '/nowhere/ue1.sock',
      '--config',
      '/nowhere.yaml',
      'connect',
      'ue2',
    )
    expect(nobody.code).toBe(exitCodes.unavailable)
    expect(nobody.err[0]).toBe('sidelock: error: nothing answers at /nowhere/ue1.sock [ERR_NOT_RUNNING]')
  })

  it.each(['ue', 'node ue'])('%s does not start where another takes verbs', async (command) => {
    const file = join(temporaryDirectory(), 'ue1.sock')
    const control = await serveControl(file, () => Promise.resolve(0))
    onTestFinished(() => control.close())
    const { err } = await sidelock(...command.split(' '), '--name', 'ue1', '--at', file)
    expect(err.join(' ')).toContain('[ERR_CONTROL_ADDRESS_IN_USE]')
    expect(err.join(' ')).toContain('--at FILE')
  })

  it('explains its verbs', async () => {
    const { code, out } = await sidelock('ue', '--help')
    expect(code).toBe(0)
    expect(out.join('\n')).toMatch(/discover \[PEER\][^]*connect PEER[^]*ping PEER \[COUNT\]/)
  })

  it('reads ports as they are written', () => {
    expect(forwardOf('0:0a0b0c:80')).toEqual({ port: 0, peer: '0a0b0c', peerPort: 80 })
    const host = '127.0.0.1'
    expect(servedOf('80')).toEqual({ port: 80, server: { host, port: 80 } })
    expect(servedOf('80:8000')).toEqual({ port: 80, server: { host, port: 8000 } })
    expect(servedOf('80:[2001:db8::1]:8000')).toEqual({
      port: 80,
      server: { host: '2001:db8::1', port: 8000 },
    })
    expect(servedOf('80:web.example:81')).toEqual({ port: 80, server: { host: 'web.example', port: 81 } })
  })
})
