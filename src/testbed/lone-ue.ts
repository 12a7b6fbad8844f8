import type { Tap } from '../core/tap.ts'
import { ProseError } from '../core/errors.ts'
import { milliseconds } from '../core/units.ts'
import { systemClock, systemTimers } from '../io/system.ts'
import type { NetworkConfig, UeConfig } from '../nodes/config/network-config.ts'
import type { UeControl } from './ue-control.ts'

/** Between two tries of what waits for another node; nodes that run apart start in any order. */
const pause = milliseconds(2_000)

export interface LoneUe {
  /** Resolves when it is found and, with `connectTo`, its set-up has ended. */
  readonly settled: Promise<void>
  stop(): void
}

/**
 * A UE that no testbed orders about: it can be found, opens PC8 where configured as soon as its KMF serves, answers as
 * UE-2, and with `connectTo` looks for that UE and asks it for a link.
 */
export function runLoneUe(
  control: UeControl,
  { ues }: NetworkConfig,
  name: string,
  connectTo: string | undefined,
  tap: Tap,
): LoneUe {
  const own = ues.find((ue) => ue.name === name)
  const peer = ues.find((ue) => ue.name === connectTo)
  let stopped = false
  let wake: () => void = () => undefined
  const rest = () =>
    new Promise<void>((resolve) => {
      const stopTimer = systemTimers.after(pause, resolve)
      wake = () => {
        stopTimer()
        resolve()
      }
    })
  const tell = (what: string, fields: Readonly<Record<string, string | number | null>>) =>
    tap({ kind: 'state', time: systemClock.now(), node: name, what, fields })

  /** Tries until it works or the UE stops. */
  const untilDone = async (what: string, attempt: () => Promise<boolean>): Promise<void> => {
    while (!stopped) {
      try {
        if (await attempt()) return
      } catch (error) {
        if (!(error instanceof ProseError)) throw error
        tell(what, { code: error.code, message: error.message })
      }
      await rest()
    }
  }
  const settle = async (ue: UeConfig) => {
    if (ue.discovery !== 'none') await control.beDiscoverable(modelOf(ue))
    if (ue.openPc8) await untilDone('pc8-not-open', () => control.openPc8().then(() => true))
    if (peer) await untilDone('set-up-not-begun', () => linkWith(peer, ue, control, tell))
  }
  return {
    settled: own ? settle(own) : Promise.resolve(),
    stop() {
      stopped = true
      wake()
    },
  }
}

/** How a UE lets itself be found. */
export const modelOf = ({ discovery }: UeConfig): 'a' | 'b' => (discovery === 'model-b' ? 'b' : 'a')

/** False while the peer is not heard. */
async function linkWith(
  peer: UeConfig,
  { wantedRelayServiceCode: relay }: UeConfig,
  control: UeControl,
  tell: (what: string, fields: Readonly<Record<string, string | number | null>>) => void,
): Promise<boolean> {
  const found = await control.discover(modelOf(peer), peer.userInfoId, relay)
  if (found === null) return false
  const { outcome, reason, clause, attempts } = await control.connect(found, relay)
  tell('set-up-ended', { with: peer.name, outcome, reason, clause, attempts })
  return true
}
