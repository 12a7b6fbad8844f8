import { fromHex, hex } from '../core/bytes.ts'
import { InvalidValue } from '../core/errors.ts'
import type {
  Fields,
  JsonValue,
  SecurityInputs,
  TapEvent,
  TapMessage,
  TapSpan,
  TapState,
} from '../core/tap.ts'
import { Instant } from '../core/units.ts'
import type { NetworkNode } from './run.ts'

/** Spans are for those who measure. */
export type LineEvent = Exclude<TapEvent, TapSpan>

/** One object of a JSON lines stream; fields are added, never renamed. */
export type EventLine = { readonly event: string } & Readonly<Record<string, JsonValue>>

/** What a stream begins with. */
export interface StreamStart {
  readonly scenario: string
  readonly nodes: readonly NetworkNode[]
  readonly start: Instant
  readonly unsafe: boolean
  /** Where a page shows the same. */
  readonly console?: string | undefined
}

/** The first line of a stream. */
export const startLine = ({ scenario, nodes, start, unsafe, console }: StreamStart): EventLine => ({
  ...{ event: 'start', schema: 1, scenario, nodes: nodes.map(({ name }) => name) },
  network: nodes.map(({ name, role, plmn }) => ({ name, role, plmn })),
  time: new Date(start).toISOString(),
  ...(unsafe && { unsafe }),
  ...(console !== undefined && { console }),
})

/** Numbers and times events as one stream shows them: messages from 1, milliseconds since its start. */
export class EventLines {
  readonly #start: Instant
  readonly #links: string[] = []
  #messages = 0

  constructor(start: Instant) {
    this.#start = start
  }

  /** `message` or `state`; also `octets` and `secret`, which only nodes tell their testbed. */
  of(event: LineEvent): EventLine {
    const ms = Math.round((event.time - this.#start) * 10) / 10
    switch (event.kind) {
      case 'message':
        return messageLine(event, ++this.#messages, ms, this.#linkOf(event))
      case 'state':
        return stateLine(event, this.#messages, ms)
      case 'octets': {
        const { point, connection, from, to, bytes } = event
        return { event: 'octets', ms, point, connection, from, to, bytes: hex(bytes) }
      }
      case 'secret':
        return { event: 'secret', ms, node: event.node, name: event.name, text: event.text }
    }
  }

  /** `L1` for the first two UEs that talk on PC5, and so on. */
  #linkOf(event: TapMessage): string | undefined {
    if (event.point !== 'PC5' || event.to === 'all') return undefined
    const pair = [event.from, event.to].sort().join(' ')
    if (!this.#links.includes(pair)) this.#links.push(pair)
    return `L${this.#links.indexOf(pair) + 1}`
  }
}

/** The object without what is undefined. */
const given = (some: Readonly<Record<string, JsonValue | undefined>>): Readonly<Record<string, JsonValue>> =>
  Object.fromEntries(
    Object.entries(some).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )

function messageLine(event: TapMessage, n: number, ms: number, link: string | undefined): EventLine {
  const { step, point, from, to, name, protection, lost, security, pc5Profile, fields, context, heartbeat } =
    event
  const bytes = hex(event.bytes)
  const original = event.original && hex(event.original)
  const clear = event.clear && hex(event.clear)
  const masked = event.masked.map(([first, end]) => [first, end])
  return {
    event: 'message',
    ...given({
      n,
      ms,
      link,
      step,
      point,
      from,
      to,
      name,
      protection,
      bytes,
      original,
      lost,
      clear,
      security: security && securityOf(security),
      pc5Profile,
      masked,
      fields,
      context,
      heartbeat,
    }),
  }
}

const securityOf = ({ pik, pek, count, bearer, direction }: SecurityInputs): JsonValue =>
  given({ pik, pek, count: count.toString(16).padStart(8, '0'), bearer, direction })

/** `n` is the number of the last message before the decision. */
function stateLine(event: TapState, n: number, ms: number): EventLine {
  const { node, step, what, fields, keys, context } = event
  return { event: 'state', ...given({ n, ms, node, step, what, ...fields, keys, context }) }
}

/** The event of a line that a node wrote with the same release; its stream began at `start`. Throws InvalidValue. */
export function eventOfLine(line: EventLine, start: Instant): TapEvent {
  const { event, ms } = line
  if (typeof ms !== 'number' || !kinds.includes(event))
    throw new InvalidValue('event', 'a line of a node has a known event and ms')
  const shared = { kind: event, time: Instant(start + ms) }
  const octets = Object.fromEntries(
    (['bytes', 'original', 'clear'] as const).flatMap((name) => {
      const text = line[name]
      return typeof text === 'string' ? [[name, fromHex(text)]] : []
    }),
  )
  const rest = event === 'state' ? stateRest(line) : without(line, ['event', 'n', 'ms', 'link'])
  return { ...rest, ...securityIn(line), ...octets, ...shared } as unknown as TapEvent
}

function securityIn({ security }: EventLine) {
  if (typeof security !== 'object' || security === null || !('count' in security)) return {}
  const { count } = security
  return { security: { ...security, count: typeof count === 'string' ? Number.parseInt(count, 16) : 0 } }
}

const kinds: readonly string[] = ['message', 'state', 'octets', 'secret']

const without = (line: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(line).filter(([name]) => !names.includes(name)))

/** In a line the fields of a decision stand beside its name. */
const stateRest = ({ node, step, what, keys, context, ...others }: EventLine) => ({
  ...given({ node, step, what, keys, context }),
  fields: without(others, ['event', 'n', 'ms']),
})
