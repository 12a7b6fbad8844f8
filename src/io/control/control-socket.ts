import { rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { InvalidValue } from '../../core/errors.ts'
import { isServed, listenLocally } from '../local-socket.ts'

/** What a process on this machine asks of one that runs: words of a command line. */
export interface ControlRequest {
  readonly words: readonly string[]
  readonly json: boolean
}

/** One line of the answer; `exit` is the last. */
export type ControlReply = { readonly out: string } | { readonly err: string } | { readonly exit: number }

export interface ControlSocket {
  close(): Promise<void>
}

/** Octets of a request. */
const longestRequest = 16 * 1024

/**
 * Serves requests on a local socket that only its owner can open (R46); `answer` gives the exit status. Rejects with
 * InvalidControlAddress or ControlAddressInUse.
 */
export async function serveControl(
  file: string,
  answer: (request: ControlRequest, say: (reply: ControlReply) => void) => Promise<number>,
): Promise<ControlSocket> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => undefined)
    void serve(socket, answer)
  })
  const listen = (at: string) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, resolve))
  await listenLocally(file, listen)
  return {
    close() {
      for (const socket of open) socket.destroy()
      rmSync(file, { force: true })
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function serve(
  socket: Socket,
  answer: (request: ControlRequest, say: (reply: ControlReply) => void) => Promise<number>,
): Promise<void> {
  const say = (reply: ControlReply) => void socket.write(`${JSON.stringify(reply)}\n`)
  try {
    const line = await firstLine(socket)
    say({ exit: await answer(requestOf(line), say) })
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    say({ err: error.message })
    say({ exit: 65 })
  }
  socket.end()
}

/** Throws InvalidValue when the request is too long or the caller hangs up. */
function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const refuse = () => reject(new InvalidValue('request', `one line of at most ${longestRequest} octets`))
    socket.setEncoding('utf8')
    const hear = (chunk: string) => {
      text += chunk
      const end = text.indexOf('\n')
      if (end < 0 && text.length <= longestRequest) return
      // What follows is dropped as it comes.
      socket.off('data', hear).resume()
      if (end < 0) refuse()
      else resolve(text.slice(0, end))
    }
    socket.on('data', hear)
    socket.on('close', refuse)
  })
}

/** Throws InvalidValue. */
function requestOf(line: string): ControlRequest {
  const wrong = () => new InvalidValue('request', 'words and json are needed')
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw wrong()
  }
  if (typeof value !== 'object' || value === null) throw wrong()
  const { words, json } = value as Partial<Record<keyof ControlRequest, unknown>>
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) throw wrong()
  return { words, json: json === true }
}

/** Asks whoever serves `file`; gives its exit status, undefined when nobody does. */
export async function askControl(
  file: string,
  request: ControlRequest,
  hear: (reply: ControlReply) => void,
): Promise<number | undefined> {
  if (!(await isServed(file))) return undefined
  const socket = connect(file)
  socket.on('error', () => undefined)
  socket.write(`${JSON.stringify(request)}\n`)
  let exit: number | undefined
  for await (const line of createInterface({ input: socket })) {
    const reply = JSON.parse(line) as ControlReply
    if ('exit' in reply) exit = reply.exit
    else hear(reply)
  }
  return exit
}
