import { describe, expect, it } from 'vitest'
import { fromUtf8, hex } from '../../../src/core/bytes.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import type { Avp } from '../../../src/wire/diameter/avp.ts'
import { encodeRows, decodeRows, type Row } from '../../../src/wire/diameter/grammar.ts'
import { encodeMessage } from '../../../src/wire/diameter/header.ts'
import { decodeMessage } from '../../../src/wire/diameter/message.ts'
import { multimediaAuth } from '../../../src/reference-points/zh/multimedia-auth.ts'
import { bootstrappingInfo } from '../../../src/reference-points/zn/bootstrapping-info.ts'
import { pushInfo } from '../../../src/reference-points/zn/push-info.ts'
import { proseKey } from '../../../src/reference-points/pc6/key-request.ts'
import { chainMessages, exampleBir, type VectorAvp, type VectorMessage } from './chain-messages.ts'

const commands = [multimediaAuth.command, bootstrappingInfo.command, pushInfo.command, proseKey.command]

/** The data of an AVP in the form of the vectors, read by the type of the expected value only. */
function asVector(avp: Avp, expected: VectorAvp[1]): VectorAvp[1] {
  if (Array.isArray(expected))
    return avp.children.map((child, at): VectorAvp => [
      child.definition?.name ?? '',
      asVector(child, (expected as readonly VectorAvp[])[at]?.[1] ?? ''),
    ])
  if (typeof expected === 'number') return Number.parseInt(hex(avp.data), 16)
  return hex(avp.data) === expected ? expected : fromUtf8(avp.data)
}

const rowsOf = ({ name, commandCode, applicationId }: VectorMessage): readonly Row[] => {
  const command = commands.find((one) => one.code === commandCode && one.applicationId === applicationId)
  if (!command) throw new Error('command not known')
  return name === command.names[0] ? command.request : command.answer
}

describe('the Diameter messages of the key chain', () => {
  it('are all there', () => expect(chainMessages.length).toBe(50))

  it.each(chainMessages.map((message) => [message.label, message] as const))(
    '%s: AVP by AVP',
    (_, vector) => {
      const { header, avps } = decodeMessage(vector.octets)
      expect(header).toMatchObject({
        request: vector.flags === 'c0',
        proxiable: true,
        error: false,
        retransmitted: false,
        commandCode: vector.commandCode,
        applicationId: vector.applicationId,
        hopByHop: vector.hopByHop,
        endToEnd: vector.endToEnd,
      })
      expect(
        avps.map((avp, at) => [avp.definition?.name, asVector(avp, vector.avps[at]?.[1] ?? '')]),
      ).toEqual(vector.avps)
    },
  )

  it.each(chainMessages.map((message) => [message.label, message] as const))(
    '%s: the same octets from its typed values',
    (_, vector) => {
      const { header, avps } = decodeMessage(vector.octets)
      const rows = rowsOf(vector)
      const values = decodeRows(rows, avps)
      expect(Object.keys(values)).toEqual(expect.arrayContaining(vector.avps.map(([name]) => name)))
      expect(hex(encodeMessage(header, encodeRows(rows, values)))).toBe(hex(vector.octets))
    },
  )
})

describe('the example of the BIR', () => {
  it('comes from its domain values, octet for octet', () => {
    const realm = Fqdn('epc.mnc001.mcc001.3gppnetwork.org')
    const avps = bootstrappingInfo.encodeRequest(
      {
        btid: BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org'),
        nafId: nafIdOf(Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.prose),
        gsids: ['1000001'],
      },
      {
        'Session-Id': `pkmf1.${realm};1;1`,
        'Vendor-Specific-Application-Id': { 'Vendor-Id': 10415, 'Auth-Application-Id': 16777220 },
        'Auth-Session-State': 1,
        'Origin-Host': `pkmf1.${realm}`,
        'Origin-Realm': realm,
        'Destination-Realm': realm,
      },
    )
    const { header } = decodeMessage(exampleBir)
    expect(header).toMatchObject({ hopByHop: 1, endToEnd: 2 })
    expect(hex(encodeMessage(header, avps))).toBe(hex(exampleBir))
    expect(exampleBir).toHaveLength(420)
  })

  it('names its identities in ASCII', () =>
    expect(bootstrappingInfo.decodeRequest(decodeMessage(exampleBir).avps).gsids).toEqual(['1000001']))
})
