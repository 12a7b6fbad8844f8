import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Pc8IdentityRefused } from '../../../src/core/errors.ts'
import { pskIdentityOf } from '../../../src/reference-points/pc8/psk-identity.ts'
import { SimulatedClock } from '../../../src/testbed/simulated-clock.ts'
import { SeededRandom } from '../../../src/testbed/simulation/seeded-random.ts'
import { simulatedAssociation } from '../../../src/testbed/simulation/simulated-association.ts'
import { SimulatedStreams } from '../../../src/testbed/simulation/simulated-streams.ts'
import { association, btid, key12, key13 } from '../../io/https/pc8-fixture.ts'

/** What both ends say when the server holds this key for the identity. */
async function associated(
  key: Uint8Array | null,
): Promise<{ readonly client: unknown; readonly server: string }> {
  const clock = new SimulatedClock()
  const streams = new SimulatedStreams(clock, 2)
  const random = new SeededRandom(1)
  let said = 'nothing'
  const server = createServer((raw) => {
    const look = {
      lookUp: () => Promise.resolve(),
      keyOf: (identity: string) => (identity === pskIdentityOf(btid) ? key : null),
    }
    simulatedAssociation(['1.3'], streams.of('kmf1'), random).accept(raw, look, () => (said = 'secure'))
  })
  const port = await streams.of('kmf1').listen(server, { host: '127.0.0.1', port: 0 })
  const security = simulatedAssociation(['1.3'], streams.of('ue1'), random)
  const socket = security.connect({ host: '127.0.0.1', port }, association)
  let client: unknown
  socket.once('secureConnect', () => (client = 'secure'))
  socket.on('error', (error) => (client = error))
  await clock.runUntilQuiet()
  return { client, server: said }
}

describe('the stand-in for TLS with an external PSK', () => {
  it('is up when both ends hold one key', async () => {
    expect(await associated(key13)).toEqual({ client: 'secure', server: 'secure' })
  })

  it('R38: is not up when the keys differ, or the server has none for the identity', async () => {
    for (const key of [key12, null]) {
      const { client, server } = await associated(key)
      expect(client).toBeInstanceOf(Pc8IdentityRefused)
      expect(server).toBe('nothing')
    }
  })
})
