import { fileURLToPath } from 'node:url'
import { relative } from 'node:path'

/** What every command takes. */
export interface SharedFlags {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** What commands that show messages take. */
export interface ViewFlags extends SharedFlags {
  /** False after `--no-color`. */
  readonly color: boolean
  readonly ascii?: boolean
  readonly unfold?: boolean
  readonly heartbeats?: boolean
}

/** What commands that start nodes take. */
export interface NetworkFlags extends ViewFlags {
  readonly config: string
  readonly unsafeRevealKeys?: boolean
}

export interface CheckFlags extends SharedFlags {
  /** Names of nodes whose files are looked at too. */
  readonly node?: readonly string[]
}

export interface WiresharkFlags extends SharedFlags {
  readonly install?: boolean
}

export interface RunFlags extends NetworkFlags {
  readonly pcap?: string
  readonly processes?: boolean
  /** Of scenarios: no sockets, simulated time. */
  readonly simulated?: boolean
}

/** What commands that can run a UE take. */
interface OneUeFlags extends NetworkFlags {
  readonly name?: string
  /** Name of a network device. */
  readonly tun?: string
  /** File of a control socket. */
  readonly at?: string
}

export interface NodeFlags extends OneUeFlags {
  /** A level: log lines instead of events. */
  readonly log?: string
  /** Name of a UE. */
  readonly connect?: string
}

export interface UeFlags extends OneUeFlags {
  /** `8080:ue2:80`. */
  readonly forward?: readonly string[]
  /** `80:8000`, `80:[2001:db8::1]:80`. */
  readonly serve?: readonly string[]
  readonly ladder?: boolean
}

export interface TestbedFlags extends RunFlags {
  readonly once?: boolean
  /** False after `--no-console`; where it is, after `--console`; else true. */
  readonly console: string | boolean
}

/** What commands take that ask a testbed which runs. */
export interface LabFlags extends SharedFlags {
  readonly config: string
  /** File of its control socket. */
  readonly at?: string
}

/** The example that comes with the package, as it is called from the current folder. */
export function defaultConfig(): string {
  const example = fileURLToPath(new URL('../../examples/two-plmns.yaml', import.meta.url))
  const near = relative(process.cwd(), example)
  return near.startsWith('..') ? example : near
}
