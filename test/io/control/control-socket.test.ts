import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { askControl, serveControl, type ControlReply } from '../../../src/io/control/control-socket.ts'
import { ControlAddressInUse, InvalidControlAddress } from '../../../src/io/local-socket.ts'
import { temporaryDirectory } from '../../testbed/lab-network.ts'

async function served() {
  const file = join(temporaryDirectory(), 'ue1.sock')
  const asked: (readonly string[])[] = []
  const socket = await serveControl(file, ({ words }, say) => {
    asked.push(words)
    say({ out: `did ${words.join(' ')}` })
    return Promise.resolve(3)
  })
  onTestFinished(() => socket.close())
  return { file, asked, socket }
}

/** What comes back for these octets. */
const answerTo = (file: string, octets: string): Promise<string> => text(connect(file).end(octets))

describe('the control socket (R46)', () => {
  it('R46: is a local socket for its owner alone', async () => {
    const { file } = await served()
    expect(statSync(file).isSocket()).toBe(true)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('gives what the running UE says, and its exit status', async () => {
    const { file, asked } = await served()
    const replies: ControlReply[] = []
    const request = { words: ['send', 'ue2', 'two words'], json: false }
    expect(await askControl(file, request, (reply) => replies.push(reply))).toBe(3)
    expect(replies).toEqual([{ out: 'did send ue2 two words' }])
    expect(asked).toEqual([request.words])
  })

  it('is nobody where nothing runs, also after a process that was killed', async () => {
    const { file, socket } = await served()
    await socket.close()
    expect(await askControl(file, { words: ['links'], json: false }, () => undefined)).toBeUndefined()
  })

  it('takes the place of one whose process was killed', async () => {
    const file = join(temporaryDirectory(), 'ue1.sock')
    const killed = spawnSync(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    expect([killed.signal, statSync(file).isSocket()]).toEqual(['SIGKILL', true])
    const socket = await serveControl(file, () => Promise.resolve(0))
    onTestFinished(() => socket.close())
    expect(await askControl(file, { words: ['links'], json: false }, () => undefined)).toBe(0)
  })

  it('leaves nothing behind when it ends', async () => {
    const { file, socket } = await served()
    await socket.close()
    expect(readdirSync(dirname(file))).toEqual([])
  })

  it('R46: never takes the place of a file that is no socket', async () => {
    const file = join(temporaryDirectory(), 'thesis.tex')
    writeFileSync(file, 'years of work')
    await expect(serveControl(file, () => Promise.resolve(0))).rejects.toThrow(InvalidControlAddress)
    expect(readFileSync(file, 'utf8')).toBe('years of work')
    expect(await askControl(file, { words: ['links'], json: false }, () => undefined)).toBeUndefined()
  })

  it.each([
    ['in a folder that is not there', (folder: string) => join(folder, 'none', 'ue1.sock')],
    ['longer than a local socket can have', (folder: string) => join(folder, 'x'.repeat(108))],
  ])('has no address %s', async (_, address) => {
    const opening = serveControl(address(temporaryDirectory()), () => Promise.resolve(0))
    await expect(opening).rejects.toThrow(InvalidControlAddress)
  })

  it('is not taken from a process that runs', async () => {
    const { file } = await served()
    await expect(serveControl(file, () => Promise.resolve(0))).rejects.toThrow(ControlAddressInUse)
  })

  it.each([
    ['no JSON', '{"words":'],
    ['no words', '{"json":true}'],
    ['words that are none', '{"words":["links",1]}'],
    ['an array', '[]'],
    ['null', 'null'],
    ['1 MiB', 'x'.repeat(1024 * 1024)],
  ])('R46: refuses %s and does nothing', async (_, octets) => {
    const { file, asked } = await served()
    expect(await answerTo(file, `${octets}\n`)).toContain('{"exit":65}')
    expect(asked).toEqual([])
  })
})
