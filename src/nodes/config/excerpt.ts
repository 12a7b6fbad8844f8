import { maskedImsi } from '../../core/identities/subscriber.ts'

const widest = 100

export interface MarkedLine {
  /** From 1. */
  readonly line: number
  readonly source: string
  /** From 1. */
  readonly column: number
  readonly length: number
  /** Show nothing after the marked part: nobody knows what an unknown setting holds (R31). */
  readonly hideRest: boolean
}

/** An IMSI and what could be a key, hidden at the same length (R31). */
const hidden = (source: string): string =>
  source
    .replace(/[A-Za-z0-9+/=]{32,}/g, (run) => (/^[A-Za-z/]+$/.test(run) ? run : '·'.repeat(run.length)))
    .replace(/(?<![0-9A-Za-z])\d{14,15}(?![0-9A-Za-z])/g, maskedImsi)

/** The numbered line and carets under the marked part; a long line is cut around it. */
export function excerptOf({ line, source, column, length, hideRest }: MarkedLine): string {
  const end = Math.max(column, Math.min(column - 1 + length, source.length))
  const text = hidden(hideRest ? source.slice(0, end) : source)
  const from = Math.max(0, Math.min(column - 1 - widest / 2, text.length - widest))
  const number = String(line).padStart(7)
  const carets = '^'.repeat(Math.max(1, Math.min(end, from + widest) - column + 1))
  return [
    `${number} | ${text.slice(from, from + widest)}`,
    `${' '.repeat(number.length)} | ${' '.repeat(column - 1 - from)}${carets}`,
  ].join('\n')
}
