import { fieldWord } from '../../ladder/facts.ts'
import { InvalidValue } from '../../core/errors.ts'
import type { Fields, JsonValue, Protection, ReferencePoint } from '../../core/tap.ts'

export interface NodeOfRun {
  readonly name: string
  readonly role: string
  readonly plmn: string
}

/** The first line of a run. */
export interface StartLine {
  readonly event: 'start'
  readonly scenario: string
  readonly nodes: readonly string[]
  /** ISO 8601. */
  readonly time: string
  /** Absent in older files. */
  readonly network?: readonly NodeOfRun[]
  readonly unsafe?: boolean
}

/** Inputs of the protection of a PC5 frame: fingerprints of its keys, COUNT (8 hex digits), BEARER (5 bits), DIRECTION. */
export interface SecurityInputs {
  readonly pik?: string
  readonly pek?: string
  readonly count: string
  readonly bearer: number
  readonly direction: number
}

export interface MessageLine {
  readonly event: 'message'
  readonly n: number
  /** Milliseconds since `start`. */
  readonly ms: number
  readonly link?: string
  readonly step?: string
  readonly point: ReferencePoint
  readonly from: string
  readonly to: string
  readonly name: string
  readonly protection: Protection
  readonly pc5Profile?: 'final'
  /** Hex. */
  readonly bytes: string
  readonly clear?: string
  /** Hex of what was sent before somebody on the way changed it. */
  readonly original?: string
  readonly masked?: readonly (readonly [number, number])[]
  readonly fields: Fields
  readonly heartbeat?: boolean
  readonly security?: SecurityInputs
  /** Nobody heard it. */
  readonly lost?: boolean
}

export interface StateLine {
  readonly event: 'state'
  readonly n: number
  readonly ms: number
  readonly node: string
  readonly step?: string
  readonly what: string
  readonly keys?: Readonly<Record<string, string>>
  readonly fields: Fields
}

/** How a run ended; fields as of docs/events.md. */
export interface ResultLine {
  readonly event: 'result'
  readonly scenario: string
  readonly outcome: string
  readonly branch: string | null
  readonly fields: Fields
}

export type Line = StartLine | MessageLine | StateLine | ResultLine

type Checked = Readonly<Record<string, JsonValue>>

/** The line of this JSON text, undefined for an event that no view shows; throws InvalidValue. */
export function parseLine(text: string): Line | undefined {
  const value = jsonOf(text)
  const { event } = value
  if (typeof event !== 'string') throw new InvalidValue('event', 'a line has the name of an event')
  return Object.hasOwn(readers, event) ? readers[event]?.(value) : undefined
}

/** How each event that a view shows is read. */
const readers: Readonly<Record<string, (value: Checked) => Line>> = { start, message, state, result }

function jsonOf(text: string): Checked {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // What the parser says repeats what stands there, which may be a key.
    throw new InvalidValue('line', 'not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidValue('line', 'not a JSON object')
  return value as Checked
}

function check(value: Checked, type: 'string' | 'number', ...names: readonly string[]): void {
  for (const name of names)
    if (typeof value[name] !== type)
      throw new InvalidValue(name, `a ${type} is needed in ${fieldWord(value, 'event')}`)
}

function objectOf(value: Checked, name: string): Fields {
  const found = value[name] ?? {}
  if (typeof found !== 'object' || Array.isArray(found)) throw new InvalidValue(name, 'an object is needed')
  return found as Fields
}

function start(value: Checked): StartLine {
  const nodes = value['nodes'] ?? []
  if (!Array.isArray(nodes)) throw new InvalidValue('nodes', 'a list is needed in start')
  return { scenario: '', time: '', ...value, event: 'start', nodes: nodes.map(String) }
}

function message(value: Checked): MessageLine {
  check(value, 'number', 'n', 'ms')
  check(value, 'string', 'point', 'from', 'to', 'name', 'bytes')
  if (!/^(?:[0-9a-f]{2})*$/i.test(fieldWord(value, 'bytes'))) throw new InvalidValue('bytes', 'not hex')
  return { protection: 'clear', ...value, fields: objectOf(value, 'fields') } as unknown as MessageLine
}

const ofState = ['event', 'n', 'ms', 'node', 'step', 'what', 'keys', 'context']

function state(value: Checked): StateLine {
  check(value, 'number', 'n', 'ms')
  check(value, 'string', 'node', 'what')
  const fields = Object.fromEntries(Object.entries(value).filter(([name]) => !ofState.includes(name)))
  return { ...value, keys: objectOf(value, 'keys'), fields } as unknown as StateLine
}

function result(value: Checked): ResultLine {
  if (value['outcome'] === undefined) throw new InvalidValue('outcome', 'a string is needed in result')
  const { branch = null, scenario = '', outcome } = value
  return { event: 'result', scenario, outcome, branch, fields: value } as ResultLine
}
