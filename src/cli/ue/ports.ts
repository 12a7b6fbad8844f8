import { WrongUsage } from '../errors.ts'

function portOf(text: string, lowest = 1): number {
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

/** `80` or `80:8000`; throws WrongUsage. */
export function servedOf(text: string): { readonly port: number; readonly localPort: number } {
  const [port = '', localPort = port, ...more] = text.split(':')
  if (more.length > 0) throw new WrongUsage(`--serve ${text} is not PORT or PORT:PORT`, '--serve 80:8000')
  return { port: portOf(port), localPort: portOf(localPort) }
}
