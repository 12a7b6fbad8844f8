import type { ProseError } from '../../../src/core/errors.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { namesSent, type Station, type twoUes } from '../../entities/ue/two-ues.ts'

export const linkOf = ({ ue }: Station) => ue.links()[0]

/** How often a UE sent messages of this name. */
export const times = (station: Station, name: string): number =>
  namesSent(station).filter((sent) => sent === name).length

/** A rekeying to its end: the KD-sess ID then, or why it came to nothing. */
export async function rekeyed(
  { clock }: Awaited<ReturnType<typeof twoUes>>,
  by: Station,
  atMost = 20_000,
): Promise<number | string | undefined> {
  let end: number | string | undefined
  by.ue.rekey('L1').then(
    ({ kdSessId }) => (end = kdSessId),
    (error: unknown) => (end = (error as ProseError).code),
  )
  await clock.runUntil(() => end !== undefined, milliseconds(atMost))
  return end
}
