import { describe, expect, it } from 'vitest'
import { fromHex, hex, utf8 } from '../../../src/core/bytes.ts'
import { ProseUeId } from '../../../src/core/identities/prose.ts'
import { causeOf } from '../../../src/reference-points/pc5/causes.ts'
import { explainFrame } from '../../../src/reference-points/pc5/explain-frame.ts'
import { decodeSdu, encodeSdu, explainSdu } from '../../../src/reference-points/pc5/messages.ts'
import { encodeClearPdu } from '../../../src/reference-points/pc5/pdcp.ts'
import { protect, unprotect } from '../../../src/reference-points/pc5/security-context.ts'
import { encodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { command, contextOf, nonce1, nonce2, pdkOfExample, request } from './samples.ts'

const [n1, n2] = [hex(nonce1), hex(nonce2)]

describe('base form: messages without the elements of the change request', () => {
  it('REQUEST is well formed, and answered for what it lacks', () => {
    const sdu = fromHex(`01000106${hex(Uint8Array.of(1))}616c696365040000003c${n1}f0705a`)
    expect(sdu).toHaveLength(34)
    let fault: unknown
    try {
      decodeSdu(sdu)
    } catch (error) {
      fault = error
    }
    expect(causeOf(fault)).toEqual({ message: 'directCommunicationReject', cause: 2 })
    const { ranges, stopped } = explainSdu(sdu)
    expect(stopped).toBeUndefined()
    expect(ranges.at(-1)).toMatchObject({ name: 'MSB of KD-sess ID', from: 33, to: 34, text: '5a' })
  })

  it('COMMAND, COMPLETE and ACCEPT are protected octet for octet', () => {
    const ue2 = contextOf('commanding', pdkOfExample)
    const commandSdu = fromHex(`0c0001f070${n2}22c3`)
    expect(commandSdu).toHaveLength(23)
    const clear = { lcid: 29, sduType: 'pc5-signalling' } as const
    expect(hex(protect(ue2, { ...clear, sdu: commandSdu }))).toBe(
      '405ac300010c0001f0702222222222222222222222222222222222c3c86f1984',
    )
    const complete = { ...clear, sdu: fromHex('0d0001') }
    expect(hex(protect(contextOf('commanded', pdkOfExample), complete))).toBe('405ac300010d000175385c8c')
    const ofFinalProfile = contextOf('commanded', pdkOfExample, 0x5ac3, 'final')
    expect(hex(protect(ofFinalProfile, complete))).toBe('405ac30001031cb475385c8c')
    const accept = { lcid: 30, sduType: 'pc5-signalling', sdu: fromHex('02000204') } as const
    expect(hex(protect(ue2, accept))).toBe('405ac30002bcf6b4ad7b3153fd')
  })
})

describe('seed form: all elements of the change request', () => {
  const requestSdu =
    '0100013f04' +
    '4931553876705933714a306869755a4e726b652f4e513d3d406273662e6d6e633030312e6d63633030312e7075622e336770706e6574776f726b2e6f7267' +
    `040000003c${n1}70705a712b` +
    '706b6d662e6d6e633030312e6d63633030312e7075622e336770706e6574776f726b2e6f7267ff00000002'

  it('REQUEST has 136 octets and goes out in a frame on LCID 28', () => {
    const sdu = encodeSdu(request)
    expect(sdu).toHaveLength(136)
    expect(hex(sdu)).toBe(requestSdu)
    expect(decodeSdu(sdu)).toEqual(request)
    const [source, destination] = [ProseUeId(0x010203), ProseUeId(0x0a0b0c)]
    const frame = encodeFrame({ source, destination, lcid: 28, pdu: encodeClearPdu(sdu) })
    expect(hex(frame)).toBe(`300102030a0b0c1c4000000000${requestSdu}`)
    const { name, ranges, stopped } = explainFrame(frame)
    expect([name, stopped]).toEqual(['DIRECT_COMMUNICATION_REQUEST', undefined])
    expect(ranges.map(({ from }) => from)).toEqual([0, ...ranges.slice(0, -1).map(({ to }) => to)])
    expect(ranges.at(-1)?.to).toBe(frame.length)
  })

  it('COMMAND, COMPLETE, ACCEPT and user data are protected octet for octet', () => {
    const [ue1, ue2] = [contextOf('commanded'), contextOf('commanding')]
    const commandSdu = `0c00017070${n2}22c3720a0b0c745a`
    expect(hex(encodeSdu(command))).toBe(commandSdu)
    const signalling = { sduType: 'pc5-signalling' } as const
    const commandPdu = protect(ue2, { ...signalling, lcid: 29, sdu: fromHex(commandSdu) })
    expect(hex(commandPdu)).toBe(`405ac30001${commandSdu}ee1c9579`)
    const complete = encodeSdu({ type: 'directSecurityModeComplete', sequenceNumber: 2 })
    const completePdu = protect(ue1, { ...signalling, lcid: 29, sdu: complete })
    expect(hex(completePdu)).toBe('405ac300010d0002b99444dd')
    const accept = encodeSdu({ type: 'directCommunicationAccept', sequenceNumber: 2, ipAddressConfig: 4 })
    const acceptPdu = protect(ue2, { ...signalling, lcid: 30, sdu: accept })
    expect(hex(acceptPdu)).toBe('405ac30002ba5c2b084bea1392')
    const data = protect(ue1, { lcid: 1, sduType: 'non-ip', sdu: utf8('hello') })
    expect(hex(data)).toBe('605ac30002b9e061368464e06e3f')
    expect(decodeSdu(unprotect(ue1, 29, commandPdu).sdu)).toEqual(command)
    expect(hex(unprotect(ue2, 29, completePdu).sdu)).toBe('0d0002')
    expect(hex(unprotect(ue1, 30, acceptPdu).sdu)).toBe('02000204')
    expect(unprotect(ue2, 1, data)).toEqual({ sduType: 'non-ip', sn: 2, sdu: utf8('hello') })
  })

  it('the extensions end the COMMAND with their set', () => {
    expect(hex(encodeSdu({ ...command, extensionSet: 1 }))).toMatch(/745a7501$/)
    expect(hex(encodeSdu({ ...command, extensionSet: 4 }))).toMatch(/745a7504$/)
  })
})
