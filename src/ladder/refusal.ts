import type { TapMessage } from '../core/tap.ts'
import { wordOf } from './facts.ts'

/** A refusal or fault; 5403 and a challenge are part of the procedure. */
export function isRefusal({ name, fields }: Pick<TapMessage, 'name' | 'fields'>): boolean {
  if (name.endsWith('_REJECT') || 'error' in fields || /^(4(?!01)|5)\d\d /.test(name)) return true
  const experimental = wordOf(fields['Experimental-Result'] ?? null)
  const result = wordOf(fields['Result-Code'] ?? null)
  return (
    (experimental !== '' && experimental !== '5403' && !experimental.startsWith('2')) ||
    /^[3-5]\d{3}$/.test(result)
  )
}
