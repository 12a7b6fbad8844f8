import { Fqdn } from '../core/identities/fqdn.ts'
import { nafIdOf, nafUaId } from '../core/identities/naf-id.ts'
import type { ZpnPort } from '../entities/kmf/ports.ts'

/** A name that is not that of KMF-1 toward UE-1. */
export const anotherNaf = Fqdn('naf.example.org')

/** The key and the GPI it gets are for another NAF. */
export const pushForAnotherNaf = (zpn: ZpnPort): ZpnPort => ({
  pushInfo: (request, call) =>
    zpn.pushInfo({ ...request, nafId: nafIdOf(anotherNaf, nafUaId(request.nafId)) }, call),
})
