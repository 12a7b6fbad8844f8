import type { Socket } from 'node:net'
import { ProseError } from '../../core/errors.ts'
import { capabilitiesExchange } from '../../wire/diameter/base.ts'
import { decodeRows } from '../../wire/diameter/grammar.ts'
import { headerLength, readHeader } from '../../wire/diameter/header.ts'
import { MalformedDiameter } from '../../wire/diameter/malformed.ts'
import { decodeMessage, type DiameterMessage } from '../../wire/diameter/message.ts'
import { resultCode, resultCodes } from '../../wire/diameter/result.ts'
import { Connection } from './connection.ts'
import { refusalOf } from './identity.ts'
import type { NodeContext } from './node-context.ts'
import type { Peer } from './peer.ts'

/** Connections that have not shown who they are: at most so many at once (R43). */
const mostStrangers = 256

/** Takes connections until their CER says, and their certificate shows, which peer they are of. RFC 6733 5.3. */
export class Acceptor {
  readonly #context: NodeContext
  readonly #peerOf: (host: string) => Peer | undefined
  readonly #strangers = new Set<Connection>()

  constructor(context: NodeContext, peerOf: (host: string) => Peer | undefined) {
    this.#context = context
    this.#peerOf = peerOf
  }

  accept(socket: Socket): void {
    if (this.#strangers.size >= mostStrangers) {
      this.#context.count('diameter.too-many-strangers')
      socket.destroy()
      return
    }
    const stopTimer = this.#context.after(this.#context.intervals.handshake, () => end('no-cer'))
    const forget = () => {
      stopTimer()
      this.#strangers.delete(connection)
    }
    const end = (reason: string) => {
      this.#context.count(`diameter.${reason}`)
      forget()
      connection.close()
    }
    const connection = new Connection(socket, {
      message: (octets) => {
        const reason = this.#introduce(connection, octets)
        if (reason) end(reason)
        else forget()
      },
      broken: (error, octets) => {
        if (octets.length >= headerLength) this.#refuse(connection, octets, error.resultCode, error.failedAvp)
        end('broken-framing')
      },
      closed: forget,
    })
    this.#strangers.add(connection)
  }

  close(): void {
    for (const stranger of this.#strangers) stranger.close()
    this.#strangers.clear()
  }

  /** Why the connection ends, undefined when its peer has taken it over. */
  #introduce(connection: Connection, octets: Uint8Array): string | undefined {
    const header = readHeader(octets)
    const isCer =
      header.request && header.applicationId === 0 && header.commandCode === capabilitiesExchange.code
    if (!isCer) return 'message-before-cer'
    try {
      const cer = decodeMessage(octets)
      const refusal = this.#admit(connection, cer)
      if (refusal === undefined) return undefined
      this.#refuse(connection, octets, refusal)
      return 'cer-refused'
    } catch (error) {
      if (error instanceof MalformedDiameter)
        this.#refuse(connection, octets, error.resultCode, error.failedAvp)
      else if (!(error instanceof ProseError)) throw error
      return 'malformed-cer'
    }
  }

  #admit(connection: Connection, cer: DiameterMessage): number | undefined {
    const capabilities = decodeRows(capabilitiesExchange.request, cer.avps)
    if (capabilities['Origin-Host'] === this.#context.identity.originHost) return resultCodes.loopDetected
    const peer = this.#peerOf(capabilities['Origin-Host'])
    if (!peer?.rules.admits(capabilities) || !peer.rules.areMetBy(connection)) return resultCodes.unknownPeer
    if (!peer.rules.sharesApplication(capabilities)) return resultCodes.noCommonApplication
    this.#context.tapMessage('received', cer, peer.options.host)
    peer.offer(connection, cer)
    return undefined
  }

  #refuse(connection: Connection, octets: Uint8Array, code: number, failedAvp?: Uint8Array): void {
    if (!readHeader(octets).request) return
    connection.send(refusalOf(this.#context.identity, octets, { result: resultCode(code), failedAvp }))
  }
}
