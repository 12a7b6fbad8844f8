import { describe, expect, expectTypeOf, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { InvalidValue, MalformedMessage } from '../../../src/core/errors.ts'
import { decodeMessage, describeMessage, encodeMessage } from '../../../src/wire/tlv/codec.ts'
import { MalformedElement } from '../../../src/wire/tlv/delimit.ts'
import { explainMessage } from '../../../src/wire/tlv/explain.ts'
import { enumerated, nonZeroOctet, octets, u16 } from '../../../src/wire/tlv/field.ts'
import {
  answerable,
  formatOf,
  mandatory,
  message,
  optional,
  refused,
  required,
  type MessageOf,
} from '../../../src/wire/tlv/message.ts'

const colour = enumerated('Colour', { 1: 'red', 2: 'green' })
const table = {
  greeting: message({
    type: 0x2a,
    name: 'GREETING',
    clause: 'TS 24.007 11.2',
    fields: {
      number: mandatory(u16('Number')),
      label: mandatory(octets('Label', 1, 4)),
      colour: optional(0x10, colour),
      note: optional(0x11, octets('Note', 0, 255)),
      second: refused(0x19, octets('Second', 0, 10)),
      mark: answerable(required(0x12, nonZeroOctet<number>('Mark'))),
      book: optional(0x13, octets('Book', 256, 1024)),
    },
    notBoth: ['note', 'book'],
  }),
} as const
type Greeting = MessageOf<typeof table>

const decode = (text: string) => decodeMessage(table, fromHex(text))
function faultOf(text: string): MalformedElement {
  try {
    decode(text)
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedElement)
    return error as MalformedElement
  }
  throw new Error('decoded')
}

describe('a message table', () => {
  it('gives each row the format of TS 24.007 that its length and IEI ask for', () => {
    const formats = Object.values(table.greeting.fields).map(formatOf)
    expect(formats).toEqual(['V', 'LV', 'TV', 'TLV', 'TLV', 'TV', 'TLV-E'])
  })

  it('gives a type whose optional rows are optional and whose refused rows are no fields', () => {
    expectTypeOf<Greeting>().toEqualTypeOf<{
      readonly type: 'greeting'
      readonly number: number
      readonly label: Uint8Array
      readonly mark: number
      readonly colour?: 1 | 2 | undefined
      readonly note?: Uint8Array | undefined
      readonly book?: Uint8Array | undefined
    }>()
  })

  it('writes rows in table order and reads them back', () => {
    const greeting: Greeting = {
      type: 'greeting',
      mark: 7,
      note: fromHex('aabb'),
      colour: 2,
      label: fromHex('01'),
      number: 0x0102,
    }
    const sdu = encodeMessage(table, greeting)
    expect(hex(sdu)).toBe('2a' + '0102' + '0101' + '1002' + '1102aabb' + '1207')
    expect(decodeMessage(table, sdu)).toEqual(greeting)
  })

  it('codes the length of a TLV-E in two octets', () => {
    const book = new Uint8Array(300).fill(9)
    const sdu = encodeMessage(table, { type: 'greeting', number: 1, label: fromHex('01'), mark: 1, book })
    expect(hex(sdu.subarray(7, 10))).toBe('13012c')
    expect(decodeMessage(table, sdu)).toMatchObject({ book })
  })

  it.each([
    ['', 'message type', 0],
    ['2b', 'message type', 0],
    ['2a', 'number', 1],
    ['2a01', 'number', 2],
    ['2a0001', 'label', 3],
    ['2a0001' + '00', 'label', 3],
    ['2a0001' + '05' + '0102030405', 'label', 3],
    ['2a0001' + '02' + '01', 'label', 5],
    ['2a0001' + '0101' + '10', 'colour', 6],
    ['2a0001' + '0101' + '1103aabb', 'note', 9],
    ['2a0001' + '0101' + '1201' + '00', 'IEI', 7],
    ['2a0001' + '0101' + '1001' + '1001', 'colour', 7],
    ['2a0001' + '0101' + '1100' + '1001', 'colour', 7],
    ['2a0001' + '0101' + '1201' + '13' + '0100', 'book', 10],
    ['2a0001' + '0101' + '1201' + '13' + '0001ff', 'book', 7],
  ])('stops in %s at the field %s, octet %i, and has it dropped', (text, field, offset) => {
    expect(faultOf(text)).toMatchObject({ field, offset, answerable: false, code: 'ERR_MALFORMED_MESSAGE' })
  })

  it('has a message with a reserved value dropped', () => {
    expect(faultOf('2a0001' + '0101' + '1003' + '1201')).toMatchObject({ field: 'colour', answerable: false })
  })

  it('has two forms of one element dropped', () => {
    const sdu = `2a00010101` + '1100' + '1201' + '130100' + '00'.repeat(256)
    expect(faultOf(sdu)).toMatchObject({ field: 'book', answerable: false })
  })

  it.each([
    ['missing', '2a0001' + '0101', 'mark'],
    ['of bad content', '2a0001' + '0101' + '1200', 'mark'],
    ['not allowed', '2a0001' + '0101' + '1201' + '1900', 'second'],
    ['not allowed, wherever it stands', '2a0001' + '0101' + '1900' + '1001' + '1201', 'second'],
  ])('tells an answerable element that is %s, and keeps what could be read', (_, text, field) => {
    expect(faultOf(text)).toMatchObject({
      field,
      answerable: true,
      messageType: 'greeting',
      read: { type: 'greeting', number: 1 },
    })
  })

  it('drops when anything else is wrong beside an answerable element', () => {
    expect(faultOf('2a0001' + '0101' + '1003' + '1200').answerable).toBe(false)
    expect(faultOf('2a0001' + '0101' + '1200' + 'ff').answerable).toBe(false)
  })

  it('does not write what it would not read', () => {
    const base = { type: 'greeting', number: 1, label: fromHex('01'), mark: 1 } as const
    expect(() => encodeMessage(table, { ...base, number: 65536 })).toThrow(InvalidValue)
    expect(() => encodeMessage(table, { ...base, label: new Uint8Array(5) })).toThrow(InvalidValue)
    expect(() => encodeMessage(table, { ...base, book: new Uint8Array(255) })).toThrow(InvalidValue)
  })

  it('describes the fields that are there', () => {
    expect(
      describeMessage(table, { type: 'greeting', number: 1, label: fromHex('0aff'), mark: 7, colour: 1 }),
    ).toEqual({ number: 1, label: '0aff', colour: '1 red', mark: '07' })
  })
})

describe('explain', () => {
  it('names every octet of a good message', () => {
    const { name, ranges, stopped } = explainMessage(table, fromHex('2a0001' + '0101' + '1002' + '1207'))
    expect(name).toBe('GREETING')
    expect(stopped).toBeUndefined()
    expect(
      ranges.map(({ name: field, from, valueFrom, to, text }) => [field, from, valueFrom, to, text]),
    ).toEqual([
      ['Message type', 0, 0, 1, 'GREETING'],
      ['Number', 1, 1, 3, '1'],
      ['Label', 3, 4, 5, '01'],
      ['Colour', 5, 6, 7, '2 green'],
      ['Mark', 7, 8, 9, '07'],
    ])
  })

  it('explains a malformed one up to where reading stops', () => {
    const { ranges, stopped } = explainMessage(table, fromHex('2a0001' + '0101' + '1009' + 'ff00'))
    expect(ranges.map(({ text }) => text)).toEqual([
      'GREETING',
      '1',
      '01',
      expect.stringContaining('reserved'),
    ])
    expect(stopped).toMatchObject({ field: 'IEI', offset: 7 })
  })

  it('says unknown of an unknown type', () => {
    expect(explainMessage(table, fromHex('ff'))).toMatchObject({
      name: 'unknown',
      ranges: [],
      stopped: { offset: 0 },
    })
  })
})

it('MalformedElement is the one typed error of decoders', () => {
  expect(faultOf('')).toBeInstanceOf(MalformedMessage)
})
