import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fromHex, hex } from '../../src/core/bytes.ts'
import { keyOctets, type Pek, type Pik } from '../../src/core/keys.ts'
import { eea1, eea3, eeaById, type Crypt } from '../../src/crypto/eea.ts'
import { eiaById } from '../../src/crypto/eia.ts'
import { eia1 } from '../../src/crypto/eia1.ts'
import { eia3 } from '../../src/crypto/eia3.ts'
import { cutAfter, once, type Direction, type Mac } from '../../src/crypto/security-inputs.ts'
import { TableAes } from '../../src/crypto/wasm/aes-under-key.ts'
import { memoryMap } from '../../src/crypto/wasm/memory-map.ts'
import { algorithmsModule } from '../../src/crypto/wasm/module.ts'
import { snow3gCipher, StreamCipher, zucCipher } from '../../src/crypto/wasm/stream-ciphers.ts'
import eeaVectors from '../vectors/eea.json' with { type: 'json' }
import eiaVectors from '../vectors/eia.json' with { type: 'json' }

const module = algorithmsModule()
if (!module) throw new Error('there is no WebAssembly')

const crypt =
  (cipher: typeof snow3gCipher): Crypt =>
  (key, count, bearer, direction, octets, bits) =>
    once(new StreamCipher(module, cipher, key), (underKey) =>
      cutAfter(underKey.crypt(count, bearer, direction, octets), bits),
    )
const mac =
  (cipher: typeof snow3gCipher): Mac =>
  (key, count, bearer, direction, octets, bits) =>
    once(new StreamCipher(module, cipher, key), (underKey) =>
      underKey.mac(count, bearer, direction, [octets.subarray(0, Math.ceil(bits / 8))], bits),
    )

const key = fc.uint8Array({ minLength: 16, maxLength: 16 })
/** COUNT, BEARER, DIRECTION, a message, and how many bits of its last octet are none of its. */
const inputs = fc.tuple(
  fc.nat(2 ** 32 - 1),
  fc.nat(31),
  fc.constantFrom<Direction>(0, 1),
  fc.uint8Array({ maxLength: 300 }),
  fc.nat(7),
)
const bitsOf = (octets: Uint8Array, less: number) => Math.max(0, 8 * octets.length - less)

describe.each([
  ['128-EEA1', eea1, crypt(snow3gCipher), eeaVectors.eea1.sets],
  ['128-EEA3', eea3, crypt(zucCipher), eeaVectors.eea3.sets],
] as const)('%s in WebAssembly', (_, plain, crypt, sets) => {
  it.each(sets)('gives published set $set', ({ key, count, bearer, direction, bitLength, ...set }) => {
    const numbers = [Number.parseInt(count, 16), bearer, direction as Direction] as const
    expect(hex(crypt(fromHex(key), ...numbers, fromHex(set.plaintext), bitLength))).toBe(set.ciphertext)
  })

  it('is the plain one, bit for bit', () => {
    fc.assert(
      fc.property(key, inputs, (key, [count, bearer, direction, octets, less]) => {
        const bits = bitsOf(octets, less)
        const expected = hex(plain(key, count, bearer, direction, octets, bits))
        expect(hex(crypt(key, count, bearer, direction, octets, bits))).toBe(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('is the plain one for a message of more than the memory that it begins with', () => {
    const octets = Uint8Array.from({ length: 100_003 }, (_, at) => at)
    const key = new Uint8Array(16).fill(5)
    expect(hex(crypt(key, 1, 2, 1, octets, 800_021))).toBe(hex(plain(key, 1, 2, 1, octets, 800_021)))
  })
})

describe.each([
  ['128-EIA1', eia1, mac(snow3gCipher), eiaVectors.eia1.sets],
  ['128-EIA3', eia3, mac(zucCipher), eiaVectors.eia3.sets],
] as const)('%s in WebAssembly', (_, plain, mac, sets) => {
  it.each(sets)('gives published set $set', ({ key, count, bearer, direction, bitLength, ...set }) => {
    const numbers = [Number.parseInt(count, 16), bearer, direction as Direction] as const
    expect(hex(mac(fromHex(key), ...numbers, fromHex(set.message), bitLength))).toBe(set.mac)
  })

  it('is the plain one, bit for bit', () => {
    fc.assert(
      fc.property(key, inputs, (key, [count, bearer, direction, octets, less]) => {
        const bits = bitsOf(octets, less)
        const expected = hex(plain(key, count, bearer, direction, octets, bits))
        expect(hex(mac(key, count, bearer, direction, octets, bits))).toBe(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('is the plain one for a message of more than the memory that it begins with', () => {
    const octets = Uint8Array.from({ length: 100_003 }, (_, at) => at)
    const key = new Uint8Array(16).fill(5)
    expect(hex(mac(key, 1, 2, 1, octets, 800_021))).toBe(hex(plain(key, 1, 2, 1, octets, 800_021)))
  })
})

describe('the memory of the module', () => {
  it.each([
    ['SNOW 3G', snow3gCipher],
    ['ZUC', zucCipher],
  ] as const)('R33: holds neither key nor keystream after a call of %s', (_, cipher) => {
    const zeros = new Uint8Array(200)
    const underKey = new StreamCipher(module, cipher, new Uint8Array(16).fill(0xa5))
    const inMemory = () => module.octets.subarray(memoryMap.products).findIndex((octet) => octet !== 0)
    // Messages of before.
    module.octets.fill(0, memoryMap.message)
    underKey.mac(1, 2, 1, [zeros], 1600)
    // Zeros were the message, with the bit after it of 128-EIA3.
    module.octets[memoryMap.message + zeros.length] = 0
    expect(inMemory()).toBe(-1)
    const keystream = underKey.crypt(1, 2, 1, zeros)
    expect(hex(module.octets.subarray(memoryMap.message, memoryMap.message + 200))).toBe(hex(keystream))
    module.octets.fill(0, memoryMap.message, memoryMap.message + 200)
    expect(inMemory()).toBe(-1)
  })

  it('R33: holds no key, and not what CMAC makes of it, after a call of AES', () => {
    module.octets.fill(0, memoryMap.message)
    const key = new Uint8Array(16).fill(0xa5)
    const tables = new TableAes(module, key)
    const inMemory = () => module.octets.subarray(memoryMap.products).findIndex((octet) => octet !== 0)
    const enciphered = createCipheriv('aes-128-ecb', key, null).update(new Uint8Array(16))
    expect(hex(tables.cbcMac(16, 16))).toBe(hex(enciphered))
    expect(inMemory()).toBe(-1)
    const keystreamOf = () => {
      tables.eea2(0, 0, 0, new Uint8Array(16))
      return module.copied(16)
    }
    const keystream = keystreamOf()
    expect(hex(keystream)).toBe(hex(enciphered))
    module.octets.fill(0, memoryMap.message, memoryMap.message + 16)
    expect(inMemory()).toBe(-1)
    tables.forget()
    expect(hex(keystreamOf())).not.toBe(hex(keystream))
  })

  it('gives results that later ones do not change, of any length', () => {
    const underKey = eeaById(1)?.under(keyOctets(new Uint8Array(16).fill(1)) as Pek)
    const lengths = [0, 1, 63, 64, 65, 1500, 8191, 8192, 8193, 70_000, ...Array<number>(60).fill(1400)]
    const encipher = (length: number, count: number) =>
      underKey?.crypt(count, 1, 0, new Uint8Array(length)) ?? expect.fail()
    const results = lengths.map(encipher)
    results.forEach((result, count) => {
      expect(result).toHaveLength(lengths[count] ?? -1)
      expect(hex(encipher(result.length, count))).toBe(hex(result))
    })
  })
})

describe('without WebAssembly, as under node --jitless', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it.each([1, 2, 3])('128-EEA%i and 128-EIA%i give the same', async (id) => {
    const octets = Uint8Array.from({ length: 77 }, (_, at) => at)
    const [pek, pik] = [keyOctets(octets.slice(1, 17)) as Pek, keyOctets(octets.slice(2, 18)) as Pik]
    const ciphered = eeaById(id)?.crypt(pek, 1, 2, 1, octets)
    const tag = eiaById(id)?.mac(pik, 1, 2, 1, octets)
    vi.stubGlobal('WebAssembly', undefined)
    vi.resetModules()
    const plainEea = await import('../../src/crypto/eea.ts')
    const plainEia = await import('../../src/crypto/eia.ts')
    const { algorithmsModule } = await import('../../src/crypto/wasm/module.ts')
    expect(algorithmsModule()).toBeUndefined()
    expect(plainEea.eeaById(id)?.crypt(pek, 1, 2, 1, octets)).toEqual(ciphered)
    expect(plainEia.eiaById(id)?.mac(pik, 1, 2, 1, octets.subarray(0, 5), octets.subarray(5))).toEqual(tag)
  })
})
