import type { Socket } from 'node:net'
import { concat, freshOctets } from '../../core/bytes.ts'
import { messageLength } from '../../wire/diameter/header.ts'
import { MalformedDiameter } from '../../wire/diameter/malformed.ts'

/** What a connection tells. `closed` comes once, also when the connection never came up. */
export interface ConnectionEvents {
  /** How many octets from `at` on are messages that are answered like one before, and are so by now. */
  again?(octets: Uint8Array, at: number): number
  message(octets: Uint8Array): void
  /** Octets that begin no message: the connection cannot go on. */
  broken(error: MalformedDiameter, octets: Uint8Array): void
  closed(): void
}

/** Octets that a peer does not take: beyond it the connection is given up (R43). */
const longestBacklog = 4 * 1024 * 1024

/** Room that is made for what one turn may send, in octets, before there is more. */
const longestGuess = 64 * 1024

/** For the last octets to leave, in milliseconds. */
const longestGoodbye = 2000

/** A Buffer without its own `slice`, which would share octets instead of copying them. */
const plain = (chunk: Buffer) => new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)

const none: Uint8Array = new Uint8Array()

/** Cuts the octets of a connection into messages; never holds more than one message and one chunk (B56). */
export class Connection {
  readonly socket: Socket
  #events: ConnectionEvents | undefined
  #chunks: Uint8Array[] = []
  #held = 0
  #needed = 4
  #waiting = none
  #waitingLength = 0
  #leftBefore = 0

  constructor(socket: Socket, events: ConnectionEvents) {
    this.socket = socket
    this.#events = events
    socket.on('data', (chunk) => this.#take(plain(chunk)))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#end())
  }

  /** All that is sent in one turn of the event loop leaves in one write, of one piece; `octets` are free again at once. */
  send(octets: Uint8Array): void {
    if (this.#waitingLength === 0) process.nextTick(() => this.#flush())
    const end = this.#waitingLength + octets.length
    if (end > this.#waiting.length && !this.#makeRoom(end)) return
    this.#waiting.set(octets, this.#waitingLength)
    this.#waitingLength = end
  }

  /** For so many octets, and for as many as left in the turn before; false when the connection is given up. */
  #makeRoom(needed: number): boolean {
    if (this.socket.writableLength + needed > longestBacklog) {
      this.#waiting = none
      this.#waitingLength = 0
      this.socket.destroy()
      return false
    }
    const likely = Math.max(2 * this.#waiting.length, Math.min(this.#leftBefore, longestGuess))
    const room = freshOctets(Math.max(needed, Math.min(likely, longestBacklog)))
    room.set(this.#waiting)
    this.#waiting = room
    return true
  }

  #flush(): void {
    if (this.#waitingLength === 0) return
    const octets = this.#waiting.subarray(0, this.#waitingLength)
    this.#leftBefore = octets.length
    this.#waiting = none
    this.#waitingLength = 0
    this.socket.write(octets)
  }

  /** After what was sent has left; from now on nothing is read. */
  close(): void {
    this.#events = undefined
    this.#flush()
    this.socket.setTimeout(longestGoodbye, () => this.socket.destroy())
    this.socket.destroySoon()
  }

  /** Hands the connection to another owner, who hears of all that follows. */
  handOver(events: ConnectionEvents): void {
    this.#events = events
  }

  #end(): void {
    const events = this.#events
    this.#events = undefined
    events?.closed()
  }

  #take(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#held < this.#needed) return
    const octets = this.#chunks.length === 1 ? chunk : concat(...this.#chunks)
    const rest = this.#messagesOf(octets)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#held = rest.length
  }

  #messagesOf(octets: Uint8Array): Uint8Array {
    let at = 0
    while (this.#events) {
      at += this.#events.again?.(octets, at) ?? 0
      const begun = at
      try {
        const length = messageLength(octets, at)
        this.#needed = length ?? 4
        if (length === undefined || octets.length - at < length) return octets.subarray(at)
        at += length
        this.#events.message(octets.subarray(begun, at))
      } catch (error) {
        if (!(error instanceof MalformedDiameter)) throw error
        this.#events.broken(error, octets.subarray(begun))
        return octets.subarray(octets.length)
      }
    }
    return octets.subarray(octets.length)
  }
}
