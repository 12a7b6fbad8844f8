import { createHmac } from 'node:crypto'
import { concat, fromUtf8, utf8 } from '../../core/bytes.ts'
import type { Random } from '../../core/environment.ts'
import { Pc8IdentityRefused } from '../../core/errors.ts'
import { equalInConstantTime } from '../../crypto/constant-time.ts'
import type { Pc8Association } from '../../entities/ue/ports.ts'
import type { TlsVersion } from '../../io/https/pc8-message.ts'
import type { Pc8Security, PskLookUp } from '../../io/https/pc8-security.ts'
import type { Streams } from '../../io/streams.ts'
import { pskIdentityOf } from '../../reference-points/pc8/psk-identity.ts'
import { SimulatedSocket } from './simulated-socket.ts'

const nonceLength = 16
/** Suite TLS_DHE_PSK_WITH_AES_128_GCM_SHA256. RFC 5487 2. */
const suiteDhePsk = 0x00aa

const proof = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
  createHmac('sha256', key)
    .update(concat(...parts))
    .digest()

const simulated = (socket: unknown): SimulatedSocket => {
  if (socket instanceof SimulatedSocket) return socket
  throw new Error('a simulated association needs a simulated stream')
}

/**
 * Stands for TLS with an external PSK: the client names its identity, then both ends show that they hold one key, or
 * there is no connection. Octets after that go as they are; nobody in a simulation reads them on the way.
 */
export function simulatedAssociation(
  versions: readonly TlsVersion[],
  streams: Streams,
  random: Random,
): Pc8Security {
  const version: TlsVersion = versions.includes('1.3') ? '1.3' : '1.2'
  return {
    accept(raw, look, secured) {
      const socket = simulated(raw)
      socket.on('error', () => socket.destroy())
      socket.once('handshake', (hello: Uint8Array) => {
        const own = random.octets(nonceLength)
        answer(socket, hello, version, look, own, () => secured(socket)).catch(() => socket.destroy())
      })
    },
    connect(address, association) {
      const socket = simulated(streams.connect(address))
      socket.once('connect', () => introduce(socket, association, version, random.octets(nonceLength)))
      return socket
    },
  }
}

async function answer(
  socket: SimulatedSocket,
  hello: Uint8Array,
  version: TlsVersion,
  look: PskLookUp,
  own: Uint8Array,
  secured: () => void,
): Promise<void> {
  const nonce = hello.subarray(0, nonceLength)
  const identity = fromUtf8(hello.subarray(nonceLength))
  await look.lookUp({ version, identity, ...(version === '1.2' && { suite: suiteDhePsk }) })
  const key = look.keyOf(identity)
  if (!key) {
    socket.shake(new Uint8Array())
    socket.end()
    return
  }
  socket.once('handshake', (shown: Uint8Array) => {
    if (equalInConstantTime(shown, proof(key, utf8('client'), own, nonce))) secured()
    else socket.destroy()
  })
  socket.shake(concat(own, proof(key, utf8('server'), nonce, own)))
}

function introduce(
  socket: SimulatedSocket,
  { btid, tls12Key, tls13Key }: Pc8Association,
  version: TlsVersion,
  own: Uint8Array,
): void {
  const key = version === '1.3' ? tls13Key : tls12Key
  socket.once('handshake', (said: Uint8Array) => {
    const nonce = said.subarray(0, nonceLength)
    if (equalInConstantTime(said.subarray(nonceLength), proof(key, utf8('server'), own, nonce))) {
      socket.shake(proof(key, utf8('client'), nonce, own))
      socket.emit('secureConnect')
    } else socket.destroy(new Pc8IdentityRefused('PC8: the key is another', 'TS 33.222 5.4'))
  })
  socket.shake(concat(own, utf8(pskIdentityOf(btid))))
}
