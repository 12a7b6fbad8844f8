import { writeFile } from 'node:fs/promises'
import type { Count } from '../../core/tap.ts'
import type { IpInterface, IpSetting } from '../../entities/ue/ports.ts'
import { TunNotPermitted, TunUnavailable } from './errors.ts'
import { ip, settingCommand } from './ip-command.ts'
import { openTunFile, type TunFile } from './tun-file.ts'

export interface TunOptions {
  /** Of the device, 1 to 15 characters. */
  readonly name: string
  /** Octets of the longest packet. */
  readonly mtu: number
  /** Told of `tun-write-failed`. */
  readonly count: Count
  /** A setting that the machine did not take. */
  readonly onFault: (error: unknown) => void
}

/** So many packets are taken at once; then others of this process have their turn. */
const mostAtOnce = 64

/**
 * Who gives this interface its addresses is the UE: the machine makes none itself, and believes no router and no redirect
 * that comes over a link.
 */
const ownMinded = [
  ['ipv6', 'addr_gen_mode', '1'],
  ['ipv6', 'accept_ra', '0'],
  ['ipv6', 'accept_redirects', '0'],
  ['ipv4', 'accept_redirects', '0'],
] as const

/** A TUN device that is up. Throws TunNotPermitted, TunUnavailable. */
export async function openTun({ name, mtu, count, onFault }: TunOptions): Promise<IpInterface> {
  const file = await openTunFile(name)
  try {
    for (const [version, setting, value] of ownMinded) await set(name, version, setting, value)
    await ip('link', 'set', name, 'mtu', String(mtu), 'up')
  } catch (error) {
    file.close()
    throw error
  }
  let last = Promise.resolve()
  const change = (verb: 'add' | 'del') => (setting: IpSetting) => {
    last = last.then(() => ip(...settingCommand(name, verb, setting))).catch(onFault)
    return last
  }
  let hear: (packet: Uint8Array) => void = () => undefined
  const reader = new Reader(file, mtu, (packet) => hear(packet))
  return {
    send(packet) {
      if (!file.write(packet)) count('tun-write-failed')
    },
    onPacket(listener) {
      hear = listener
    },
    assign: change('add'),
    withdraw: change('del'),
    async close() {
      await last
      await reader.stop()
      file.close()
    },
  }
}

async function set(name: string, version: string, setting: string, value: string): Promise<void> {
  const file = `/proc/sys/net/${version}/conf/${name}/${setting}`
  try {
    await writeFile(file, value)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw code === 'EACCES' || code === 'EPERM'
      ? new TunNotPermitted(`${file} needs root or CAP_NET_ADMIN`, undefined, { cause: error })
      : new TunUnavailable(`${file} cannot be written`, undefined, { cause: error })
  }
}

/** Gives each packet of the machine to `hear`, in one buffer. */
class Reader {
  readonly #file: TunFile
  readonly #hear: (packet: Uint8Array) => void
  readonly #buffer: Uint8Array
  readonly #ended: Promise<void>
  #stopped = false

  constructor(file: TunFile, mtu: number, hear: (packet: Uint8Array) => void) {
    this.#file = file
    this.#hear = hear
    this.#buffer = new Uint8Array(mtu)
    this.#ended = this.#run()
  }

  stop(): Promise<void> {
    this.#stopped = true
    return this.#ended
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#file.readable()
      this.#readSome()
    }
  }

  #readSome(): void {
    for (let packets = 0; packets < mostAtOnce && !this.#stopped; packets++) {
      const size = this.#file.read(this.#buffer)
      if (size === undefined) return
      this.#hear(this.#buffer.subarray(0, size))
    }
  }
}
