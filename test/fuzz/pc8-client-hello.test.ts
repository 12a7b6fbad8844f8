import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, u16, utf8, writeUint } from '../../src/core/bytes.ts'
import { MalformedMessage } from '../../src/core/errors.ts'
import { isServerHello, offerOf, suiteOfServerHello, type PskOffer } from '../../src/io/https/client-hello.ts'
import { HandshakeReader } from '../../src/io/https/handshake-reader.ts'

const vector = (size: number, octets: Uint8Array) => concat(writeUint(octets.length, size), octets)
const message = (type: number, body: Uint8Array) => concat(Uint8Array.of(type), vector(3, body))
const extension = (type: number, body: Uint8Array) => concat(u16(type), vector(2, body))

/** Handshake messages cut into records of at most `size` octets. RFC 8446 5.1. */
function records(octets: Uint8Array, size = 16_384): Uint8Array {
  const parts: Uint8Array[] = []
  for (let at = 0; at < octets.length; at += size)
    parts.push(Uint8Array.of(22, 3, 3), vector(2, octets.subarray(at, at + size)))
  return concat(...parts)
}

/** A ClientHello that offers these identities for TLS 1.3. RFC 8446 4.1.2, 4.2.11. */
function clientHello(identities: readonly Uint8Array[], versions = [0x0304, 0x0303]): Uint8Array {
  const offered = concat(...identities.map((identity) => concat(vector(2, identity), new Uint8Array(4))))
  const extensions = concat(
    extension(43, vector(1, concat(...versions.map(u16)))),
    extension(41, concat(vector(2, offered), vector(2, vector(1, new Uint8Array(32))))),
  )
  const suites = concat(u16(0x1301), u16(0x00aa))
  const start = concat(u16(0x0303), new Uint8Array(32), vector(1, new Uint8Array(32)))
  return message(1, concat(start, vector(2, suites), vector(1, Uint8Array.of(0)), vector(2, extensions)))
}

const clientKeyExchange = (identity: Uint8Array) =>
  message(16, concat(vector(2, identity), vector(2, new Uint8Array(256))))
const serverHello = (suite: number) =>
  message(
    2,
    concat(u16(0x0303), new Uint8Array(32), vector(1, new Uint8Array()), u16(suite), Uint8Array.of(0)),
  )

/** The first offer in octets that come in these pieces, or that there is none to be read. */
function read(pieces: Iterable<Uint8Array>): PskOffer | 'malformed' | undefined {
  const reader = new HandshakeReader()
  try {
    for (const piece of pieces)
      for (const found of reader.push(piece)) {
        const offer = offerOf(found)
        if (isServerHello(found)) suiteOfServerHello(found.body)
        if (offer) return offer
      }
    return undefined
  } catch (error) {
    if (error instanceof MalformedMessage) return 'malformed'
    throw error
  }
}

function* cut(octets: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, index = 0; at < octets.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    yield octets.subarray(at, at + size)
    at += size
  }
}

const identity = utf8('3GPP-bootstrapping;I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org')
const text = new TextDecoder().decode(identity)
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 })

describe('the identity in a handshake', () => {
  it('TLS 1.3: the first printable identity of pre_shared_key', () => {
    expect(read([records(clientHello([identity]))])).toEqual({ version: '1.3', identity: text })
    const ticket = new Uint8Array(32).fill(0xee)
    expect(read([records(clientHello([ticket, identity]))])).toEqual({ version: '1.3', identity: text })
    expect(read([records(clientHello([ticket]))])).toBeUndefined()
    expect(read([records(clientHello([identity], [0x0303]))])).toBeUndefined()
  })

  it('TLS 1.2: the identity of ClientKeyExchange, after a ClientHello without any', () => {
    const hello = clientHello([], [0x0303])
    expect(read([records(concat(hello, clientKeyExchange(identity)))])).toEqual({
      version: '1.2',
      identity: text,
    })
  })

  it('the cipher suite of a ServerHello', () => {
    const [found] = [...new HandshakeReader().push(records(serverHello(0x00aa)))]
    expect(found && isServerHello(found) && suiteOfServerHello(found.body)).toBe(0x00aa)
  })

  it('B38: an identity of 2000 octets is read as such, for the bound to refuse', () => {
    expect(read([records(clientHello([new Uint8Array(2000).fill(0x41)]))])).toMatchObject({
      identity: 'A'.repeat(2000),
    })
  })

  it.each([
    ['a record of another type', Uint8Array.of(23, 3, 3, 0, 1, 0)],
    ['another major version', Uint8Array.of(22, 2, 0, 0, 1, 0)],
    ['an empty record', Uint8Array.of(22, 3, 3, 0, 0)],
    ['a record of 18433 octets', concat(Uint8Array.of(22, 3, 3), u16(18_433))],
    ['a message of 64 KiB + 1', records(concat(Uint8Array.of(1), writeUint(65_537, 3)))],
    ['more than 64 KiB of handshake', records(message(20, new Uint8Array(65_533)))],
    ['HTTP', utf8('POST / HTTP/1.1')],
  ])('R40: %s is malformed', (_what, octets) => expect(read([octets])).toBe('malformed'))

  it('does not depend on how records and writes are cut', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 500 }), fc.boolean(), (pieces, size, isTls12) => {
        const tls12 = concat(clientHello([], [0x0303]), clientKeyExchange(identity))
        const octets = records(isTls12 ? tls12 : clientHello([identity]), size)
        expect(read(cut(octets, pieces))).toEqual({ version: isTls12 ? '1.2' : '1.3', identity: text })
      }),
      { numRuns: 500 },
    )
  })

  it('R40: any octets give an offer, none, or MalformedMessage, however they are cut', () => {
    const valid = [
      records(clientHello([identity, identity])),
      records(concat(clientHello([]), clientKeyExchange(identity))),
      records(serverHello(0x00aa)),
    ]
    const changed = fc
      .tuple(
        fc.constantFrom(...valid),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(40),
      )
      .map(([octets, changes, lost]) => {
        const copy = octets.slice(0, octets.length - (lost % octets.length))
        for (const [at, value] of changes) copy[at % copy.length] = value
        return copy
      })
    const any = fc
      .uint8Array({ maxLength: 200 })
      .map((octets) => records(octets.length > 0 ? octets : Uint8Array.of(1)))
    fc.assert(
      fc.property(fc.oneof(changed, any, fc.uint8Array({ maxLength: 100 })), sizes, (octets, pieces) => {
        const whole = read([octets])
        expect(read(cut(octets, pieces))).toEqual(whole)
      }),
      { numRuns: 10_000 },
    )
  })

  it('R40: takes one octet at a time in linear time', () => {
    const long = records(clientHello([new Uint8Array(60_000).fill(0xee), identity]), 100)
    const begun = performance.now()
    expect(read(cut(long, [1]))).toMatchObject({ identity: text })
    expect(performance.now() - begun).toBeLessThan(1000)
  })
})
