import { createColors } from 'picocolors'
import type { Mark } from '../../ladder/row.ts'

/** Colour repeats a word or sign and never says anything alone. */
export interface Colors {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly point: (point: string, text: string) => string
  readonly mark: (mark: Mark, text: string) => string
}

export function colors(enabled: boolean): Colors {
  const { bold, dim, red, green, cyan, magenta, yellow, blue } = createColors(enabled)
  const points: Readonly<Record<string, (text: string) => string>> = {
    PC5: magenta,
    PC8: blue,
    PC6: cyan,
    Ub: yellow,
  }
  const marks = { acts: bold, decides: yellow, failed: red } as const
  return {
    bold,
    dim,
    red,
    green,
    point: (point, text) => (points[point] ?? dim)(text),
    mark: (mark, text) => marks[mark](text),
  }
}
