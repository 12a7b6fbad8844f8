import { createServer, createConnection, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Connection } from '../../../src/io/diameter/connection.ts'

const events = { message: () => undefined, broken: () => undefined, closed: () => undefined }
const running: { destroy?(): void; close?(): void }[] = []

afterEach(() => {
  for (const one of running.splice(0)) {
    one.destroy?.()
    one.close?.()
  }
})

/** Two ends of a TCP connection. */
async function pair(): Promise<readonly [near: Socket, far: Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = createConnection((server.address() as AddressInfo).port, '127.0.0.1')
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
    [Socket],
    unknown,
  ]
  running.push(near, far, server)
  return [near, far]
}

describe('a Diameter connection', () => {
  it('sends what is said in one turn in one write, in its order', async () => {
    const [near, far] = await pair()
    const write = vi.spyOn(near, 'write')
    const connection = new Connection(near, events)
    for (const octet of [1, 2, 3]) connection.send(Uint8Array.of(octet))
    void Promise.resolve().then(() => {
      connection.send(Uint8Array.of(4))
    })
    const [received] = (await once(far, 'data')) as [Buffer]
    expect([...received]).toEqual([1, 2, 3, 4])
    expect(write).toHaveBeenCalledOnce()
  })

  it('sends what was said before it is closed', async () => {
    const [near, far] = await pair()
    const connection = new Connection(near, events)
    connection.send(Uint8Array.of(1))
    connection.send(Uint8Array.of(2))
    connection.close()
    let received = ''
    far.on('data', (chunk: Buffer) => (received += chunk.toString('hex')))
    await once(far, 'end')
    expect(received).toBe('0102')
  })

  it('R43: is given up when its peer takes nothing', async () => {
    const [near, far] = await pair()
    far.pause()
    const connection = new Connection(near, events)
    for (let sent = 0; sent <= 4; sent++) connection.send(new Uint8Array(1024 * 1024))
    expect(near.destroyed).toBe(true)
  })
})
