import { utf8 } from '../../core/bytes.ts'

/** Blocks of a pcapng file, little-endian. draft-ietf-opsawg-pcapng. */
const blockTypes = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  nameResolution: 4,
  enhancedPacket: 6,
  decryptionSecrets: 10,
} as const

/** Packets begin with the IP header. */
export const linkTypeRaw = 101

const noSpeedLimit = 0
const endOfOptions = 0
const comment = 1
const interfaceName = 2
const userApplication = 4
const tlsKeyLog = 0x544c534b

/** A node and its IPv4 address of 4 octets. */
export interface Name {
  readonly address: Uint8Array
  readonly name: string
}

const u16le = (value: number): Uint8Array => Uint8Array.of(value, value >>> 8)
const u32le = (value: number): Uint8Array => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)

/** Fills up to a multiple of 4 octets. */
const padded = (octets: Uint8Array): Uint8Array[] => [octets, new Uint8Array(-octets.length & 3)]

const option = (code: number, value: Uint8Array): Uint8Array[] => [
  u16le(code),
  u16le(value.length),
  ...padded(value),
]

const options = (...some: readonly (readonly Uint8Array[])[]): Uint8Array[] =>
  some.length === 0 ? [] : [...some.flat(), ...option(endOfOptions, new Uint8Array())]

function block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(body)
  const length = u32le(content.length + 12)
  return Buffer.concat([u32le(type), length, content, length])
}

/** The first block of a section, whose length is not given, because it is written as it grows; `title` tells it from others. */
export function sectionHeader(application: string, title: string): Uint8Array {
  const unknownLength = new Uint8Array(8).fill(0xff)
  const version = [u16le(1), u16le(0)]
  return block(
    blockTypes.sectionHeader,
    u32le(0x1a2b3c4d),
    ...version,
    unknownLength,
    ...options(option(comment, utf8(title)), option(userApplication, utf8(application))),
  )
}

/** An interface for raw IP packets; the next one gets the next number, from 0. Times are in microseconds (the default). */
export const interfaceDescription = (name: string): Uint8Array =>
  block(
    blockTypes.interfaceDescription,
    u16le(linkTypeRaw),
    u16le(0),
    u32le(noSpeedLimit),
    ...options(option(interfaceName, utf8(name))),
  )

/** Names of addresses, so that readers show nodes and not numbers. */
export function nameResolution(names: readonly Name[]): Uint8Array {
  const ipv4Record = 1
  const records = names.flatMap(({ address, name }) =>
    option(ipv4Record, Buffer.concat([address, utf8(name), Uint8Array.of(0)])),
  )
  return block(blockTypes.nameResolution, ...records, ...option(endOfOptions, new Uint8Array()))
}

/** TLS secrets in the NSS key log format, before the packets that need them. */
export function decryptionSecrets(keyLog: string): Uint8Array {
  const secrets = utf8(keyLog)
  return block(blockTypes.decryptionSecrets, u32le(tlsKeyLog), u32le(secrets.length), ...padded(secrets))
}

/** One packet with its comments; `time` is in milliseconds since 1970, with fractions. */
export function enhancedPacket(
  interfaceNumber: number,
  time: number,
  packet: Uint8Array,
  comments: readonly string[] = [],
): Uint8Array {
  const microseconds = BigInt(Math.round(time * 1000))
  return block(
    blockTypes.enhancedPacket,
    u32le(interfaceNumber),
    u32le(Number(microseconds >> 32n)),
    u32le(Number(microseconds & 0xffffffffn)),
    u32le(packet.length),
    u32le(packet.length),
    ...padded(packet),
    ...options(...comments.map((text) => option(comment, utf8(text)))),
  )
}
