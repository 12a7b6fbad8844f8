import type { Brand } from '../brand.ts'
import { InvalidValue } from '../errors.ts'

/** ProSe UE ID, 24 bits as a number; it is the Layer-2 ID of the UE on PC5. TS 23.003 24.12. */
export type ProseUeId = Brand<number, 'ProSe UE ID'>
/** Link layer address on PC5, 24 bits as a number. */
export type Layer2Id = ProseUeId
/** User Info ID, 6 octets. TS 23.003 24.14. */
export type UserInfoId = Brand<Uint8Array, 'User Info ID'>
/** Discovery Group ID, 24 bits as a number. TS 23.003 24.16. */
export type DiscoveryGroupId = Brand<number, 'Discovery Group ID'>
/** Relay Service Code, 24 bits as a number. TS 23.003 24.15. */
export type RelayServiceCode = Brand<number, 'Relay Service Code'>
/** Direct key set identifier, 1 to 255; also the most significant octet of the KD-sess ID. */
export type Dksi = Brand<number, 'DKSI'>

function within(what: string, value: number, lowest: number, highest: number): number {
  if (!Number.isInteger(value) || value < lowest || value > highest)
    throw new InvalidValue(what, `a whole number from ${lowest} to ${highest} is needed`)
  return value
}

export const ProseUeId = (value: number): ProseUeId => within('ProSe UE ID', value, 1, 0xfffffe) as ProseUeId
export const Layer2Id = ProseUeId
export const DiscoveryGroupId = (value: number) =>
  within('Discovery Group ID', value, 0, 0xffffff) as DiscoveryGroupId
export const RelayServiceCode = (value: number) =>
  within('Relay Service Code', value, 0, 0xffffff) as RelayServiceCode
export const Dksi = (value: number): Dksi => within('DKSI', value, 1, 255) as Dksi

export function UserInfoId(octets: Uint8Array): UserInfoId {
  if (octets.length !== 6) throw new InvalidValue('User Info ID', '6 octets are needed', 'TS 23.003 24.14')
  return octets as UserInfoId
}

/** Six lower-case hex digits. */
export const hexOf24 = (value: number): string => value.toString(16).padStart(6, '0')

function from24BitHex(what: string, text: string): number {
  if (!/^[0-9a-fA-F]{6}$/.test(text)) throw new InvalidValue(what, 'six hex digits are needed')
  return Number.parseInt(text, 16)
}

/** The ProSe UE ID of six hex digits of either case; throws InvalidValue. */
export const proseUeIdFromHex = (text: string): ProseUeId => ProseUeId(from24BitHex('ProSe UE ID', text))
/** The Relay Service Code of six hex digits of either case; throws InvalidValue. */
export const relayServiceCodeFromHex = (text: string): RelayServiceCode =>
  RelayServiceCode(from24BitHex('Relay Service Code', text))
