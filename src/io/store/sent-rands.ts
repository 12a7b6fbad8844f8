import { minutes, type Seconds } from '../../core/units.ts'

/** RANDs of one IMSI for which the HSS accepts AUTS (R35): the last so many, for so long, each once. */
export const sentRands: { readonly count: number; readonly lifetime: Seconds } = {
  count: 16,
  lifetime: minutes(10),
}
