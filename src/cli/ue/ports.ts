import { WrongUsage } from '../errors.ts'

const portOf = (text: string, in_: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 0xffff) throw new WrongUsage(`${in_} has no port ${text}`, 'ports are 1 to 65535')
  return port
}

export interface PortForward {
  readonly port: number
  readonly peer: string
  readonly peerPort: number
}

/** `8080:ue2:80`; throws WrongUsage. */
export function forwardOf(text: string): PortForward {
  const [port = '', peer = '', peerPort = '', ...more] = text.split(':')
  if (peer === '' || more.length > 0)
    throw new WrongUsage(`--forward ${text} is not PORT:PEER:PORT`, '--forward 8080:ue2:80')
  return { port: portOf(port, text), peer, peerPort: portOf(peerPort, text) }
}

/** `80` or `80:8000`; throws WrongUsage. */
export function servedOf(text: string): { readonly port: number; readonly localPort: number } {
  const [port = '', localPort = port, ...more] = text.split(':')
  if (more.length > 0) throw new WrongUsage(`--serve ${text} is not PORT or PORT:PORT`, '--serve 80:8000')
  return { port: portOf(port, text), localPort: portOf(localPort, text) }
}
