import { ProseError } from './errors.ts'

/** Code and true reason of a refusal, for the node that refuses and no other (R10); `node` names it, as in `KMF`. */
export const refusalFields = (
  error: unknown,
  node: string,
): { readonly code: string; readonly reason: string } =>
  error instanceof ProseError
    ? { code: error.code, reason: error.message }
    : { code: 'ERR_INTERNAL', reason: `a fault of this ${node}` }
