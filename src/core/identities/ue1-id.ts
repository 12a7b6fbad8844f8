import type { BTid } from './b-tid.ts'
import type { Imsi } from './subscriber.ts'

/** The identity of UE-1 in steps 3, 4 and 6: B-TID or IMSI, never both. CR 33.303 6.X.3.2. */
export type Ue1Id =
  { readonly kind: 'b-tid'; readonly btid: BTid } | { readonly kind: 'imsi'; readonly imsi: Imsi }
