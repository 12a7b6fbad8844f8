import fc from 'fast-check'
import { base64 } from '../../../src/core/bytes.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import * as ie from '../../../src/reference-points/pc5/information-elements.ts'
import { pc5Messages } from '../../../src/reference-points/pc5/messages.ts'
import { messageOf } from '../../wire/tlv/arbitrary.ts'

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/)
const fqdn = fc.array(label, { minLength: 2, maxLength: 3 }).map((labels) => Fqdn(labels.join('.')))
const rand = fc.uint8Array({ minLength: 16, maxLength: 16 })
const ue1Id = fc.oneof(
  fc.tuple(rand, fqdn).map(([octets, bsf]) => ({ kind: 'b-tid', btid: BTid(`${base64(octets)}@${bsf}`) })),
  fc.stringMatching(/^\d{6,15}$/).map((digits) => ({ kind: 'imsi', imsi: Imsi(digits) })),
)
const overrides = new Map<unknown, fc.Arbitrary<unknown>>([
  [ie.ue1Id, ue1Id],
  [ie.nafId, fqdn.map((name) => nafIdOf(name, uaIds.prose))],
])

/** Every message of PC5 signalling. */
export const pc5Message = messageOf(pc5Messages, overrides)
