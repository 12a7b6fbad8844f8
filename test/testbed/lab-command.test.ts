import { describe, expect, it } from 'vitest'
import { labFile, temporaryDirectory } from './lab-network.ts'
import { Sidelock } from './sidelock-child.ts'

/** A testbed of a new lab, up; gives what another terminal says to it. */
async function standing(...flags: readonly string[]) {
  const file = labFile(temporaryDirectory(), [], 'two-plmns.yaml')
  const testbed = Sidelock.start('testbed', '--json', '--config', file, '--no-console', ...flags)
  await testbed.until(({ lines }) => lines.some(({ event }) => event === 'result'))
  return async (...words: readonly string[]) => {
    const asked = Sidelock.start(...words, '--json', '--config', file)
    return { code: await asked.exit, lines: asked.lines, stderr: asked.stderr }
  }
}

describe('another terminal', { timeout: 60_000 }, () => {
  it('acts on a testbed of a new lab, and sees what its nodes hold', async () => {
    const say = await standing()
    expect(await say('lab', 'block', 'ue1')).toMatchObject({ code: 0, lines: [{ act: 'block' }] })
    expect(await say('lab', 'connect', 'ue1', 'ue2')).toMatchObject({
      code: 0,
      lines: [{ act: 'connect', outcome: 'secured' }],
    })
    expect(await say('lab', 'block', 'ue9')).toMatchObject({ code: 64 })
    expect(await say('show', 'ue1')).toMatchObject({ code: 0, lines: [{ name: 'ue1', links: [{}] }] })
    expect((await say('show')).lines.map(({ name }) => name)).toHaveLength(8)
    expect(await say('show', 'ue9')).toMatchObject({ code: 64 })
  })

  it('sees what nodes in processes of their own hold; acts that lay hands on nodes are refused', async () => {
    const say = await standing('--processes')
    expect((await say('show')).lines).toMatchObject([
      { name: 'hss1' },
      {},
      {},
      {},
      {},
      {},
      {},
      { name: 'ue2' },
    ])
    expect(await say('show', 'kmf1')).toMatchObject({ code: 0, lines: [{ name: 'kmf1', contexts: [{}] }] })
    const { code, stderr } = await say('lab', 'block', 'ue1')
    expect([code, stderr]).toEqual([1, expect.stringContaining('ERR_NEEDS_ONE_PROCESS')])
  })
})
