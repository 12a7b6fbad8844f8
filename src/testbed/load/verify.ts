import { PeerFault } from '../../core/errors.ts'
import type { NafId } from '../../core/identities/naf-id.ts'
import type { ProseUeId } from '../../core/identities/prose.ts'
import type { Clock } from '../../core/environment.ts'
import type { AuthenticationVector } from '../../core/aka.ts'
import { wipe, type KsNaf, type Pdk } from '../../core/keys.ts'
import { equalInConstantTime } from '../../crypto/constant-time.ts'
import { derivePdk } from '../../crypto/prose-keys.ts'
import { GbaPush } from '../../entities/ue/gba/push.ts'
import type { UeTable } from './ue-table.ts'

/** An answer that the UE could make nothing of. */
export class WrongAnswer extends PeerFault {
  readonly code = 'ERR_WRONG_ANSWER'
}

/** What came with a key request. */
export interface KeyAnswer {
  readonly pdk: Pdk
  readonly gpi?: Uint8Array
}

/** The PDK of a B-TID must be the one that UE-1 makes; throws WrongAnswer. */
export function checkPdk({ pdk, gpi }: KeyAnswer, ksNaf: KsNaf, ue2Id: ProseUeId): void {
  if (gpi) throw new WrongAnswer('a key was pushed to a UE whose key is good')
  const own = derivePdk(ksNaf, ue2Id)
  const isEqual = equalInConstantTime(own, pdk)
  wipe(own, pdk, ksNaf)
  if (!isEqual) throw new WrongAnswer('the PDK is another than that of UE-1')
}

/** The same for the key in a GPI. Throws WrongAnswer, or what is wrong with the GPI. */
export async function checkPushedPdk(
  { pdk, gpi }: KeyAnswer,
  ue: number,
  nafId: NafId,
  ue2Id: ProseUeId,
  table: UeTable,
  clock: Clock,
): Promise<void> {
  if (!gpi) throw new WrongAnswer('no key was pushed')
  const ksNaf = await pushedKey(gpi, ue, nafId, table, clock)
  checkPdk({ pdk }, ksNaf, ue2Id)
}

/** Ks_(ext)_NAF that the card makes of a GPI, whose SQN it takes. Throws what is wrong with the GPI. */
export async function pushedKey(
  gpi: Uint8Array,
  ue: number,
  nafId: NafId,
  table: UeTable,
  clock: Clock,
): Promise<KsNaf> {
  const { usim, putBack } = table.usim(ue)
  const push = new GbaPush({ usim, clock })
  const reading = await push.read(gpi, nafId)
  if (reading.outcome === 'failed') throw reading.error
  if (reading.outcome !== 'key') throw new WrongAnswer('SQN of a GPI is out of range')
  push.commit(reading.pushed)
  putBack()
  return reading.pushed.ksNaf
}

/** A vector must be one that the card takes, and XRES what it answers; throws WrongAnswer. */
export async function checkVector(vector: AuthenticationVector, ue: number, table: UeTable): Promise<void> {
  const { rand, autn, xres, ck, ik } = vector
  const { usim, putBack } = table.usim(ue)
  try {
    const aka = await usim.authenticate(rand, autn)
    if (aka.outcome !== 'success') throw new WrongAnswer(`the card says ${aka.outcome} to a vector`)
    if (!equalInConstantTime(aka.res, xres)) throw new WrongAnswer('XRES is not what the card answers')
    aka.commit()
    putBack()
  } finally {
    wipe(xres, ck, ik)
  }
}
