import { fromHex } from '../../../src/core/bytes.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { Dksi, ProseUeId } from '../../../src/core/identities/prose.ts'
import { Pdk } from '../../../src/core/keys.ts'
import { seconds } from '../../../src/core/units.ts'
import type {
  DirectCommunicationRequest,
  DirectSecurityModeCommand,
} from '../../../src/reference-points/pc5/messages.ts'
import { capabilitiesOf } from '../../../src/reference-points/pc5/security-capabilities.ts'
import { SecurityContext } from '../../../src/reference-points/pc5/security-context.ts'
import type { Pc5Profile } from '../../../src/reference-points/pc5/pdcp.ts'

/** Home network 001-01: UE-1 010203 calls UE-2 0a0b0c. */
export const nonce1 = new Uint8Array(16).fill(0x11)
export const nonce2 = new Uint8Array(16).fill(0x22)
export const btid = BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org')
export const nafId = nafIdOf(Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.prose)

export const request: DirectCommunicationRequest = {
  type: 'directCommunicationRequest',
  sequenceNumber: 1,
  ue1Id: { kind: 'b-tid', btid },
  ipAddressConfig: 4,
  maximumInactivityPeriod: seconds(60),
  nonce1,
  ueSecurityCapabilities: capabilitiesOf(fromHex('7070')),
  msbOfKdSessId: Dksi(0x5a),
  nafId,
}

export const command: DirectSecurityModeCommand = {
  type: 'directSecurityModeCommand',
  sequenceNumber: 1,
  ueSecurityCapabilities: capabilitiesOf(fromHex('7070')),
  nonce2,
  chosenAlgorithms: { eea: 2, eia: 2 },
  lsbOfKdSessId: 0xc3,
  ue2Id: ProseUeId(0x0a0b0c),
  dksi: Dksi(0x5a),
}

/** PDK of Ks_(ext)_NAF 000102..1e1f and UE-2 ID 0a0b0c. */
export const pdkOfExample = Pdk(fromHex('c7054aa0dc2210399ff4ac7bcb7ab4d8ef7977b3e972b3e878c21637df1331d4'))
export const pdkOfSeedForm = Pdk(fromHex('ab4b5f79d898e8de3c6a340e9c2a1989e514c6f2c8a8807706bb47599cb29924'))

export const contextOf = (
  side: 'commanding' | 'commanded',
  pdk = pdkOfSeedForm,
  kdSessId = 0x5ac3,
  profile: Pc5Profile = 'seed',
) => new SecurityContext({ pdk, nonce1, nonce2, algorithms: { eea: 2, eia: 2 }, kdSessId, side, profile })
