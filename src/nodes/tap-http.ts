import { Impi } from '../core/identities/subscriber.ts'
import { isTmpi } from '../core/identities/tmpi.ts'
import { InvalidValue } from '../core/errors.ts'
import type { TapMessage } from '../core/tap.ts'
import type { Pc8Identity, Pc8Message } from '../io/https/pc8-message.ts'
import type { UbMessage } from '../io/https/ub-message.ts'
import { maskProseDirectKey } from '../reference-points/pc8/mask.ts'
import { voiceOf, type NodeContext, type NodeVoice } from './node.ts'
import type { NodeNames } from './names.ts'

/** A UE that no configuration names. */
const stranger = 'ue'

function ueOfUser(identity: string | undefined, names: NodeNames): string {
  if (identity === undefined) return stranger
  try {
    return (isTmpi(identity) ? names.ofTmpi(identity) : names.ofImpi(Impi(identity))) ?? stranger
  } catch (error) {
    if (error instanceof InvalidValue) return stranger
    throw error
  }
}

/** The UE whose key secures a connection of PC8. */
export const ueOfPc8 = (identity: Pc8Identity | undefined, names: NodeNames): string =>
  (identity?.imsi === undefined ? undefined : names.ofImsi(identity.imsi)) ?? stranger

const contextOf = ({ context }: { readonly context: string | undefined }) =>
  context === undefined ? {} : { context }

const ubMessage = (to: string, message: UbMessage) => ({
  ...{ point: 'Ub' as const, to, name: message.name },
  ...{ protection: 'clear' as const, bytes: message.octets, masked: [], fields: message.fields },
  ...contextOf(message),
})

/** Tells messages of Ub that the UE of this name sends. */
export const ubTapOfUe =
  (ue: string, bsf: string, voice: NodeVoice, { names }: NodeContext) =>
  (message: UbMessage): void => {
    if (message.identity !== undefined && isTmpi(message.identity)) names.learnTmpi(ue, message.identity)
    voice.message(ubMessage(bsf, message))
  }

/** Tells messages of Ub that a BSF sends, to the UE that it took the request for. */
export const ubTapOfBsf =
  (voice: NodeVoice, { names }: NodeContext) =>
  (message: UbMessage): void =>
    voice.message(ubMessage(ueOfUser(message.identity, names), message))

/** Tells messages of Ub that the UE of this name hears, as if its BSF told them. */
export const ubTapOfAnswers =
  (ue: string, bsf: string, context: NodeContext) =>
  (message: UbMessage): void =>
    voiceOf(bsf, context).message(ubMessage(ue, message))

/** Tells messages of PC8 without the key in them; the KMF finds the UE by its B-TID. */
export const pc8Tap =
  (voice: NodeVoice, { names, unsafeRevealKeys }: NodeContext, to?: string) =>
  (message: Pc8Message): void => {
    const octets: Pick<TapMessage, 'bytes' | 'masked'> = unsafeRevealKeys
      ? { bytes: message.octets, masked: [] }
      : maskProseDirectKey(message.octets)
    voice.message({
      ...{ point: 'PC8', to: to ?? ueOfPc8(message.identity, names), name: message.name },
      ...{ protection: 'ciphered', ...octets, fields: message.fields },
      ...(message.step === undefined ? {} : { step: message.step }),
      ...contextOf(message),
    })
  }
