import { hex } from '../../core/bytes.ts'
import { nafFqdn, nafUaId } from '../../core/identities/naf-id.ts'
import { hexOf24 } from '../../core/identities/prose.ts'
import { maskedImsi } from '../../core/identities/subscriber.ts'
import type { Fields, Step } from '../../core/tap.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { keyErrorCodes, type ProseDirectKeyRequest, type ProseDirectKeyResponse } from './exchange.ts'

/** What a reader sees of one message: no secret, the IMSI masked (R31). */
export interface Description {
  readonly name: string
  readonly step: Step
  readonly fields: Fields
}

/** Step 4. */
export const describeRequest = (request: ProseDirectKeyRequest): Description => ({
  name: 'PROSE_DIRECT_KEY_REQUEST',
  step: '4',
  fields: {
    transactionId: request.transactionId,
    ...(request.ue1Id.kind === 'imsi'
      ? { imsi: maskedImsi(request.ue1Id.imsi) }
      : { btid: request.ue1Id.btid }),
    ue2Id: hexOf24(request.ue2Id),
    nafId: `${nafFqdn(request.nafId)} ${hex(nafUaId(request.nafId))}`,
    ...(request.relayServiceCode === undefined
      ? {}
      : { relayServiceCode: hexOf24(request.relayServiceCode) }),
    ...(request.resynchronisation ? { resynchronisation: true } : {}),
    ...(request.extensions === 0 ? {} : { extensions: request.extensions }),
  },
})

/** Step 10 or step RN3. */
export function describeResponse(response: ProseDirectKeyResponse): Description {
  const { transactionId } = response
  switch (response.outcome) {
    case 'key':
      return {
        name: 'PROSE_DIRECT_KEY_RESPONSE',
        step: '10',
        fields: {
          transactionId,
          pdk: fingerprint(response.pdk),
          keyExpiry: new Date(response.keyExpiry).toISOString(),
          gpi: response.gpi !== undefined,
          ue1ProseUeIds: response.ue1ProseUeIds.map(hexOf24),
        },
      }
    case 'bootstrapping-renegotiation':
      return { name: 'BOOTSTRAPPING_RENEGOTIATION_REQUEST', step: 'RN3', fields: { transactionId } }
    case 'error':
      return {
        name: 'PROSE_DIRECT_KEY_RESPONSE',
        step: '10',
        fields: { transactionId, error: keyErrorCodes[response.code] },
      }
  }
}
