import { connect as connectTcp } from 'node:net'
import { connect, type ConnectionOptions } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { bsfHost, certified, kmfHost, loopback, nodeOf, realm, until, zn } from './two-nodes.ts'

/** A BSF, and what a TLS client with these options gets from it: the protocol, or the code of the error. */
async function offered(options: ConnectionOptions): Promise<string> {
  const bsf = await nodeOf(bsfHost)
  bsf.node.addPeer({ host: kmfHost, realm, applications: [zn] })
  const address = await bsf.node.listen(loopback)
  const own = await certified(kmfHost)
  if ('unsafePlainTcp' in own) throw new Error('no certificate')
  return new Promise((resolve) => {
    const socket = connect({ ...own, servername: bsfHost, ...address, ...options })
    socket.once('secureConnect', () => {
      // TLS 1.3: the server judges the client after this; nothing but an alert can come now.
      socket.setTimeout(100, () => {
        resolve(socket.getProtocol() ?? '')
        socket.destroy()
      })
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    socket.resume()
  })
}

describe('R38: TLS of Diameter', () => {
  it.each([
    [{ maxVersion: 'TLSv1.2' }, 'TLSv1.2'],
    [{ minVersion: 'TLSv1.3' }, 'TLSv1.3'],
  ] as const)('%o is served', async (options, protocol) => expect(await offered(options)).toBe(protocol))

  it.each([
    ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }],
    ['keys without (EC)DHE', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
    ['no encryption', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-NULL-SHA@SECLEVEL=0' }],
    ['no certificate', { cert: undefined, key: undefined }],
  ] as const)('%s: alert', async (_, options) =>
    expect(await offered(options as ConnectionOptions)).toMatch(/^ERR_SSL_.*ALERT/),
  )

  it('R43: connections beyond the bound are closed, whether or not their handshake is done', async () => {
    const bsf = await nodeOf(bsfHost, { limits: { connections: 2 } })
    const address = await bsf.node.listen(loopback)
    const silent = Array.from({ length: 3 }, () =>
      connectTcp(address)
        .on('error', () => undefined)
        .resume(),
    )
    await Promise.race(silent.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    expect(bsf.counted).toEqual(['diameter.connection-dropped'])
  })

  it('octets that are no TLS end the connection; a silent one does not keep the node from closing', async () => {
    const bsf = await nodeOf(bsfHost)
    const address = await bsf.node.listen(loopback)
    connectTcp(address).on('error', () => undefined)
    const plain = connectTcp(address, () => plain.write('GET / HTTP/1.1\r\n\r\n')).on(
      'error',
      () => undefined,
    )
    await new Promise<void>((resolve) => plain.once('close', () => resolve()).resume())
    await until(() => bsf.counted.includes('diameter.tls-refused'))
  })
})
