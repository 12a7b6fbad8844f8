import { describe, expect, it } from 'vitest'
import { GroupSync } from '../../../src/io/store/group-sync.ts'

/** A disk whose syncs end when they are told to. */
function slowDisk() {
  const begun: { readonly done: () => void; readonly fail: (error: Error) => void }[] = []
  const sync = () => new Promise<void>((done, fail) => begun.push({ done, fail }))
  return { begun, syncs: new GroupSync(sync) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Whether a promise is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = () => (settled = true)
  promise.then(note, note)
  await turn()
  return settled
}

describe('syncs of many', () => {
  it('R34, R48: nobody is done by a sync that began before he asked', async () => {
    const { begun, syncs } = slowDisk()
    const first = syncs.synced()
    await turn()
    const second = syncs.synced()
    begun[0]?.done()
    await first
    expect(await isSettled(second)).toBe(false)
    begun[1]?.done()
    await second
  })

  it('one sync does for all who asked before it began', async () => {
    const { begun, syncs } = slowDisk()
    const first = syncs.synced()
    await turn()
    const others = Array.from({ length: 100 }, () => syncs.synced())
    begun[0]?.done()
    await first
    await turn()
    begun[1]?.done()
    await Promise.all(others)
    expect(begun).toHaveLength(2)
  })

  it('R48: after one that failed nothing counts as being on the disk', async () => {
    const { begun, syncs } = slowDisk()
    const first = syncs.synced()
    await turn()
    const second = syncs.synced()
    begun[0]?.fail(new Error('EIO'))
    await expect(first).rejects.toThrow('EIO')
    await expect(second).rejects.toThrow('a sync failed before')
    await expect(syncs.synced()).rejects.toThrow('a sync failed before')
    expect(begun).toHaveLength(1)
  })
})
