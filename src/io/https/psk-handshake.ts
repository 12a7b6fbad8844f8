import type { Socket } from 'node:net'
import type { Timers } from '../../core/environment.ts'
import { Pc8IdentityRefused, TemporaryFailure } from '../../core/errors.ts'
import type { Milliseconds } from '../../core/units.ts'

/**
 * Alerts of a server that does not take the identity or the key: bad_record_mac, handshake_failure, illegal_parameter,
 * decrypt_error, unknown_psk_identity. Which one it is depends on the version of TLS and of the library. RFC 8446 6.
 */
const identityAlerts: readonly number[] = [20, 40, 47, 51, 115]

/**
 * Waits for the handshake of a connection that is on its way. Throws Pc8IdentityRefused when the NAF does not take the
 * B-TID or the key, TemporaryFailure when it is not reached in time; the connection is then over.
 */
export async function handshake(
  tls: Socket,
  {
    point,
    deadline,
    timers,
  }: { readonly point: string; readonly deadline: Milliseconds; readonly timers: Timers },
): Promise<void> {
  const late = new TemporaryFailure(`${point}: no handshake in ${deadline} ms`)
  const stopTimer = timers.after(deadline, () => tls.destroy(late))
  try {
    await new Promise<void>((resolve, reject) => {
      tls.once('secureConnect', resolve)
      tls.once('close', () => reject(new TemporaryFailure(`${point}: the connection was closed`)))
      tls.on('error', reject)
    })
  } catch (error) {
    tls.destroy()
    throw openingFailed(error, point)
  } finally {
    stopTimer()
  }
}

function openingFailed(error: unknown, point: string): Error {
  if (error instanceof TemporaryFailure || error instanceof Pc8IdentityRefused) return error
  const alert = /SSL alert number (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  if (alert !== undefined && identityAlerts.includes(Number(alert)))
    return new Pc8IdentityRefused(`${point}: alert ${alert}`, 'TS 33.222 5.4', { cause: error })
  return new TemporaryFailure(`${point}: no connection to the NAF`, undefined, { cause: error })
}
