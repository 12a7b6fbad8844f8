import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { askControl, serveControl, type ControlReply } from '../../../src/io/control/control-socket.ts'
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

  it('is not taken from a process that runs', async () => {
    const { file } = await served()
    await expect(serveControl(file, () => Promise.resolve(0))).rejects.toMatchObject({ code: 'EADDRINUSE' })
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
