import { fieldValues, type HttpFields } from './exchange.ts'

/** Said by who can use a TMPI. TS 24.109 4. */
const tmpiToken = '3gpp-gba-tmpi'

/** User-Agent of a UE, Server of a BSF. */
export const products = (tmpi: boolean): string => (tmpi ? `Sidelock ${tmpiToken}` : 'Sidelock')

/** Whether the UE in User-Agent, or the BSF in Server, says that it can use a TMPI. */
export const canUseTmpi = (fields: HttpFields, name: 'User-Agent' | 'Server'): boolean =>
  fieldValues(fields, name).some((value) => value.split(/[\s;,/]+/).includes(tmpiToken))
