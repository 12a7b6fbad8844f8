import { loopback, type TcpServer } from '../../io/forward/tcp-forward.ts'
import { WrongUsage } from '../errors.ts'

/** Throws WrongUsage. */
export function portOf(text: string, lowest = 1): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (port < lowest || port > 0xffff)
    throw new WrongUsage(`${text} is no port`, `ports are ${lowest} to 65535`)
  return port
}

export interface PortForward {
  /** 0 for a free one. */
  readonly port: number
  readonly peer: string
  readonly peerPort: number
}

/** `8080:ue2:80`; throws WrongUsage. */
export function forwardOf(text: string): PortForward {
  const [port = '', peer = '', peerPort = '', ...more] = text.split(':')
  if (peer === '' || more.length > 0)
    throw new WrongUsage(`--forward ${text} is not PORT:PEER:PORT`, '--forward 8080:ue2:80')
  return { port: portOf(port, 0), peer, peerPort: portOf(peerPort) }
}

export interface ServedPort {
  readonly port: number
  readonly server: TcpServer
}

/** Port, and where its connections go: a host, IPv6 in brackets, and a port of it. */
const served = /^(\d+)(?::(?:(?:\[([\da-f:.]+)\]|([\w.-]+)):)?(\d+))?$/i

/** `80`, `80:8000`, `80:[2001:db8::1]:8000` or `80:web.example:8000`; throws WrongUsage. */
export function servedOf(text: string): ServedPort {
  const match = served.exec(text)
  if (!match)
    throw new WrongUsage(
      `--serve ${text} is not PORT, PORT:PORT or PORT:HOST:PORT`,
      '--serve 80:8000, or --serve 80:[2001:db8::1]:80 for a server behind this UE',
    )
  const [, port = '', ipv6, name, serverPort = port] = match
  return {
    port: portOf(port),
    server: { host: ipv6 ?? name ?? loopback, port: portOf(serverPort) },
  }
}
