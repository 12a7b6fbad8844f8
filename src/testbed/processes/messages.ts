import type { TapEvent } from '../../core/tap.ts'
import type { UeControl } from '../ue-control.ts'

/** What a testbed asks of a node in another process. */
export type Order =
  | { readonly kind: 'settle' | 'show'; readonly id: number }
  | {
      readonly kind: 'control'
      readonly id: number
      readonly method: keyof UeControl
      readonly args: readonly unknown[]
    }

/** An error as another process sees it: what it was stays with the node that has it. */
export interface RemoteError {
  readonly code: `ERR_${string}`
  readonly message: string
  readonly clause: string | undefined
  /** Somebody may be back soon. */
  readonly temporary: boolean
}

/** What a node in another process tells its testbed, in this order. */
export type Told =
  | { readonly kind: 'event'; readonly event: TapEvent }
  | { readonly kind: 'serves' }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: RemoteError }
