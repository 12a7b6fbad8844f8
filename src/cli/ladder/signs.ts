import type { Protection } from '../../core/tap.ts'

/** The signs that a ladder is drawn with; each says something, so none is lost without colour. */
export interface Signs {
  readonly lane: string
  readonly line: Readonly<Record<Protection, string>>
  readonly left: string
  readonly right: string
  readonly acts: string
  readonly decides: string
  readonly failed: string
  readonly folded: string
  readonly rule: string
  /** The text with only the characters that the terminal has. */
  readonly text: (text: string) => string
}

export const unicodeSigns: Signs = {
  lane: '│',
  line: { clear: '┄', integrity: '─', ciphered: '═' },
  left: '◀',
  right: '▶',
  acts: '●',
  decides: '◆',
  failed: '✗',
  folded: '▸',
  rule: '─',
  text: (text) => text,
}

export const asciiSigns: Signs = {
  lane: '|',
  line: { clear: '.', integrity: '-', ciphered: '=' },
  left: '<',
  right: '>',
  acts: '*',
  decides: '?',
  failed: 'x',
  folded: '+',
  rule: '-',
  text: (text) =>
    text
      .replaceAll('…', '..')
      .replaceAll('·', '*')
      .replaceAll(/[^\x20-\x7e]/g, '?'),
}
