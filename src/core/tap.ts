import type { Instant } from './units.ts'

export type ReferencePoint = 'PC5' | 'PC8' | 'PC6' | 'Zn' | 'Zpn' | 'Zh' | 'Ub'

/** Step of CR 33.303 6.X.3.2; RN1 to RN5 are those of 6.X.3.3. */
export type Step =
  | '0'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6'
  | '7'
  | '7a'
  | '7b'
  | '7c'
  | '7d'
  | '8'
  | '9'
  | '10'
  | '11'
  | '12'
  | '13'
  | '14'
  | 'RN1'
  | 'RN2'
  | 'RN3'
  | 'RN4'
  | 'RN5'

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

export type Fields = Readonly<Record<string, JsonValue>>

/** What protects a message on its way. */
export type Protection = 'clear' | 'integrity' | 'ciphered'

/** The inputs of EIA and EEA, keys as fingerprints (8 hex digits). TS 36.323 5.6.2, 5.7. */
export interface SecurityInputs {
  /** Absent where there is no MAC-I. */
  readonly pik?: string | undefined
  /** Absent where nothing is ciphered. */
  readonly pek?: string | undefined
  /** 32 bits: KD-sess ID, PDCP SN. */
  readonly count: number
  /** LCID. */
  readonly bearer: number
  readonly direction: 0 | 1
}

/** One message, given once, by its sender. Key fields in `bytes` are zeros; `masked` says where they were. */
export interface TapMessage {
  readonly kind: 'message'
  readonly time: Instant
  readonly point: ReferencePoint
  /** Node names such as `ue1`. */
  readonly from: string
  readonly to: string
  /** The name of the message in its specification. */
  readonly name: string
  readonly step?: Step | undefined
  readonly protection: Protection
  readonly bytes: Uint8Array
  /** First octet and one past the last octet of each zeroed field. */
  readonly masked: readonly (readonly [number, number])[]
  /** The SDU in a ciphered PC5 frame, before it was ciphered; only ever given when `unsafeRevealKeys` is on. */
  readonly clear?: Uint8Array | undefined
  /** What the sender made, where `bytes` were changed on their way. */
  readonly original?: Uint8Array | undefined
  /** True when the frame was lost on its way. */
  readonly lost?: true | undefined
  /** What a PC5 frame is protected with. */
  readonly security?: SecurityInputs | undefined
  /** The profile of an SL-SCH frame, where it is not that of the change request. */
  readonly pc5Profile?: 'final' | undefined
  /** What a reader needs to know of it; never a secret, an IMSI only masked. */
  readonly fields: Fields
  /** Trace id of the set-up it belongs to, 32 hex digits. */
  readonly context?: string | undefined
  /** True for messages that only keep a connection alive. */
  readonly heartbeat?: boolean | undefined
}

/** A decision or a change of state inside one node. */
export interface TapState {
  readonly kind: 'state'
  readonly time: Instant
  readonly node: string
  readonly step?: Step
  /** For example `branch`, `authorisation`, `secured`, `bootstrapped`. */
  readonly what: string
  readonly fields: Fields
  /** Key name to fingerprint (8 hex digits). */
  readonly keys?: Readonly<Record<string, string>>
  readonly context?: string
  /** Id of the span that it was decided in, 16 hex digits. */
  readonly span?: string
}

/** What one node spent time on: its side of a request and the answer, or a call to its store. Told at its end. */
export interface TapSpan {
  readonly kind: 'span'
  /** Its end. */
  readonly time: Instant
  readonly node: string
  readonly side: 'client' | 'server' | 'store'
  /** Absent for the store. */
  readonly point?: ReferencePoint
  /** The request in its specification, such as `BIR`; the method of a store, such as `keys.find`. */
  readonly name: string
  /** How long it took, with fractions. */
  readonly ms: number
  /** The code of what ended it without what was asked for. */
  readonly cause?: string
  readonly context?: string
  /** Its id, and that of the span that caused it, at this node or another; 16 hex digits. */
  readonly span?: string
  readonly parent?: string
}

/** Octets of a TLS connection as really exchanged, for captures of PC8. */
export interface TapOctets {
  readonly kind: 'octets'
  readonly time: Instant
  readonly point: 'PC8'
  /** Names one connection. */
  readonly connection: string
  readonly from: string
  readonly to: string
  readonly bytes: Uint8Array
}

/** Key material for captures; only ever given when `unsafeRevealKeys` is on. */
export interface TapSecret {
  readonly kind: 'secret'
  readonly time: Instant
  readonly node: string
  /** For example a line of the NSS key log format. */
  readonly name: string
  readonly text: string
}

export type TapEvent = TapMessage | TapState | TapSpan | TapOctets | TapSecret

export type TapKind = TapEvent['kind']

/**
 * The one observer of everything: ladder, captures, logs, metrics and traces read this stream and nothing else. `reads` are
 * the kinds that it looks at, all of them unless it says so: others need not be made.
 */
export type Tap = ((event: TapEvent) => void) & { readonly reads?: readonly TapKind[] | undefined }

/** An observer of some kinds only. */
export const tapOf = (reads: readonly TapKind[], observe: (event: TapEvent) => void): Tap =>
  Object.assign((event: TapEvent) => observe(event), { reads })

export const isRead = (kind: TapKind, { reads }: Tap): boolean => reads?.includes(kind) ?? true

/** Each of them, one after the other. */
export function allTaps(...taps: readonly Tap[]): Tap {
  const observe = (event: TapEvent) => {
    for (const tap of taps) tap(event)
  }
  return taps.some(({ reads }) => reads === undefined)
    ? observe
    : tapOf([...new Set(taps.flatMap(({ reads = [] }) => reads))], observe)
}

/** How an entity tells a decision of its own: the node adds time and name. Where it is `unheard` nobody needs to make it. */
export type Report = ((state: Omit<TapState, 'kind' | 'time' | 'node'>) => void) & {
  readonly unheard?: true
}

/** Reports what `make` gives, such as fingerprints of keys, which is made only where somebody hears of it. */
export function tell(report: Report, make: () => Parameters<Report>[0]): void {
  if (!report.unheard) report(make())
}

/** For a node of whose decisions nobody hears. */
export const unheard: Report = Object.assign(() => undefined, { unheard: true as const })

/** Raises the named counter of dropped, refused or failed input by one. */
export type Count = (counter: string) => void
