import { closeSync, constants, openSync } from 'node:fs'
import { milliseconds } from '../../core/units.ts'
import { TunNotPermitted, TunUnavailable } from './errors.ts'

/** An open TUN device: one packet for each read and write. */
export interface TunFile {
  /** Octets of the next packet, now in `into`; undefined when none waits. */
  read(into: Uint8Array): number | undefined
  /** False when the machine takes no packet now. */
  write(packet: Uint8Array): boolean
  /** Resolves when a packet may wait, and from time to time; uses one thread of the pool. */
  readable(): Promise<void>
  close(): void
}

/** TUNSETIFF of linux/if_tun.h, and struct ifreq: name (16 octets), flags (2). */
const tunSetIff = 0x400454ca
const ifreq = { size: 40, flagsAt: 16, longestName: 15 } as const
/** IFF_TUN, and IFF_NO_PI: no octets before the IP header. */
const tunWithoutPacketInformation = 0x0001 | 0x1000
/** struct pollfd: file (4 octets), events (2), what happened (2). */
const pollfd = { size: 8, eventsAt: 4, pollIn: 1 } as const
/** A process that ends waits for its pool: no thread of it may wait for ever. */
const longestPoll = milliseconds(250)

/** The functions of the C library that Node has no words for. */
async function loadC() {
  const { default: koffi } = await import('koffi').catch((error: unknown) => {
    throw new TunUnavailable('the package koffi is not installed here', undefined, { cause: error })
  })
  const c = koffi.load(null)
  return {
    ioctl: c.func('int ioctl(int file, unsigned long request, void *argument)'),
    poll: c.func('int poll(void *files, unsigned long count, int timeout)'),
    read: c.func('long read(int file, void *octets, unsigned long size)'),
    write: c.func('long write(int file, const void *octets, unsigned long size)'),
    isNotPermitted: () => koffi.errno() === koffi.os.errno['EPERM'],
  }
}

/**
 * The TUN device of that name, made when there is none; it goes with the file unless it was made to stay. Throws
 * TunNotPermitted, TunUnavailable.
 */
export async function openTunFile(name: string): Promise<TunFile> {
  const c = await loadC()
  const file = openClone()
  const request = Buffer.alloc(ifreq.size)
  request.write(name.slice(0, ifreq.longestName))
  request.writeUInt16LE(tunWithoutPacketInformation, ifreq.flagsAt)
  if (c.ioctl(file, tunSetIff, request) !== 0) {
    const refused = c.isNotPermitted()
      ? new TunNotPermitted(`a TUN device ${name} needs root or CAP_NET_ADMIN`)
      : new TunUnavailable(`${name} cannot be a TUN device: it is in use, or another kind of device`)
    closeSync(file)
    throw refused
  }
  const polled = Buffer.alloc(pollfd.size)
  polled.writeInt32LE(file, 0)
  polled.writeUInt16LE(pollfd.pollIn, pollfd.eventsAt)
  return {
    read(into) {
      const size = Number(c.read(file, into, into.length))
      return size > 0 ? size : undefined
    },
    write: (packet) => Number(c.write(file, packet, packet.length)) === packet.length,
    readable: () =>
      new Promise((done) => {
        c.poll.async(polled, 1, longestPoll, () => done())
      }),
    close: () => closeSync(file),
  }
}

function openClone(): number {
  try {
    return openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw code === 'EACCES' || code === 'EPERM'
      ? new TunNotPermitted('/dev/net/tun needs root or CAP_NET_ADMIN', undefined, { cause: error })
      : new TunUnavailable('this machine has no /dev/net/tun', undefined, { cause: error })
  }
}
