import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { InvalidValue, MalformedMessage } from '../../../src/core/errors.ts'
import {
  decodeDiscovery,
  describeDiscovery,
  encodeDiscovery,
  explainDiscovery,
} from '../../../src/reference-points/pc5/discovery.ts'
import { discoveryExamples, groupMember } from './discovery-examples.ts'

describe.each(discoveryExamples)('%o', (message, text) => {
  it('has 29 octets in the order of TS 24.334 11.2.5', () => {
    expect(fromHex(text)).toHaveLength(29)
    expect(hex(encodeDiscovery(message))).toBe(text)
    expect(decodeDiscovery(fromHex(text))).toEqual(message)
  })

  it('has every element named', () => {
    const { ranges, stopped } = explainDiscovery(fromHex(text))
    expect(stopped).toBeUndefined()
    expect(ranges.at(-2)).toMatchObject({ name: 'MIC', from: 24, to: 28 })
    expect(Object.keys(describeDiscovery(message))).toContain('userInfoId')
  })

  it('is refused with another length', () => {
    for (const wrong of [text.slice(2), `${text}00`, ''])
      expect(() => decodeDiscovery(fromHex(wrong))).toThrow(MalformedMessage)
  })
})

const good = discoveryExamples[2]?.[1] ?? ''
it.each([
  ['an open announcement', `41${good.slice(2)}`],
  ['an unknown type', `ff${good.slice(2)}`],
  ['a reserved composition', `${good.slice(0, 20)}02${good.slice(22)}`],
  ['a ProSe UE ID of zero', (discoveryExamples[0]?.[1] ?? '').replace('0a0b0c', '000000')],
])('%s is refused', (_, text) => {
  expect(() => decodeDiscovery(fromHex(text))).toThrow(MalformedMessage)
  expect(fromHex(text)).toHaveLength(29)
})

it('spare octets are not looked at', () => {
  const text = `${good.slice(0, 22)}${'ff'.repeat(13)}${good.slice(48)}`
  expect(text).not.toBe(good)
  expect(decodeDiscovery(fromHex(text))).toEqual(discoveryExamples[2]?.[0])
})

it('does not write a MIC of more than 32 bits', () => {
  expect(() => encodeDiscovery({ type: 'groupMemberSolicitation', ...groupMember, mic: 2 ** 32 })).toThrow(
    InvalidValue,
  )
})
