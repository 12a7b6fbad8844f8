import { pino } from 'pino'
import {
  tapOf,
  type Tap,
  type TapEvent,
  type TapMessage,
  type TapSpan,
  type TapState,
} from '../../core/tap.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** What no event has in its fields; should one ever come, its value is not written (R31). */
const secrets = [
  'k',
  'op',
  'opc',
  'topc',
  'res',
  'xres',
  'ck',
  'ik',
  'ks',
  'ksNaf',
  'kdSess',
  'pek',
  'pik',
  'psk',
]

/**
 * Writes a JSON line for each event of that level or above. `context` is the same in all lines of one set-up, at every node;
 * octets of messages, in which an IMSI stands as on the wire, are counted and not written.
 */
export function logTap(level: LogLevel, write: (line: string) => void): Tap {
  const log = pino(
    {
      ...{ level, base: null, timestamp: false, messageKey: 'message' },
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets.map((name) => `fields.${name}`), censor: '[key]' },
    },
    { write: (line) => write(line.trimEnd()) },
  )
  // What is told of messages and spans is for `debug` alone.
  return tapOf(level === 'debug' ? ['message', 'state', 'span'] : ['state'], (event) => {
    const entry = entryOf(event)
    if (entry) log[entry.level]({ time: new Date(event.time).toISOString(), ...entry.said }, entry.message)
  })
}

interface Entry {
  readonly level: LogLevel
  readonly message: string
  readonly said: object
}

function entryOf(event: TapEvent): Entry | undefined {
  switch (event.kind) {
    case 'message':
      return messageEntry(event)
    case 'state':
      return event.what === 'levels' ? undefined : stateEntry(event)
    case 'span':
      return spanEntry(event)
    case 'octets':
    case 'secret':
      return undefined
  }
}

function messageEntry(event: TapMessage): Entry {
  const { point, from: node, to, name, step, protection, bytes, fields, context, heartbeat } = event
  const said = { node, point, to, step, protection, octets: bytes.length, fields, context, heartbeat }
  return { level: 'debug', message: name, said }
}

function stateEntry(state: TapState): Entry {
  const { node, what, step, fields, keys, context, span } = state
  return { level: levelOf(state), message: what, said: { node, step, fields, keys, context, span } }
}

/** A node that issues no keys any more needs somebody (R47), as a fault does. */
function levelOf({ what, fields }: TapState): LogLevel {
  if (what === 'fault' || fields['counter'] === 'wall-clock-stepped') return 'error'
  if (what === 'refused' || what === 'peer-lost') return 'warn'
  return what === 'counted' ? 'debug' : 'info'
}

function spanEntry({ node, side, point, name, ms, cause, context, span, parent }: TapSpan): Entry {
  const said = { node, side, point, ms: Math.round(ms * 1000) / 1000, cause, context, span, parent }
  return { level: 'debug', message: name, said }
}
