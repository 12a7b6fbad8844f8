import { describe, expect, it } from 'vitest'
import { equalOctets, fromHex, hex } from '../../../src/core/bytes.ts'
import { causeOf } from '../../../src/reference-points/pc5/causes.ts'
import {
  AlgorithmNotOffered,
  CapabilitiesDiffer,
  NoCommonAlgorithm,
} from '../../../src/reference-points/pc5/errors.ts'
import {
  acceptChosen,
  allowedAlgorithms,
  capabilitiesOf,
  capabilityOctets,
  chooseAlgorithms,
  defaultAlgorithmPolicy,
  offeredCapabilities,
  sameCapabilities,
  type AlgorithmPolicy,
} from '../../../src/reference-points/pc5/security-capabilities.ts'

const of = (text: string) => capabilitiesOf(fromHex(text))
const policy = (more: Partial<AlgorithmPolicy>): AlgorithmPolicy => ({ ...defaultAlgorithmPolicy, ...more })

describe('UE Security Capabilities', () => {
  it('bit 8 is identity 0, bit 1 identity 7', () => {
    expect(of('8040')).toEqual({ eea: [0], eia: [1] })
    expect(of('70f1')).toEqual({ eea: [1, 2, 3], eia: [0, 1, 2, 3, 7] })
  })

  it('all 65536 values come back as they went', () => {
    for (let value = 0; value < 0x10000; value++) {
      const octets = Uint8Array.of(value >> 8, value & 0xff)
      if (!equalOctets(capabilityOctets(capabilitiesOf(octets)), octets)) expect.fail(hex(octets))
    }
  })

  it('UE-1 offers 70 70 by default', () => {
    expect(hex(capabilityOctets(offeredCapabilities(defaultAlgorithmPolicy)))).toBe('7070')
  })
})

describe('the choice of UE-2', () => {
  it('follows its own order, 2 before 1 before 3 by default', () => {
    expect(chooseAlgorithms(of('7070'), defaultAlgorithmPolicy)).toEqual({ eea: 2, eia: 2 })
    expect(chooseAlgorithms(of('5050'), defaultAlgorithmPolicy)).toEqual({ eea: 1, eia: 1 })
    expect(chooseAlgorithms(of('1010'), defaultAlgorithmPolicy)).toEqual({ eea: 3, eia: 3 })
    expect(chooseAlgorithms(of('7070'), policy({ eea: [3, 2], eia: [1] }))).toEqual({ eea: 3, eia: 1 })
  })

  it.each(['8080', '7080', '8070', '0000', '0f0f'])('R19: %s gives nothing in common', (offered) => {
    expect(() => chooseAlgorithms(of(offered), defaultAlgorithmPolicy)).toThrow(NoCommonAlgorithm)
  })

  it('R19: EEA0 is offered and chosen only by policy, and then last; EIA0 never', () => {
    const lax = policy({ allowEea0: true })
    expect(hex(capabilityOctets(offeredCapabilities(lax)))).toBe('f070')
    expect(chooseAlgorithms(of('f0f0'), lax)).toEqual({ eea: 2, eia: 2 })
    expect(chooseAlgorithms(of('8070'), lax)).toEqual({ eea: 0, eia: 2 })
    expect(() => chooseAlgorithms(of('8080'), lax)).toThrow(NoCommonAlgorithm)
    expect(allowedAlgorithms(policy({ eea: [0, 1] })).eea).toEqual([1])
  })

  it('R20: a disabled algorithm is neither offered nor chosen', () => {
    const strict = policy({ disabledAlgorithms: ['128-EEA2', '128-EIA1', '128-EIA3'] })
    expect(hex(capabilityOctets(offeredCapabilities(strict)))).toBe('5020')
    expect(chooseAlgorithms(of('7070'), strict)).toEqual({ eea: 1, eia: 2 })
    let fault: unknown
    try {
      chooseAlgorithms(of('7050'), strict)
    } catch (error) {
      fault = error
    }
    expect(causeOf(fault)).toEqual({ message: 'directCommunicationReject', cause: 2 })
  })
})

describe('the check of UE-1', () => {
  it('R18: any bit of the returned capabilities that differs is refused', () => {
    const sent = of('7070')
    sameCapabilities(of('7070'), sent)
    for (let bit = 0; bit < 16; bit++) {
      const octets = fromHex('7070')
      octets[bit >> 3] = (octets[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => sameCapabilities(capabilitiesOf(octets), sent)).toThrow(CapabilitiesDiffer)
    }
  })

  it('B20: a pair that was not offered is refused', () => {
    expect(acceptChosen({ eea: 1, eia: 2 }, of('4020'))).toEqual({ eea: 1, eia: 2 })
    expect(() => acceptChosen({ eea: 2, eia: 2 }, of('4020'))).toThrow(AlgorithmNotOffered)
    expect(() => acceptChosen({ eea: 1, eia: 1 }, of('4020'))).toThrow(AlgorithmNotOffered)
    expect(() => acceptChosen({ eea: 0, eia: 2 }, of('7070'))).toThrow(AlgorithmNotOffered)
  })

  it('R19: EIA0 is refused, whatever was sent', () => {
    expect(() => acceptChosen({ eea: 2, eia: 0 }, of('f0f0'))).toThrow(AlgorithmNotOffered)
    expect(() => acceptChosen({ eea: 0, eia: 0 }, of('f0f0'))).toThrow(AlgorithmNotOffered)
  })
})
