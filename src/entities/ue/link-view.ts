import type { Layer2Id, RelayServiceCode } from '../../core/identities/prose.ts'
import type { Instant } from '../../core/units.ts'
import type { LinkEntry } from './link/link-table.ts'

/** A live link as its user sees it. */
export interface Link {
  /** `L1`, `L2`, ... */
  readonly label: string
  readonly peer: Layer2Id
  readonly role: 'initiator' | 'responder'
  /** `unverified`: UE-1 may be any authorised UE; its Layer-2 ID is only claimed (R7). */
  readonly peerIdentity: 'verified' | 'unverified'
  /** Identities of EEA and EIA. */
  readonly algorithms: { readonly eea: number; readonly eia: number }
  /** 16 bits; another one after each rekeying. */
  readonly kdSessId: number
  /** How often the link was rekeyed. */
  readonly rekeyings: number
  /** PDUs under the present KD-sess ID. */
  readonly pdus: { readonly sent: number; readonly received: number }
  readonly expires: Instant
  /** Fingerprints, 8 hex digits each. */
  readonly keys: Readonly<Record<'KD-sess' | 'PEK' | 'PIK', string>>
  /** Present when the peer is the relay of this UE (initiator), or this UE that of the peer (responder). */
  readonly relayServiceCode?: RelayServiceCode
  /** Link-local IPv6 address of the peer, 16 octets. */
  readonly peerAddress?: Uint8Array
  /** Trace id of its set-up. */
  readonly trace: string
}

/** Undefined for an entry that has no keys. */
export function viewOf({ label, trace, state }: LinkEntry): Link | undefined {
  if (!('facts' in state)) return undefined
  const { peer, role, peerIdentity, context, expires, relayServiceCode, peerAddress } = state.facts
  return {
    label,
    peer,
    role,
    peerIdentity,
    algorithms: context.algorithms,
    kdSessId: context.kdSessId,
    rekeyings: state.phase === 'secured' ? state.rekeyings : 0,
    pdus: { sent: context.nextSn - 1, received: context.accepted },
    expires,
    keys: context.fingerprints,
    ...(relayServiceCode !== undefined && { relayServiceCode }),
    ...(peerAddress && { peerAddress }),
    trace,
  }
}
