import { KeyRequestFailed } from '../../core/errors.ts'
import type { NafKeys } from './resolve-naf-keys.ts'

/** 7b, 7d: keys and GPI by GBA push, for a subscriber whose authorisation was looked at. TS 33.223 5. */
export function push(): Promise<NafKeys> {
  return Promise.reject(new KeyRequestFailed('GBA push is not configured', 'TS 33.223 5'))
}
