import type { Protection } from '../core/tap.ts'

/** A line between two lanes. */
export interface Arrow {
  readonly from: string
  readonly to: string
  readonly protection: Protection
  readonly bothWays: boolean
}

export type Mark = 'acts' | 'decides' | 'failed'

/** What one row of a ladder says, before anybody knows how wide the terminal is. */
export type Row =
  | {
      readonly kind: 'message'
      readonly step: string
      readonly point: string
      readonly arrows: readonly Arrow[]
      readonly failed: boolean
      readonly title: string
      /** What is folded into this row, such as `4 Ub, 2 Zh messages`. */
      readonly folded?: string
      readonly facts: readonly string[]
    }
  | {
      readonly kind: 'decision'
      readonly step: string
      readonly node: string
      readonly mark: Mark
      readonly title: string
      readonly facts: readonly string[]
    }
  | { readonly kind: 'separator'; readonly title: string }
