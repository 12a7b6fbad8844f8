import { Auts, Rand, type Resynchronisation } from '../../core/aka.ts'
import { fromHex, hex } from '../../core/bytes.ts'
import { InvalidValue } from '../../core/errors.ts'
import { BTid } from '../../core/identities/b-tid.ts'
import { ProseNafId } from '../../core/identities/naf-id.ts'
import {
  hexOf24,
  proseUeIdFromHex,
  relayServiceCodeFromHex,
  type ProseUeId,
} from '../../core/identities/prose.ts'
import { Imsi } from '../../core/identities/subscriber.ts'
import type { Ue1Id } from '../../core/identities/ue1-id.ts'
import { Pdk } from '../../core/keys.ts'
import { Instant } from '../../core/units.ts'
import { once, readFields, writeFields, type Form } from './fields.ts'

const text = <Value>(read: (text: string) => Value, write: (value: Value) => string): Form<Value> => ({
  attributes: [],
  read: (element) => read(element.text),
  write: (value) => ({ content: write(value) }),
})

const upperHex = (octets: Uint8Array): string => hex(octets).toUpperCase()

/** xs:hexBinary of so many octets: written in upper case, read in both. */
const hexBinary = <Value extends Uint8Array>(
  least: number,
  most: number,
  make: (octets: Uint8Array) => Value,
): Form<Value> =>
  text((digits) => {
    if (digits.length < 2 * least || digits.length > 2 * most)
      throw new InvalidValue('hexBinary', `${least} to ${most} octets are needed`)
    return make(fromHex(digits))
  }, upperHex)

/** xs:unsignedInt in its canonical form. */
export function unsigned32(digits: string): number {
  if (!/^(?:0|[1-9]\d{0,9})$/.test(digits) || Number(digits) > 0xffffffff)
    throw new InvalidValue('number', 'a whole number of 32 bits is needed')
  return Number(digits)
}

/** xs:dateTime in UTC; parts of a second are cut off. */
function dateTime(written: string): Instant {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z$/.exec(written)
  const instant = Date.parse(`${match?.[1]}Z`)
  if (Number.isNaN(instant) || writtenTime(Instant(instant)) !== `${match?.[1]}Z`)
    throw new InvalidValue('dateTime', 'a time in UTC is needed')
  return Instant(instant)
}

let lastTime: readonly [second: number, written: string] = [0, '1970-01-01T00:00:00Z']

/** Keys of one second have one expiry. */
function writtenTime(instant: Instant): string {
  const second = Math.floor(instant / 1000)
  if (second !== lastTime[0]) lastTime = [second, `${new Date(instant).toISOString().slice(0, 19)}Z`]
  return lastTime[1]
}

/** `type` is `b-tid` or `imsi`: never both, because there is one element. */
const ue1Id: Form<Ue1Id> = {
  attributes: ['type'],
  read(element) {
    const kind = element.attributes.get('type')
    if (kind === 'b-tid') return { kind, btid: BTid(element.text) }
    if (kind === 'imsi') return { kind, imsi: Imsi(element.text) }
    throw new InvalidValue('ue1-id', 'type is neither b-tid nor imsi')
  },
  write: (id) => ({ attributes: { type: id.kind }, content: id.kind === 'imsi' ? id.imsi : id.btid }),
}

const resyncTable = {
  rand: once('rand', hexBinary(16, 16, Rand)),
  auts: once('auts', hexBinary(14, 14, Auts)),
}

const resync: Form<Resynchronisation> = {
  attributes: [],
  table: resyncTable,
  read: (element) => readFields(element, resyncTable),
  write: (value) => ({ content: writeFields(value, resyncTable) }),
}

/** The form of every value on PC8. */
export const forms = {
  ue1Id,
  resync,
  proseUeId: text<ProseUeId>(proseUeIdFromHex, (id) => hexOf24(id).toUpperCase()),
  nafId: hexBinary(8, 255, ProseNafId),
  relayServiceCode: text(relayServiceCodeFromHex, (code) => hexOf24(code).toUpperCase()),
  unsigned32: text(unsigned32, String),
  octets16: hexBinary(16, 16, (octets) => octets),
  pdk: hexBinary(32, 32, Pdk),
  gpi: hexBinary(1, 1024, (octets) => octets),
  dateTime: text(dateTime, writtenTime),
} as const
