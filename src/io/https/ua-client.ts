import { milliseconds } from '../../core/units.ts'
import type { UaConnect } from '../../entities/ue/ports.ts'
import { tcp, type StreamAddress } from '../streams.ts'
import { systemTimers } from '../system.ts'
import { connectHttp } from './http-client.ts'
import { pc8Tls } from './pc8-security.ts'
import { handshake } from './psk-handshake.ts'

const patience = milliseconds(10_000)

/** Connections to a NAF that is reached there: TCP, or TLS with the keys of an association. */
export const uaAt =
  (address: StreamAddress): UaConnect =>
  async (association) => {
    const timers = systemTimers
    const socket = association ? pc8Tls(['1.3', '1.2']).connect(address, association) : tcp.connect(address)
    if (association) await handshake(socket, { point: 'Ua', deadline: patience, timers })
    return connectHttp({ point: 'Ua', server: 'the NAF', connect: () => socket, patience, timers })
  }
