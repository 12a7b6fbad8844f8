import type { PlmnEntry } from '../../core/plmn-table.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import { InvalidValue } from '../../core/errors.ts'
import { TokenBuckets } from '../../core/token-buckets.ts'
import { hours, seconds, type Seconds } from '../../core/units.ts'
import { causeOf, NotAuthenticated } from '../../reference-points/pc8/cause-of.ts'
import type { ProseDirectKeyRequest, ProseDirectKeyResponse } from '../../reference-points/pc8/exchange.ts'
import { decodeProseDirectKeyRequest, InvalidKeyRequest } from '../../reference-points/pc8/messages.ts'
import { associate } from './associate.ts'
import { answerPeer } from './issue-key.ts'
import { OpenRequests } from './open-requests.ts'
import type { KmfPorts, Pc6Service, Pc8Service, Pc8Subscriber } from './ports.ts'
import { Procedure } from './procedure.ts'
import { retrieveKey } from './retrieve-key.ts'

export interface KmfSettings {
  /** The home network of this KMF. */
  readonly plmn: Plmn
  /** Older NAF keys are replaced by GBA push (7b). */
  readonly nafKeyMaxAge: Seconds
  /** Longest life of a PDK (R29). */
  readonly pdkLifetime: Seconds
  /** Tells UE-2 which ProSe UE IDs UE-1 has (R7). */
  readonly returnUe1ProseUeIds: boolean
  /** Token buckets, burst equal to the number; Infinity for none (R45). */
  readonly limits: {
    readonly keyRequestsPerUe2PerMinute: number
    readonly keyRequestsPerUe1PerMinute: number
    readonly keyRequestsPerPeerPerSecond: number
    /** A resynchronisation counts. */
    readonly pushesPerImsiPerMinute: number
  }
}

export const defaultKmfSettings: Omit<KmfSettings, 'plmn'> = {
  nafKeyMaxAge: hours(12),
  pdkLifetime: hours(1),
  returnUe1ProseUeIds: true,
  limits: {
    keyRequestsPerUe2PerMinute: 60,
    keyRequestsPerUe1PerMinute: 10,
    keyRequestsPerPeerPerSecond: 1000,
    pushesPerImsiPerMinute: 3,
  },
}

/** What every procedure of one KMF shares. */
export interface Kmf {
  readonly ports: KmfPorts
  readonly settings: KmfSettings
  readonly own: PlmnEntry
  readonly buckets: Readonly<Record<'ue2' | 'ue1' | 'peer' | 'push', TokenBuckets>>
}

export interface ConfiguredKmf extends Pc8Service, Pc6Service {
  /** Requests of step 4 without an answer. */
  readonly openRequests: number
  /** What begins from now on is served under these; the rest ends as it began. Throws InvalidValue, then nothing changed. */
  reconfigure(ports: Pick<KmfPorts, 'plmns' | 'ownProseUss'>, settings: KmfSettings): void
}

/** A ProSe KMF: that of UE-2 on PC8, that of UE-1 on PC6. Throws InvalidValue for settings it cannot serve. */
export function createKmf(ports: KmfPorts, settings: KmfSettings): ConfiguredKmf {
  const own = ownEntry(ports, settings)
  let kmf: Kmf = { ports, settings, own, buckets: bucketsOf(settings) }
  const open = new OpenRequests()
  return {
    reconfigure(changed, next) {
      const ports = { ...kmf.ports, ...changed }
      kmf = {
        ...kmf,
        ports,
        settings: next,
        own: ownEntry(ports, next),
        buckets: bucketsOf(next, kmf.buckets),
      }
    },
    associate: (offer) => associate(kmf, offer),
    answer: (body, ue2, context) => answerUe2(kmf, open, body, ue2, context),
    keyRequested: (from, request, context) => answerPeer(kmf, from, request, context),
    get openRequests() {
      return open.size
    },
  }
}

function ownEntry({ plmns }: KmfPorts, { plmn }: KmfSettings): PlmnEntry {
  const own = plmns.find(plmn)
  if (!own) throw new InvalidValue('PLMN', `${plmn} is not in the PLMN table`)
  return own
}

/** Those of `before` go on where their limit is the same. */
const bucketsOf = ({ limits }: KmfSettings, before?: Kmf['buckets']): Kmf['buckets'] => ({
  ue2: TokenBuckets.after(before?.ue2, limits.keyRequestsPerUe2PerMinute),
  ue1: TokenBuckets.after(before?.ue1, limits.keyRequestsPerUe1PerMinute),
  peer: TokenBuckets.after(before?.peer, limits.keyRequestsPerPeerPerSecond, 1000, seconds(1)),
  push: TokenBuckets.after(before?.push, limits.pushesPerImsiPerMinute),
})

/** Step 4 to step 10 for one request, and what its sender is told. */
async function answerUe2(
  kmf: Kmf,
  open: OpenRequests,
  body: Uint8Array,
  ue2: Pc8Subscriber,
  context: string | undefined,
): Promise<ProseDirectKeyResponse> {
  const procedure = new Procedure(kmf.ports, '4', context)
  try {
    if (kmf.ports.clock.now() >= ue2.expires) throw new NotAuthenticated('the key of the connection expired')
    const request = decodeProseDirectKeyRequest(body)
    const start = () => respond(kmf, procedure, request, ue2)
    return await open.answer(ue2.btid, request.transactionId, body, start)
  } catch (error) {
    procedure.refused(error)
    const cause = causeOf(error)
    if (!(error instanceof InvalidKeyRequest) || 'status' in cause) throw error
    return { transactionId: error.transactionId, ...cause }
  }
}

async function respond(
  kmf: Kmf,
  procedure: Procedure,
  request: ProseDirectKeyRequest,
  ue2: Pc8Subscriber,
): Promise<ProseDirectKeyResponse> {
  const { transactionId } = request
  try {
    return { transactionId, outcome: 'key', ...(await retrieveKey(kmf, procedure, request, ue2)) }
  } catch (error) {
    const cause = causeOf(error)
    if ('status' in cause) throw error
    procedure.refused(error)
    return { transactionId, ...cause }
  }
}
