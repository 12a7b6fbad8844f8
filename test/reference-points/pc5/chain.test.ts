import { describe, expect, it } from 'vitest'
import { fromHex, hex, readUint } from '../../../src/core/bytes.ts'
import { MacMismatch, PeerFault } from '../../../src/core/errors.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { NafId } from '../../../src/core/identities/naf-id.ts'
import { Dksi, proseUeIdFromHex, RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import { Pdk } from '../../../src/core/keys.ts'
import { seconds } from '../../../src/core/units.ts'
import {
  decodeSdu,
  encodeSdu,
  gpiField,
  identityElements,
  type DirectCommunicationRequest,
  type DirectSecurityModeCommand,
  type Pc5Message,
} from '../../../src/reference-points/pc5/messages.ts'
import { encodeClearPdu, type Pc5Profile, type SduType } from '../../../src/reference-points/pc5/pdcp.ts'
import { capabilitiesOf } from '../../../src/reference-points/pc5/security-capabilities.ts'
import { protect, SecurityContext, unprotect } from '../../../src/reference-points/pc5/security-context.ts'
import { decodeFrame, encodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { flipped } from '../../crypto/flip.ts'
import { chainCases, chainLinks, type ChainLink, type ChainMessage, type ChainMessageName } from './chain.ts'

const octetsOf = (value: string | number | null | undefined) =>
  typeof value === 'string' ? fromHex(value) : undefined
const numberOf = (text: string) => Number.parseInt(text, 16)

function ue1IdOf({ type, value }: ChainLink['UE-1 ID']) {
  return type === 'b-tid'
    ? ({ kind: 'b-tid', btid: BTid(value) } as const)
    : ({ kind: 'imsi', imsi: Imsi(value) } as const)
}

function requestOf(link: ChainLink): DirectCommunicationRequest {
  const { fields } = link.request
  const code = fields['relayServiceCode']
  return {
    type: 'directCommunicationRequest',
    sequenceNumber: Number(fields['sequenceNumber']),
    ue1Id: ue1IdOf(link['UE-1 ID']),
    ipAddressConfig: Number(fields['ipAddressConfig']) as 1 | 2 | 3 | 4,
    maximumInactivityPeriod: seconds(Number(fields['maximumInactivityPeriod'])),
    nonce1: fromHex(link.Nonce_1),
    ueSecurityCapabilities: capabilitiesOf(fromHex(String(fields['ueSecurityCapabilities']))),
    msbOfKdSessId: Dksi(numberOf(link.DKSI)),
    relayServiceCode: typeof code === 'string' ? RelayServiceCode(numberOf(code)) : undefined,
    linkLocalIpv6Address: octetsOf(fields['linkLocalIpv6Address']),
    nafId: NafId(fromHex(link['NAF-ID'])),
  }
}

function commandOf(link: ChainLink, eea: 1 | 2 | 3, eia: 1 | 2 | 3): DirectSecurityModeCommand {
  const { fields } = link.messages.command
  return {
    type: 'directSecurityModeCommand',
    sequenceNumber: Number(fields['sequenceNumber']),
    ueSecurityCapabilities: capabilitiesOf(fromHex(String(fields['ueSecurityCapabilities']))),
    nonce2: fromHex(link.Nonce_2),
    chosenAlgorithms: { eea, eia },
    lsbOfKdSessId: numberOf(link['LSB of KD-sess ID']),
    ue2Id: proseUeIdFromHex(link['UE-2 ProSe UE ID']),
    dksi: Dksi(numberOf(link.DKSI)),
    ...gpiField(octetsOf(fields['gpi'])),
  }
}

/** The clear messages of a link as values; the Command's depend on the algorithms. */
function messageOf(link: ChainLink, name: ChainMessageName): Pc5Message | undefined {
  const { fields } = link.messages[name]
  const sequenceNumber = Number(fields['sequenceNumber'])
  if (name === 'completeSeedProfile' || name === 'completeFinalProfile')
    return { type: 'directSecurityModeComplete', sequenceNumber }
  if (name === 'accept')
    return {
      type: 'directCommunicationAccept',
      sequenceNumber,
      ipAddressConfig: Number(fields['ipAddressConfig']) as 1 | 2 | 3 | 4,
      linkLocalIpv6Address: octetsOf(fields['linkLocalIpv6Address']),
    }
  if (name === 'keepalive') {
    const period = fields['maximumInactivityPeriod']
    return {
      type: 'directCommunicationKeepalive',
      sequenceNumber,
      keepaliveCounter: Number(fields['keepaliveCounter']),
      maximumInactivityPeriod: typeof period === 'number' ? seconds(period) : undefined,
    }
  }
  if (name === 'release')
    return {
      type: 'directCommunicationRelease',
      sequenceNumber,
      reason: Number(fields['releaseReason']) as 1 | 2 | 3,
    }
  return undefined
}

/** The context of one end just before it sends or takes `message`. */
function contextOf(
  link: ChainLink,
  pair: ChainLink['pairs'][number],
  end: 'UE-1' | 'UE-2',
  sn = 1,
  profile: Pc5Profile = 'seed',
) {
  const context = new SecurityContext({
    pdk: Pdk(fromHex(link.PDK.value)),
    nonce1: fromHex(link.Nonce_1),
    nonce2: fromHex(link.Nonce_2),
    algorithms: pair,
    kdSessId: numberOf(link['KD-sess ID']),
    side: end === 'UE-2' ? 'commanding' : 'commanded',
    profile,
  })
  while (context.nextSn < sn) context.takeSn()
  return context
}

/** EEA2 and EIA2 under the PDK that E1 gives. */
const extendedContextOf = (
  link: ChainLink,
  side: 'commanding' | 'commanded',
  covered: Uint8Array | undefined,
): SecurityContext =>
  new SecurityContext({
    pdk: Pdk(fromHex(link.extensions.PDK.value)),
    nonce1: fromHex(link.Nonce_1),
    nonce2: fromHex(link.Nonce_2),
    algorithms: { eea: 2, eia: 2 },
    kdSessId: numberOf(link['KD-sess ID']),
    side,
    identityElements: covered,
  })

const other = (end: 'UE-1' | 'UE-2') => (end === 'UE-1' ? 'UE-2' : 'UE-1')
const sduTypes: readonly (SduType | undefined)[] = ['ip', undefined, 'pc5-signalling', 'non-ip']
function sduTypeOf(message: ChainMessage): SduType {
  const type = sduTypes[message.sduType]
  if (type === undefined) throw new Error('no such SDU type in the vectors')
  return type
}

const names = [
  'command',
  'completeSeedProfile',
  'accept',
  'userDataSeedProfile',
  'keepalive',
  'release',
] as const satisfies readonly ChainMessageName[]

describe.each(chainLinks)('$title', ({ link, case: { inputs } }) => {
  it('writes and reads the REQUEST, its PDU and its frame', () => {
    const request = requestOf(link)
    const sdu = encodeSdu(request)
    expect(hex(sdu)).toBe(link.request.sdu)
    const pdu = encodeClearPdu(sdu)
    expect(hex(pdu)).toBe(link.request.pdu)
    const frame = encodeFrame({
      source: proseUeIdFromHex(inputs['UE-1 ProSe UE ID']),
      destination: proseUeIdFromHex(inputs['UE-2 ProSe UE ID']),
      lcid: 28,
      pdu,
    })
    expect(hex(frame)).toBe(link.request.frame)
    expect(hex(encodeSdu(decodeSdu(sdu)))).toBe(link.request.sdu)
    expect(hex(encodeFrame(decodeFrame(frame)))).toBe(link.request.frame)
  })

  it('reads and writes the messages with the elements of the extensions', () => {
    const request = decodeSdu(fromHex(link.extensions['request sdu']))
    expect(request).toMatchObject({ extensionSet: link.extensions.set })
    expect(hex(encodeSdu(request))).toBe(link.extensions['request sdu'])
    const command = decodeSdu(fromHex(link.extensions['command sdu']))
    expect(command).toMatchObject({ extensionSet: link.extensions.set })
    expect(hex(encodeSdu(command))).toBe(link.extensions['command sdu'])
  })

  it('E3: the MAC-I of the COMMAND covers User Info and NAF-ID of the REQUEST too, that of COMPLETE does not', () => {
    const identities = identityElements(requestOf(link))
    expect(hex(identities)).toBe(link.extensions['MAC suffix'])
    const sdu = fromHex(link.extensions['command sdu'])
    const command = { lcid: 29, sduType: 'pc5-signalling', sdu } as const
    const pdu = protect(extendedContextOf(link, 'commanding', identities), command)
    expect(hex(pdu)).toBe(link.extensions['command pdu'])
    const ue1 = (covered?: Uint8Array) => extendedContextOf(link, 'commanded', covered)
    expect(unprotect(ue1(identities), 29, pdu).sdu).toEqual(sdu)
    const another = flipped(identities, 8 * identities.length - 1)
    for (const covered of [another, undefined])
      expect(() => unprotect(ue1(covered), 29, pdu)).toThrow(MacMismatch)
    const complete = { ...command, sdu: fromHex(link.messages.completeSeedProfile.sdu ?? '') }
    expect(protect(ue1(identities), complete)).toEqual(protect(ue1(), complete))
  })

  it('writes ACCEPT, COMPLETE, KEEPALIVE and RELEASE', () => {
    for (const name of names) {
      const message = messageOf(link, name)
      if (message) expect(hex(encodeSdu(message)), name).toBe(link.messages[name].sdu)
    }
  })

  describe.each(link.pairs)('EEA$eea and EIA$eia', (pair) => {
    const sduOf = (name: ChainMessageName) => fromHex(link.messages[name].sdu ?? pair.command.sdu)

    it('writes the COMMAND', () => {
      expect(hex(encodeSdu(commandOf(link, pair.eea, pair.eia)))).toBe(pair.command.sdu)
      expect(hex(encodeSdu(decodeSdu(fromHex(pair.command.sdu))))).toBe(pair.command.sdu)
    })

    it.each(names)('protects %s octet for octet, and the peer takes it', (name) => {
      const { from, lcid, sn } = link.messages[name]
      const sdu = sduOf(name)
      const sduType = sduTypeOf(link.messages[name])
      const pdu = protect(contextOf(link, pair, from, sn), { lcid, sduType, sdu })
      expect(hex(pdu)).toBe(pair[name].pdu)
      expect(hex(pdu.subarray(-4))).toBe(pair[name].macI)
      expect(unprotect(contextOf(link, pair, other(from)), lcid, pdu)).toEqual({ sduType, sn, sdu })
    })

    it.each(['completeFinalProfile', 'userDataFinalProfile'] as const)(
      'protects %s octet for octet under the final profile, and the peer takes it',
      (name) => {
        const { from, lcid, sn } = link.messages[name]
        const sduType = sduTypeOf(link.messages[name])
        const sdu = sduOf(name)
        const pdu = protect(contextOf(link, pair, from, sn, 'final'), { lcid, sduType, sdu })
        expect(hex(pdu)).toBe(pair[name].pdu)
        const peer = contextOf(link, pair, other(from), 1, 'final')
        expect(unprotect(peer, lcid, pdu)).toEqual({ sduType, sn, sdu })
      },
    )

    it.each(names)('refuses %s with any octet changed by one bit', (name) => {
      const { from, lcid } = link.messages[name]
      const good = fromHex(pair[name].pdu)
      const receiver = contextOf(link, pair, other(from))
      for (let at = 0; at < good.length; at++) {
        const bad = good.slice()
        bad[at] = readUint(good, at, 1) ^ (1 << (at % 8))
        // R bits of octet 1 are ignored as a field, but the MAC-I covers them.
        expect(() => unprotect(receiver, lcid, bad), `octet ${at}`).toThrow(PeerFault)
        if (at >= 5) expect(() => unprotect(receiver, lcid, bad), `octet ${at}`).toThrow(MacMismatch)
      }
      expect(unprotect(receiver, lcid, good).sdu).toEqual(sduOf(name))
    })
  })
})

describe.each(chainCases)('$seed without protection', (one) => {
  it('writes and reads the re-negotiation request', () => {
    const { fields, sdu, pdu } = one.renegotiationRequest
    const message: Pc5Message = {
      type: 'bootstrappingRenegotiationRequest',
      sequenceNumber: Number(fields['sequenceNumber']),
      nonce1: fromHex(String(fields['nonce1'])),
    }
    expect(hex(encodeSdu(message))).toBe(sdu)
    expect(hex(encodeClearPdu(encodeSdu(message)))).toBe(pdu)
    expect(decodeSdu(fromHex(sdu))).toEqual(message)
  })

  it('writes and reads SECURITY MODE REJECT with RAND and AUTS', () => {
    const { fields, sdu, pdu } = one.push.securityModeReject
    const message: Pc5Message = {
      type: 'directSecurityModeReject',
      sequenceNumber: Number(fields['sequenceNumber']),
      cause: 9,
      rand: fromHex(String(fields['RAND'])),
      auts: fromHex(String(fields['AUTS'])),
    }
    expect(hex(encodeSdu(message))).toBe(sdu)
    expect(hex(encodeClearPdu(encodeSdu(message)))).toBe(pdu)
    expect(decodeSdu(fromHex(sdu))).toEqual(message)
  })
})
