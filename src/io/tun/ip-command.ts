import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ipAddressText } from '../../core/ip-address.ts'
import type { IpSetting } from '../../entities/ue/ports.ts'
import { TunNotPermitted, TunUnavailable } from './errors.ts'

const run = promisify(execFile)

/** Far behind what routers of the machine's other networks get (1024): a relay never takes those over. */
const defaultRouteMetric = '4096'

/** Runs `ip` of iproute2. Throws TunNotPermitted, or TunUnavailable with what it said. */
export async function ip(...args: readonly string[]): Promise<void> {
  try {
    await run('ip', args)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const message = `ip ${args.join(' ')}: ${said.split('\n').slice(1).join(' ').trim() || said}`
    throw /not permitted/i.test(said)
      ? new TunNotPermitted(message, undefined, { cause: error })
      : new TunUnavailable(message, undefined, { cause: error })
  }
}

/** What follows `ip` to have a setting of a device, or to have it no more. */
export function settingCommand(device: string, verb: 'add' | 'del', setting: IpSetting): readonly string[] {
  const { octets, length } = setting.prefix
  const prefix = `${ipAddressText(octets)}/${length}`
  const version = octets.length === 4 ? '-4' : '-6'
  if (setting.kind === 'address') {
    // Nobody else is on the link who could have the address already.
    const noDetection = version === '-6' && verb === 'add' ? ['nodad'] : []
    return [version, 'address', verb, prefix, 'dev', device, ...noDetection]
  }
  const metric = length === 0 ? ['metric', defaultRouteMetric] : []
  return [version, 'route', verb, prefix, 'dev', device, ...metric]
}
