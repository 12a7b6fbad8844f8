import { inspect } from 'node:util'
import { describe as suite, expect, it } from 'vitest'
import { concat, fromHex, hex, u32, utf8 } from '../../../src/core/bytes.ts'
import { encodeAvp } from '../../../src/wire/diameter/avp.ts'
import { describe } from '../../../src/wire/diameter/describe.ts'
import { encodeMessage } from '../../../src/wire/diameter/header.ts'
import { MalformedDiameter } from '../../../src/wire/diameter/malformed.ts'
import { maskAvps } from '../../../src/wire/diameter/mask.ts'
import { decodeMessage, findAvp } from '../../../src/wire/diameter/message.ts'
import { chainMessages, type VectorAvp } from './chain-messages.ts'

const keyNames = [
  'ME-Key-Material',
  'UICC-Key-Material',
  'ProSe-Direct-Key',
  'Confidentiality-Key',
  'Integrity-Key',
]

/** Values of key AVPs of a vector, hex. */
const keysIn = (avps: readonly VectorAvp[], answer: boolean): string[] =>
  avps.flatMap(([name, value]) => {
    if (Array.isArray(value)) return keysIn(value as readonly VectorAvp[], answer)
    return keyNames.includes(name) || (answer && name === 'SIP-Authorization') ? [String(value)] : []
  })

suite('R31: what is shown of a Diameter message', () => {
  it.each(chainMessages.map((message) => [message.label, message] as const))('%s', (_, vector) => {
    const answer = vector.name.endsWith('A')
    const keys = keysIn(vector.avps, answer)
    const message = decodeMessage(vector.octets)
    const { bytes, masked } = maskAvps(message)
    expect(bytes).toHaveLength(vector.octets.length)
    expect(masked.map(([start, end]) => hex(vector.octets.subarray(start, end)))).toEqual(keys)
    for (const key of keys) expect(hex(bytes)).not.toContain(key)
    const restored = Uint8Array.from(bytes)
    for (const [start, end] of masked) restored.set(vector.octets.subarray(start, end), start)
    expect(hex(restored)).toBe(hex(vector.octets))
    const shown = JSON.stringify(describe(message))
    for (const key of keys) expect(shown).not.toContain(key)
    expect(shown).not.toMatch(/\d{15}/)
    expect(shown.match(/\[key\]/g) ?? []).toHaveLength(keys.length)
  })

  it('an IMSI as User-Name is masked, a B-TID is shown', () => {
    const octets = encodeMessage(
      {
        request: true,
        proxiable: true,
        error: false,
        retransmitted: false,
        commandCode: 16777214,
        applicationId: 16777340,
        hopByHop: 1,
        endToEnd: 1,
      },
      encodeAvp({ code: 1, vendorId: 0, mandatory: true }, utf8('001010123456789')),
      encodeAvp({ code: 9999, vendorId: 0, mandatory: false }, fromHex('00')),
      encodeAvp({ code: 404, vendorId: 10415, mandatory: true }, fromHex('f08f9000')),
    )
    expect(describe(decodeMessage(octets))).toEqual({
      'User-Name': '00101········89',
      'AVP 9999/0': '[1 octets]',
      'Key-ExpiryTime': '2027-11-23T06:32:32.000Z',
    })
  })

  it('a key that is malformed is in no text of its error', () => {
    const key = new Uint8Array(31).fill(0xab)
    const pdk = findAvp(1, 32473)
    if (!pdk) throw new Error('no such AVP')
    const error = new MalformedDiameter('ProSe-Direct-Key', 0, 'not 32 octets', {
      resultCode: 5004,
      failedAvp: encodeAvp(pdk, key),
    })
    expect(error.failedAvp).toHaveLength(44)
    expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toMatch(/171|abab/)
  })

  it('a key inside a Failed-AVP is masked too', () => {
    const key = encodeAvp({ code: 405, vendorId: 10415, mandatory: true }, new Uint8Array(32).fill(0xcd))
    const octets = encodeMessage(
      {
        request: false,
        proxiable: true,
        error: false,
        retransmitted: false,
        commandCode: 310,
        applicationId: 16777220,
        hopByHop: 1,
        endToEnd: 1,
      },
      encodeAvp({ code: 268, vendorId: 0, mandatory: true }, u32(5004)),
      encodeAvp({ code: 279, vendorId: 0, mandatory: true }, concat(key, key)),
    )
    const { bytes, masked } = maskAvps(decodeMessage(octets))
    expect(masked).toHaveLength(2)
    expect(hex(bytes)).not.toContain('cdcd')
  })
})
