import { createSocket, type Socket } from 'node:dgram'
import { lookup as lookUp, type LookupOneOptions } from 'node:dns'
import { isIPv4 } from 'node:net'
import type { Radio, SidelinkChannel } from '../../core/environment.ts'
import { InvalidValue } from '../../core/errors.ts'
import { projectValues } from '../../core/project-values.ts'
import type { Count } from '../../core/tap.ts'
import { maximumFrameSize } from '../../reference-points/pc5/sl-sch.ts'
import { UnderWay } from './under-way.ts'

/** Where the lab bearer runs: SL-SCH on `port`, SL-DCH on the next one. */
export interface UdpRadioOptions {
  /** IPv4 address of the interface. */
  readonly interface: string
  readonly port: number
  /** Multicast group; without it every frame goes to each of `peers`. */
  readonly group?: string
  /** Address and SL-SCH port of the UEs in reach; `group` is then not used. */
  readonly peers?: readonly { readonly host: string; readonly port: number }[]
  /** Told of `radio-send-failed`, `radio-socket-error`. */
  readonly count?: Count
}

/** Frames that may wait while this process is busy with others; the system may allow less. */
const waitingOctets = 1 << 20

const labGroup = projectValues.labGroup.value

const channels: readonly SidelinkChannel[] = ['SL-SCH', 'SL-DCH']
const portOf = (channel: SidelinkChannel, port: number) => port + channels.indexOf(channel)

/**
 * The lab bearer: one frame a datagram, on loopback or one interface. Where a datagram came from is never learnt
 * or used, as on a radio (R11). Rejects with the error of the socket when the ports cannot be used.
 */
export async function openUdpRadio(options: UdpRadioOptions): Promise<Radio> {
  const sockets = new Map<SidelinkChannel, Socket>()
  const underWay = new UnderWay()
  const close = async () => {
    const open = [...sockets.values()]
    sockets.clear()
    // A socket that closes forgets what it was given, such as the RELEASE of every link.
    await underWay.settled()
    await Promise.all(open.map((socket) => new Promise<void>((done) => socket.close(done))))
  }
  try {
    for (const channel of channels) sockets.set(channel, await openSocket(options, channel))
  } catch (error) {
    await close()
    throw error
  }
  const to = destinations(options)
  const sent = (error: Error | null) => {
    underWay.end()
    if (error) options.count?.('radio-send-failed')
  }
  return {
    send(channel, frame) {
      if (frame.length > maximumFrameSize)
        throw new InvalidValue('frame', `at most ${maximumFrameSize} octets are allowed`)
      const socket = sockets.get(channel)
      if (!socket) return
      for (const { host, port } of to) {
        underWay.begin()
        socket.send(frame, portOf(channel, port), host, sent)
      }
    },
    onFrame(hear) {
      const stops = [...sockets].map(([channel, socket]) => {
        const listener = ({ buffer, byteOffset, length }: Uint8Array) =>
          hear(channel, new Uint8Array(buffer, byteOffset, length))
        socket.on('message', listener)
        return () => socket.off('message', listener)
      })
      return () => stops.forEach((stop) => stop())
    },
    close,
  }
}

const destinations = ({ peers, group = labGroup, port }: UdpRadioOptions) => peers ?? [{ host: group, port }]

async function openSocket(options: UdpRadioOptions, channel: SidelinkChannel): Promise<Socket> {
  const { interface: address, port, group = labGroup, peers, count } = options
  const socket = createSocket({ type: 'udp4', reuseAddr: peers === undefined, lookup })
  await bind(socket, portOf(channel, port), peers ? address : group)
  try {
    if (!peers) join(socket, group, address)
  } catch (error) {
    socket.close()
    throw error
  }
  socket.setRecvBufferSize(waitingOctets)
  socket.on('error', () => count?.('radio-socket-error'))
  return socket
}

/** An address needs no looking up: it would cost each frame a turn of the event loop. */
function lookup(
  host: string,
  options: LookupOneOptions,
  found: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  if (isIPv4(host)) found(null, host, 4)
  else lookUp(host, options, found)
}

/** Throws what the operating system says of an address that is not of this machine. */
function join(socket: Socket, group: string, address: string): void {
  socket.addMembership(group, address)
  socket.setMulticastInterface(address)
  // Frames of the lab stay on this machine, or on the one network that the interface is on.
  socket.setMulticastTTL(address.startsWith('127.') ? 0 : 1)
}

const bind = (socket: Socket, port: number, address?: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const refuse = (error: Error) => {
      socket.close()
      reject(error)
    }
    socket.once('error', refuse)
    socket.bind(port, address, () => {
      socket.off('error', refuse)
      resolve()
    })
  })

/** An SL-SCH port P such that nobody on this machine uses P or P + 1 now. */
export async function freePortPair(): Promise<number> {
  for (;;) {
    const first = createSocket('udp4')
    await bind(first, 0)
    const { port } = first.address()
    const second = createSocket('udp4')
    const isPair = port < 0xffff && (await isFree(second, port + 1))
    await new Promise<void>((done) => first.close(done))
    if (isPair) return port
  }
}

async function isFree(socket: Socket, port: number): Promise<boolean> {
  try {
    await bind(socket, port)
  } catch {
    return false
  }
  await new Promise<void>((done) => socket.close(done))
  return true
}
